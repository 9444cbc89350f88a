"""Days on which accounts behave unusually for a known reason: public holidays, retail events, the team's own events.

Nothing is imported here: settings need the events and not the frames.
"""
