"""Rows whose value is one of those that are wanted."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

_NO_PLACES = np.zeros(0, dtype=np.intp)


class ValueFilter:
    """The rows of each value."""

    def __init__(self, values: Sequence[object]) -> None:
        places: dict[object, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(value, []).append(place)
        self._size = len(values)
        self.places = {value: np.array(found, dtype=np.intp) for value, found in places.items()}

    def has(self, wanted: Iterable[object]) -> npt.NDArray[np.bool_]:
        """For each row whether its value is wanted."""
        is_wanted = np.zeros(self._size, dtype=np.bool_)
        for value in wanted:
            is_wanted[self.places.get(value, _NO_PLACES)] = True
        return is_wanted
