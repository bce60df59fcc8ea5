"""A driver's words in the core's language, and back.

Theory of operation. The driver calls `hear` from the stack that read the bytes; the event is stamped here and posted
there and then. Commands go down the same way. This port decides nothing and keeps nothing.
"""

from collections.abc import Callable

from drivers.contract import (
    Approval,
    DriverEvent,
    Ended,
    LinkDown,
    LinkUp,
    PumpCommand,
    PumpDriver,
    Reported,
)
from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.shell.mailbox import Post


class PumpPort:
    """One channel's pump."""

    def __init__(self, channel: str, stamp: Callable[[], Stamp], post: Post) -> None:
        self._channel = channel
        self._stamp = stamp
        self._post = post
        self._driver: PumpDriver | None = None

    def attach(self, driver: PumpDriver) -> None:
        """Name the driver; its listener is `hear`, so the two are made one after the other."""
        self._driver = driver

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Pass a command down."""
        assert self._driver is not None
        self._driver.submit(command_id, command)

    def approve(self, approval: Approval) -> None:
        """Set the gate."""
        assert self._driver is not None
        self._driver.approve(approval)

    def hear(self, event: DriverEvent) -> None:
        """Pass a driver's event up."""
        self._post(self._channel, self._translate(event))

    def _translate(self, event: DriverEvent) -> ev.Event:
        at = self._stamp()
        match event:
            case Reported(report):
                return ev.PumpReported(at=at, report=report)
            case Ended(command_id, outcome, detail):
                return ev.PumpCommandEnded(at=at, command_id=command_id, outcome=outcome, detail=detail)
            case LinkUp(identity):
                return ev.PumpLinkUp(at=at, identity=identity)
            case LinkDown(reason, is_wrong_pump):
                return ev.PumpLinkDown(at=at, reason=reason, is_wrong_pump=is_wrong_pump)
