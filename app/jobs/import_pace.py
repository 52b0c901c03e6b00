"""How much an import does at once: so little that on SQLite, where one writes at a time, others get their turn."""

import time

LONGEST_HELD_S = 0.25
"""Nobody else can write to a SQLite file for as long as a chunk is written: a page waits this long at most."""
_AIM_S = LONGEST_HELD_S * 0.8
_FIRST_DOCUMENTS = 25
_LEAST_DOCUMENTS = 25  # a chunk has some fifteen statements, however few documents it has
_LONGEST_REST_S = 0.1


class Pace:
    """Measures each chunk and chooses the size of the next; `is_alone` where writers do not wait for each other."""

    def __init__(self, *, most: int, is_alone: bool) -> None:
        self._most = most
        self._is_alone = is_alone
        self._held_s = 0.0
        self._free_since = 0.0
        self.documents = most if is_alone else min(most, _FIRST_DOCUMENTS)

    def rest(self) -> None:
        """Before a chunk is written: leave the file free for half as long as it was held before.

        Reading documents takes longer than that; what is here already is recognised in less.
        """
        if self._is_alone or not self._held_s:
            return
        free_s = time.monotonic() - self._free_since
        time.sleep(min(max(self._held_s / 2 - free_s, 0.0), _LONGEST_REST_S))

    def wrote(self, documents: int, *, held_s: float) -> None:
        """After its commit."""
        self._held_s = held_s
        self._free_since = time.monotonic()
        if self._is_alone:
            return
        fitting = int(documents * _AIM_S / max(held_s, 0.001))
        self.documents = min(max(fitting, _LEAST_DOCUMENTS), self.documents * 2, self._most)
