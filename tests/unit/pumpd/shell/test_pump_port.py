"""The port translates both ways, at once, and keeps nothing."""

import pytest

from drivers.contract import (
    Approval,
    Capabilities,
    DriverEvent,
    Ended,
    Halt,
    Identity,
    LinkDown,
    LinkUp,
    Motion,
    Outcome,
    PumpCommand,
    PumpReport,
    Reported,
    Run,
)
from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.shell.pump_port import PumpPort

AT = Stamp(12, 34)
REPORT = PumpReport(Motion.HALTED, 5, 6)
WHO = Identity("NE1000", "3.928", 0)


class FakeDriver:
    """Writes down."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def capabilities(self, diameter_um: int) -> Capabilities:
        raise NotImplementedError

    def approve(self, approval: Approval) -> None:
        self.told.append(approval)

    def submit(self, command_id: int, command: PumpCommand) -> None:
        self.told.append((command_id, command))

    async def run(self) -> None:
        raise NotImplementedError


@pytest.fixture
def posted() -> list[tuple[str, ev.Event]]:
    return []


@pytest.fixture
def port(posted: list[tuple[str, ev.Event]]) -> PumpPort:
    return PumpPort("bed-1", lambda: AT, lambda channel, event: posted.append((channel, event)))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (Reported(REPORT), ev.PumpReported(at=AT, report=REPORT)),
        (
            Ended(7, Outcome.REFUSED, "RUN ?NA"),
            ev.PumpCommandEnded(at=AT, command_id=7, outcome=Outcome.REFUSED, detail="RUN ?NA"),
        ),
        (LinkUp(WHO), ev.PumpLinkUp(at=AT, identity=WHO)),
        (LinkDown("gone"), ev.PumpLinkDown(at=AT, reason="gone", is_wrong_pump=False)),
        (LinkDown("NE500", True), ev.PumpLinkDown(at=AT, reason="NE500", is_wrong_pump=True)),
    ],
)
def test_what_the_driver_says_is_posted_at_once_with_the_stamp_of_that_moment(
    port: PumpPort, posted: list[tuple[str, ev.Event]], said: DriverEvent, meant: ev.Event
) -> None:
    port.hear(said)
    assert posted == [("bed-1", meant)]


def test_commands_and_approvals_go_down_as_they_are(port: PumpPort) -> None:
    driver = FakeDriver()
    port.attach(driver)
    port.approve(Approval(1, 2))
    port.submit(3, Run(4, 5))
    port.submit(4, Halt())
    assert driver.told == [Approval(1, 2), (3, Run(4, 5)), (4, Halt())]


def test_a_port_without_a_driver_is_a_defect_that_shows(port: PumpPort) -> None:
    with pytest.raises(AssertionError):
        port.submit(1, Halt())
