"""What only basic mode must stand: no check on either way, no watchdog, and a pump in the other mode.

Theory of operation. Single bits are flipped and single bytes lost, one by one: every one of them in the answers to a poll
and a halt and in each request that does not only ask, every fifth in the answers to a start, which takes longer. Whatever
comes of that, what is reported is what the pump has, and what is confirmed is what was asked (facts/faults.md row 25, I1,
I14; docs/decisions/0020). No clock: an answer that stays away is given up by handing in the deadline.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from contract.rigs.new_era import NewEraBasicRig, NewEraRig

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.contract import (
    Approval,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    LinkDown,
    Motion,
    Outcome,
    Poll,
    PumpCommand,
    Reported,
    Run,
)
from drivers.line.phase import Phase
from drivers.line.protocol import LineProtocol
from drivers.new_era.binding import Binding
from drivers.new_era.dialect import NewEraDialect
from hil_sim.pumps.new_era import OLD, NewEraPump
from hil_sim.pumps.new_era_motor import Motion as Motor

RUN = Run(26_250_000, 17_500_000)
RATE, VOLUME = Decimal("26.25"), Decimal("17.50")
#: A turn that does not end in so many steps hangs.
STEPS_MAX = 400

#: What is done to the bytes of the n-th exchange.
Harm = Callable[[bytes], bytes]


class Talk:
    """An old pump and a protocol that is bound to it; `go` lets them talk until nobody has anything to say."""

    def __init__(self) -> None:
        self.pump = NewEraPump(OLD)
        self.protocol = LineProtocol(NewEraDialect(Binding("NE1000", is_basic=True)))
        self.now = 0
        self.events: list[DriverEvent] = []
        self.exchanges = 0
        self.harmed: dict[int, Harm] = {}
        self.harmed_request: dict[int, Harm] = {}
        self.sizes: list[int] = []
        self._last_id = 0
        self.protocol.opened(0)
        self.go()
        assert self.protocol.phase is Phase.UP
        self.protocol.approve(Approval(RUN.rate_nl_h, RUN.volume_limit_nl))

    def do(self, command: PumpCommand) -> Outcome | None:
        """What it ended with; a poll has no end."""
        self._last_id += 1
        self.exchanges = 0
        self.sizes.clear()
        self.protocol.submit(self._last_id, command, self.now)
        self.go()
        return next(
            (
                one.outcome
                for one in self.events
                if isinstance(one, Ended) and one.command_id == self._last_id
            ),
            None,
        )

    def ready(self) -> "Talk":
        assert self.do(Halt()) is Outcome.CONFIRMED
        assert self.do(Configure(26_590)) is Outcome.CONFIRMED
        return self

    def infusing(self) -> "Talk":
        assert self.ready().do(RUN) is Outcome.CONFIRMED
        self.events.clear()
        return self

    def go(self) -> None:
        for _ in range(STEPS_MAX):
            output = self.protocol.take_output()
            self.events += self.protocol.take_events()
            if output:
                self._carry(output)
            elif (deadline := self.protocol.next_deadline()) is not None:
                self.pump.advance(max(deadline - self.now, 0) / 1000, deadline)
                self.now = max(deadline, self.now)
                self.protocol.tick(self.now)
            else:
                return
        raise AssertionError("the turn does not end")

    def _carry(self, output: bytes) -> None:
        number, self.exchanges = self.exchanges, self.exchanges + 1
        self.now += 30
        self.pump.advance(0.03, self.now)
        self.pump.receive(self.harmed_request.pop(number, bytes)(output), self.now)
        answer = self.pump.output()
        self.sizes.append(len(answer))
        if answer:
            self.protocol.receive(self.harmed.pop(number, bytes)(answer), self.now)

    @property
    def reports(self) -> list[Reported]:
        return [one for one in self.events if isinstance(one, Reported)]


def harms(size: int) -> Iterator[Harm]:
    """Each bit flipped, each byte lost."""
    for place in range(size):
        yield lambda chunk, at=place: chunk[:at] + chunk[at + 1 :]
        for bit in range(8):
            yield (
                lambda chunk, at=place, mask=1 << bit: (
                    chunk[:at] + bytes((chunk[at] ^ mask,)) + chunk[at + 1 :] if at < len(chunk) else chunk
                )
            )


def test_no_answer_garbled_in_a_poll_is_believed() -> None:
    """Row 25, I14: every bit of every answer; the counter within a step and half a second of flow."""
    sizes = _sizes(lambda: Talk().infusing(), Poll())
    talk = Talk().infusing()
    for number, size in enumerate(sizes):
        for harm in harms(size):
            talk.harmed[number] = harm
            talk.do(Poll())
            talk.harmed.clear()
            for one in talk.reports:
                report = one.report
                assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, RUN.rate_nl_h)
                assert report.volume_limit_nl in (None, RUN.volume_limit_nl)
                assert report.diameter_um in (None, 26_590)
                assert report.alarms == ()
                assert abs(report.infused_nl - talk.pump.motor.infused_nl) <= 1_000 + 26_250_000 * 0.8 / 3600
            assert not [one for one in talk.events if isinstance(one, LinkDown)]
            talk.events.clear()
            if talk.pump.motor.infused_nl > 9_000_000:
                talk.pump.clear_counters()
                talk.do(Poll())
                talk.events.clear()


def test_no_halt_is_called_confirmed_by_a_garbled_answer_while_the_plunger_moves() -> None:
    """I9: the stop is not carried out, and each bit of each answer is flipped meanwhile."""
    disobedient = Talk().infusing()
    disobedient.pump.quirks.stop = "ignored_honest"
    sizes = _sizes(lambda: deepcopy(disobedient), Halt())
    for number, size in enumerate(sizes[:6]):
        for harm in harms(size):
            talk = deepcopy(disobedient)
            talk.harmed[number] = harm
            assert talk.do(Halt()) is not Outcome.CONFIRMED
            assert all(one.report.motion is not Motion.HALTED for one in talk.reports)


@pytest.mark.parametrize("is_request", [False, True], ids=["answers", "requests"])
def test_what_is_confirmed_as_started_is_what_was_asked_and_has_an_end(*, is_request: bool) -> None:
    """Laws 4, 5, 7; row 37: a garbled request may do anything once; then it is not called confirmed."""
    ready = Talk().ready()
    before = ready.pump.memory.phase(1)  # another run stands there: the same rate, a farther end
    before.rate, before.volume = RATE, Decimal("50.00")
    sizes = _sizes(lambda: deepcopy(ready), RUN, is_request=is_request)
    outcomes = set()
    for number, size in enumerate(sizes):
        for harm in list(harms(size))[:: 1 if is_request else 5]:
            talk = deepcopy(ready)
            (talk.harmed_request if is_request else talk.harmed)[number] = harm
            outcome = talk.do(RUN)
            outcomes.add(outcome)
            motor = talk.pump.motor
            if outcome is Outcome.CONFIRMED:
                assert motor.motion is Motor.RUNNING
                assert (motor.rate, motor.phase.rate_unit, motor.phase.direction) == (RATE, "MH", "INF")
                assert (motor.phase.volume, talk.pump.memory.volume_unit) == (VOLUME, "ML")
                assert (motor.phase_number, talk.pump.memory.phase(2).function) == (1, "STP")
            elif outcome in (Outcome.REFUSED, Outcome.NOT_SENT):
                assert motor.motion is not Motor.RUNNING
    assert {Outcome.CONFIRMED, Outcome.UNKNOWN} <= outcomes


def test_what_is_confirmed_as_set_up_is_set_up_and_its_run_has_an_end() -> None:
    """Law 7: phase 2 must be the stop, whatever bit of PHN2 or FUNSTP was flipped on the way."""
    halted = Talk()
    halted.pump.memory.phase(2).function = "RAT"
    assert halted.do(Halt()) is Outcome.CONFIRMED
    sizes = _sizes(lambda: deepcopy(halted), Configure(26_590), is_request=True)
    for number, size in enumerate(sizes):
        for harm in harms(size):
            talk = deepcopy(halted)
            talk.harmed_request[number] = harm
            if talk.do(Configure(26_590)) is Outcome.CONFIRMED:
                memory = talk.pump.memory
                assert (memory.diameter_mm, memory.volume_unit) == (Decimal("26.59"), "ML")
                assert [memory.phase(n).function for n in (1, 2)] == ["RAT", "STP"]


def _sizes(make: Callable[[], Talk], command: PumpCommand, *, is_request: bool = False) -> list[int]:
    """How many bytes each exchange of this turn has, either way."""
    talk = make()
    asked: list[int] = []
    if is_request:
        for number in range(STEPS_MAX):
            talk.harmed_request[number] = lambda chunk: (asked.append(_weight(chunk)), chunk)[1]
    talk.do(command)
    return asked if is_request else list(talk.sizes)


def _weight(request: bytes) -> int:
    """Bytes that can do harm: 0 of a question."""
    is_question = len(request) <= len(b"0DIS\r") and request != b"0RUN\r"
    return 0 if is_question else len(request)


def test_a_run_ends_at_its_volume_when_the_host_is_gone() -> None:
    """Law 7: all that bounds a lost host in basic mode, and it is in the capabilities."""
    talk = Talk().infusing()
    for _ in range(2 * 2400):
        talk.now += 1000
        talk.pump.advance(1.0, talk.now)
    assert talk.pump.motor.motion is Motor.STOPPED
    assert round(talk.pump.motor.infused_nl) == RUN.volume_limit_nl


# a pump in the other mode


class _SafeDriverOldPump(NewEraRig):
    def __init__(self) -> None:
        super().__init__()
        self._pump = NewEraPump(OLD)


class _BasicDriverSafePump(NewEraBasicRig):
    def __init__(self) -> None:
        super().__init__()
        self._pump = NewEraPump()
        self._pump.choose_safety(2, 0.0)


class _PacketsInSafeModeOnly(NewEraRig):
    """It has safe mode, but takes no packet before a line has put it there."""

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        self._pump.reader.knows_packets = self._pump.reader.is_safe
        answer = super().receive(chunk, now_ms)
        self._pump.reader.knows_packets = True
        return answer


async def _down(rig: NewEraRig, folder: Path) -> str:
    bench = Bench(rig, Medium.MEMORY, folder)
    await bench.line.plug()
    seat = await bench.seat()
    reason = (await seat.down(within_s=6)).reason
    await bench.end()
    return reason


@pytest.mark.virtual_time
async def test_a_pump_without_safe_mode_is_refused_in_words_that_name_the_option(tmp_path: Path) -> None:
    reason = await _down(_SafeDriverOldPump(), tmp_path)
    assert "this pump has no safe mode" in reason
    assert 'protocol = "basic"' in reason
    assert "accepted_risk" in reason


@pytest.mark.virtual_time
async def test_a_pump_in_safe_mode_is_refused_to_a_site_that_says_basic(tmp_path: Path) -> None:
    reason = await _down(_BasicDriverSafePump(), tmp_path)
    assert "VER was answered in safe mode" in reason
    assert "leave protocol out" in reason


@pytest.mark.virtual_time
async def test_a_pump_that_takes_no_packet_before_safe_mode_is_put_there_by_a_line(tmp_path: Path) -> None:
    """facts/protocols.md 1: that a packet is accepted in basic mode is inferred."""
    bench = Bench(_PacketsInSafeModeOnly(), Medium.MEMORY, tmp_path)
    await bench.line.plug()
    seat = await bench.infusing()
    assert (await seat.poll()).motion is Motion.INFUSING
    await bench.end()
