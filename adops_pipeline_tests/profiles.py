"""How many examples property tests try: few and always the same ones by default, many random ones in the slow set.

No profile has a deadline: how long an example takes says more about the machine's load than about the code.
"""

import os

from hypothesis import settings

_DEEP_FACTOR = 20

settings.register_profile("default", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("deep", deadline=None, max_examples=100 * _DEEP_FACTOR, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)


def examples(number: int) -> settings:
    """Try so many examples by default and twenty times as many in the deep profile: `@examples(25)`."""
    return settings(max_examples=number * (_DEEP_FACTOR if PROFILE == "deep" else 1))
