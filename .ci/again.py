"""A measurement that was disturbed is made again.

Theory of operation. Tests on real processes hold a stop-watch to a daemon and a pump, for limits of a second or less. Where
the machine itself keeps its processes from the cores for a tenth of a second and more, such a test shows the machine. A
witness that does nothing but sleep and wake sees that. A file of tests that failed while he saw it is run once more, with
nothing beside it, and that run counts; what failed first is shown all the same. With no such sight there is no second run,
and none for tests that compute.
"""

import re
import threading
import time
from collections.abc import Sequence

#: How late a thread that sleeps wakes on a machine that does not keep time, s.
STOOD_S = 0.1
LOOK_S = 0.02
#: More files than that are no disturbance.
FILES_MAX = 6


class Witness(threading.Thread):
    """Sleeps and wakes, and remembers when it was late."""

    def __init__(self) -> None:
        super().__init__(name="witness", daemon=True)
        self._late: list[tuple[float, float]] = []

    def run(self) -> None:
        nobody, before_s = threading.Event(), time.monotonic()
        while True:
            nobody.wait(LOOK_S)
            now_s = time.monotonic()
            if now_s - before_s - LOOK_S >= STOOD_S:
                self._late.append((now_s, now_s - before_s - LOOK_S))
            before_s = now_s

    def saw_s(self, since_s: float, until_s: float) -> float:
        """The longest stand-still between two monotonic times; 0: none worth the name."""
        return max((late_s for at_s, late_s in self._late if since_s <= at_s <= until_s), default=0.0)


def failed_files(said: str) -> Sequence[str]:
    """The files in which tests failed, as pytest's summary names them; () when they are too many for a disturbance."""
    found = sorted(set(re.findall(r"^(?:FAILED|ERROR) (\S+?\.py)(?:::| )", said, re.MULTILINE)))
    return found if len(found) <= FILES_MAX else ()
