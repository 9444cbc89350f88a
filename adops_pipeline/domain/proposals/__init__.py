"""Proposals of changes on the ad platforms: states, differences, money at stake, caps and conflicts. Pure."""
