"""The Power BI project: a semantic model (TMDL) with a star schema over the published tables, and a report (PBIR).

Everything is derived from the table registry and is the same on every run. Builders return text; one function writes.
"""
