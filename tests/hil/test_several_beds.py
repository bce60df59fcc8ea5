"""Three beds on one box, three kinds of pumps and wires: what happens at one bed stays there.

Theory of operation. Channels are independent by design (one decision each, one task a line); that is shown here of the
real daemon on real wires, where they share a process, an event loop, a journal and a broker. The worst a neighbour can do
is to hang: a pump that takes every request and answers none, a serial server that is frozen, one that is gone. Measured is
what counts for the patient beside it: from the nurse's press to the true stand-still of the plunger.
"""

import signal
from collections.abc import Callable, Iterator

import pytest
from rig import DORA, NINA, Rig, stages, why
from rig_programs import link_ms
from rig_pumps import HARVARD, MODBUS_TCP, NEW_ERA
from ward import Bed, Ward

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

#: The bound of a pause by itself is 1 s (docs/engineer.md); a neighbour may not cost any of it that can be felt.
PAUSE_WITHIN_S = 0.5


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    made = Ward(tmp_path_factory.mktemp("ward"), (NEW_ERA, HARVARD, MODBUS_TCP))
    try:
        made.open().start_daemon()
        yield made
    finally:
        made.close()


def _paused_in_time(bed: Bed, what: str) -> None:
    pressed_ms = link_ms()
    assert stages(bed.pause("accepted"))[0] == "accepted"
    truth = bed.sim.until_halted(PAUSE_WITHIN_S + 0.5)
    took_s = (truth["halted_at_link_ms"] - pressed_ms) / 1000.0
    bed.note(f"{what}: pause of {bed.pump.sim}, press to stand-still", took_s)
    assert took_s <= PAUSE_WITHIN_S, f"{took_s:.2f} s"
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"], "our stop did it, not its lease"


def test_three_families_at_three_beds_are_treated_each_by_itself(ward: Ward) -> None:
    """I1, I2: an order, a limit and a press of one bed touch no other."""
    first, second, third = ward.beds
    for bed in ward.beds:
        state = bed.begin()
        assert state["order"]["patient"] == bed.patient
        assert state["rate"]["permitted_nl_h"] == bed.pump.full_nl_h
    assert all(bed.sim.truth()["running"] for bed in ward.beds)

    second.monitor.spo2 = 85.0  # the patient at bed 2 desaturates
    state = second.until_word("PAUSED", 40.0)
    assert "SpO2" in why(state) or "saturation" in why(state), why(state)
    second.sim.until_halted(1.0)
    for bed in (first, third):
        bed.throughout(lambda one: one["word"] == "INFUSING", 1.0, "the neighbours go on")
        assert bed.sim.truth()["running"]

    _paused_in_time(third, "all well")
    assert "paused by nina" in why(third.until_word("PAUSED"))
    assert "paused by nina" not in why(second.status())
    first.throughout(lambda one: one["word"] == "INFUSING", 1.0, "bed 1 goes on alone")

    before_nl = [bed.sim.truth()["plunger_nl"] for bed in ward.beds]
    first.sim.until(lambda now: now["plunger_nl"] > before_nl[0], 3.0, "bed 1 is given more")
    assert [bed.sim.truth()["plunger_nl"] for bed in (second, third)] == before_nl[1:]
    assert stages(second.press("stop", DORA))[-1] == "confirmed"
    assert first.status()["word"] == "INFUSING"


def _hung(bed: Bed) -> None:
    bed.sim.fault("request_lost", for_s=60.0)


def _frozen(bed: Bed) -> None:
    bed.sim.send(signal.SIGSTOP)


def _killed(bed: Bed) -> None:
    bed.sim.send(signal.SIGKILL)
    bed.sim.wait(5.0)


@pytest.mark.parametrize("victim", [0, 1, 2], ids=["new_era", "harvard", "modbus-tcp"])
@pytest.mark.parametrize("fault", [_hung, _frozen, _killed])
def test_a_pump_that_hangs_or_dies_delays_no_pause_of_its_neighbours(
    ward: Ward, fault: Callable[[Bed], None], victim: int
) -> None:
    """Faults rows 2, 3 and 19; law 6: a stop waits for nothing, least of all for another bed."""
    for bed in ward.beds:
        bed.begin()
    broken = ward.beds[victim]
    neighbours = [bed for bed in ward.beds if bed is not broken]
    fault(broken)
    _paused_in_time(neighbours[0], f"{broken.pump.sim} {fault.__name__.strip('_')}, at once")
    broken.until(lambda one: one["word"] == "NOT CONFIRMED", 5.0, "its own bed says so")
    assert stages(broken.pause("accepted"))[0] == "accepted", "a stop it cannot take stays on its own line"
    _paused_in_time(neighbours[1], f"{broken.pump.sim} {fault.__name__.strip('_')}, known")
    for bed in neighbours:
        assert bed.status()["pump"]["link"] == "up"
        assert not Rig.has_alarm(bed, "PUMP-LOST")(bed.status())
    assert NINA[0] in why(neighbours[0].status())
