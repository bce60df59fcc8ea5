"""One patient on two channels: told to the second person, refused at the start (requirements 8 and 73)."""

import pytest
from channel_bench import Bench, make_verified, verified

from pumpd.core.actions import NoteAct, Stage
from pumpd.core.daemon_events import Neighbour, NeighboursChanged
from pumpd.core.gates import start_blockers
from pumpd.core.neighbours import neighbours_of
from pumpd.core.session import Phase, Session

TOLD = "bed-2 has an order for tok-4711 as well: verified"
REFUSED = "bed-2 has a session of tok-4711 that is not over: stop it there first"


def tell(bench: Bench, *neighbours: Neighbour) -> Bench:
    bench.post(NeighboursChanged(at=bench.now, neighbours=neighbours))
    return bench


def session(phase: Phase, patient: str = "tok-4711") -> Session:
    bench = Bench()
    bench.order(patient=patient)
    order = bench.state.session.order
    return Session(phase=phase, order=order)


def test_R8_a_start_is_refused_while_another_channel_treats_the_same_patient() -> None:
    bench = tell(verified(), Neighbour("bed-2", Phase.INFUSING.value))
    assert start_blockers(bench.state, bench.policy) == (REFUSED,)
    answers = bench.start()
    assert (answers[-1].stage, answers[-1].reasons) == (Stage.REFUSED, (REFUSED,))
    tell(bench)
    assert bench.start()[0].stage is Stage.ACCEPTED


@pytest.mark.parametrize("phase", [Phase.ORDERED, Phase.VERIFIED])
def test_an_order_elsewhere_is_no_flow_and_keeps_nobody_from_starting(phase: Phase) -> None:
    bench = tell(verified(), Neighbour("bed-2", phase.value))
    assert start_blockers(bench.state, bench.policy) == ()


def test_R73_whoever_verifies_is_told_of_the_other_order_and_it_is_noted() -> None:
    bench = Bench()
    bench.advance(1)
    bench.order()
    tell(bench, Neighbour("bed-2", Phase.VERIFIED.value))
    assert bench.verify()[0].reasons == (TOLD,)
    assert bench.of(NoteAct)[-1].text == f"order verified; {TOLD}"
    assert bench.shown["order"]["same patient on"] == "bed-2: verified"


def test_alone_nothing_is_said() -> None:
    bench = make_verified(Bench())
    assert bench.of(NoteAct)[-1].text == "order verified"
    assert "same patient on" not in bench.shown["order"]


def test_what_was_seen_before_a_neighbour_began_is_stale() -> None:
    """I6: the start rests on it."""
    bench = verified()
    epoch = bench.state.epoch
    tell(bench, Neighbour("bed-2", Phase.VERIFIED.value))
    assert bench.state.epoch > epoch


def test_after_a_restart_neighbours_are_told_anew() -> None:
    bench = tell(verified(), Neighbour("bed-2", Phase.INFUSING.value))
    bench.restart()
    assert bench.state.neighbours == ()


def test_neighbours_are_those_of_the_same_patient_whose_order_is_not_over() -> None:
    sessions = {
        "bed-1": session(Phase.VERIFIED),
        "bed-2": session(Phase.INFUSING),
        "bed-3": session(Phase.COMPLETED),
        "bed-4": session(Phase.INFUSING, "tok-9"),
        "bed-5": Session(),
        "bed-6": session(Phase.ORDERED),
    }
    found = neighbours_of(sessions)
    assert found == {
        "bed-1": (Neighbour("bed-2", Phase.INFUSING.value), Neighbour("bed-6", Phase.ORDERED.value)),
        "bed-2": (Neighbour("bed-1", Phase.VERIFIED.value), Neighbour("bed-6", Phase.ORDERED.value)),
        "bed-3": (),
        "bed-4": (),
        "bed-5": (),
        "bed-6": (Neighbour("bed-1", Phase.VERIFIED.value), Neighbour("bed-2", Phase.INFUSING.value)),
    }
