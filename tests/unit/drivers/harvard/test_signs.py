"""An alarm is told once, and again only after it was gone."""

from drivers.contract import PumpAlarm
from drivers.harvard.binding import LeaseForm
from drivers.harvard.codec import Reply
from drivers.harvard.lease import Lease
from drivers.harvard.signs import Signs

STALLED, IDLE = Reply(None, "*", b""), Reply(None, ":", b"")


def test_a_stall_that_stands_in_every_answer_is_told_until_it_was_reported_once() -> None:
    signs = Signs(Lease(2000, LeaseForm.PROVE))
    assert [signs.seen(STALLED), signs.seen(STALLED)] == [PumpAlarm.STALL] * 2
    signs.reported()
    assert signs.seen(STALLED) is None
    assert signs.seen(IDLE) is None
    assert signs.seen(STALLED) is PumpAlarm.STALL


def test_lost_poll_mode_is_told_as_a_restart_once() -> None:
    """Faults row 6."""
    signs = Signs(Lease(2000, LeaseForm.PROVE))
    signs.is_unpolled = True
    assert signs.seen(IDLE) is PumpAlarm.RESET
    signs.reported()
    assert signs.seen(IDLE) is None
    signs.polled()
    assert not signs.is_unpolled
