"""The one place where edges meet the kernel: a bounded line that only orders what arrives at the same moment.

Theory of operation. Posting to an idle kernel decides there and then, in the caller's own stack, so no task hop stands
between the socket's read and the port's write. What is posted while a decision is being carried out (a driver that
ends a command as it is submitted, say) waits here and is decided next. The line therefore stays a handful long; its
bound is a promise kept by dropping what is replaced by the next of its kind anyway (ticks, samples, refused samples),
never what a person did or what a pump said.
"""

from collections import deque
from collections.abc import Callable

from pumpd.core.events import Event, SampleRefused, SamplesArrived, Ticked

CAPACITY = 1024

Post = Callable[[str, Event], None]


class MailboxFullError(RuntimeError):
    """More undroppable events than the bound: a defect of ours, answered with a halt."""


class Mailbox:
    """Events in order of arrival, with the channel each is for."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._waiting: deque[tuple[str, Event]] = deque()
        self.dropped = 0

    def put(self, channel: str, event: Event) -> None:
        """Append; at the bound, drop the oldest droppable one.

        Raises:
            MailboxFullError: nothing waiting may be dropped.
        """
        if len(self._waiting) >= self._capacity:
            self._make_room()
        self._waiting.append((channel, event))

    def _make_room(self) -> None:
        for index, (_, event) in enumerate(self._waiting):
            if isinstance(event, Ticked | SamplesArrived | SampleRefused):
                del self._waiting[index]
                self.dropped += 1
                return
        raise MailboxFullError(f"{self._capacity} events are waiting and none may be dropped")

    def take(self) -> tuple[str, Event] | None:
        """The oldest, or None."""
        return self._waiting.popleft() if self._waiting else None

    def __len__(self) -> int:
        return len(self._waiting)
