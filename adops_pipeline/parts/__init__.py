"""The programs of `adops up`: one keeps its parts running, another imports everything and forks them.

They are a package of their own because they live for days: what the commands import would stay in their memory.
"""
