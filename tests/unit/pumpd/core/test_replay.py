"""State is a fold of decisions: a recorded session decided again gives the same actions and the same state (law 12)."""

from dataclasses import replace

import pytest
from channel_bench import Bench, infusing

from interlocks.vocabulary import Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.replay import again, fold
from pumpd.core.state import ChannelState


class Recorder(Bench):
    """Keeps what each event led to, in the order of the decisions."""

    def __init__(self) -> None:
        self.record: list[tuple[ev.Event, ChannelState, tuple[do.Action, ...]]] = []
        super().__init__()

    def decided(self, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        self.record.append((event, self.state, actions))


@pytest.fixture(scope="module")
def told() -> Recorder:
    """An hour's worth of trouble in two minutes."""
    bench = Recorder()
    bench.advance(1)
    bench.order()
    bench.verify()
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.start()
    bench.advance(3)
    bench.cuff(165, 90)
    bench.advance(2)
    bench.pause()
    bench.advance(1)
    bench.score(Signal.MOAAS, 4)
    bench.squeeze(True)
    bench.cuff(125, 78)
    bench.squeeze(False)
    bench.refuse(Signal.HR, in_a_row=3)
    bench.present()
    bench.acknowledge()
    bench.resume()
    bench.restore()
    bench.pump.ignores_halt = True
    bench.line(310)
    bench.advance(2)
    bench.pump.ignores_halt = False
    bench.link_down()
    bench.advance(3)
    bench.link_up()
    bench.restart()
    bench.link_up()
    bench.advance(2)
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    bench.stop()
    bench.advance(1)
    return bench


def test_the_record_holds_every_kind_of_trouble_it_is_meant_to(told: Recorder) -> None:
    kinds = {event.kind for event, _, _ in told.record}
    assert {
        "daemon_started",
        "pump_link_down",
        "resume_pressed",
        "restore_pressed",
        "score_entered",
        "presence_confirmed",
        "intent_recorded",
        "journal_failed",
    } <= kinds
    assert len(told.record) > 500
    assert told.trips


def test_I23_the_fold_of_the_events_is_the_state_and_again_the_same(told: Recorder) -> None:
    for _ in range(2):
        assert fold(ChannelState(), told.events, told.policy) == told.state


def test_law_12_decided_again_every_event_leads_to_the_same_state_and_the_same_actions(
    told: Recorder,
) -> None:
    for _ in range(2):
        assert list(again(ChannelState(), told.events, told.policy)) == told.record


def test_a_snapshot_and_the_events_behind_it_are_the_channel(told: Recorder) -> None:
    for place in range(0, len(told.record), 97):
        snapshot = told.record[place][1]
        assert fold(snapshot, told.events[place + 1 :], told.policy) == told.state


def test_a_record_with_one_event_missing_is_another_story(told: Recorder) -> None:
    place = next(n for n, event in enumerate(told.events) if event.kind == "pause_pressed")
    without = [*told.events[:place], *told.events[place + 1 :]]
    assert fold(ChannelState(), without, told.policy) != told.state


def test_I23_the_wall_clock_changes_no_decision(told: Recorder) -> None:
    moved = [
        replace(one, wall_ms=one.wall_ms + 3_600_000) if isinstance(one, ev.DaemonStarted) else one
        for one in told.events
    ]
    assert fold(ChannelState(), moved, told.policy) == told.state


def test_nothing_to_fold_is_the_state_itself() -> None:
    state = infusing().state
    assert fold(state, [], infusing().policy) is state
    assert list(again(state, [], infusing().policy)) == []


def test_again_hands_out_each_decision_as_it_is_made(told: Recorder) -> None:
    def two_then_break() -> object:
        yield told.events[0]
        yield ev.Ticked(at=Stamp(1, 1))
        raise AssertionError("asked for more than was wanted")

    stream = again(ChannelState(), two_then_break(), told.policy)  # type: ignore[arg-type]
    assert [next(stream)[0].kind for _ in range(2)] == ["daemon_started", "ticked"]


def test_row_101_a_channel_folded_under_another_table_keeps_its_latches_by_name() -> None:
    """A row left out between the crash and the new start must not cost the whole session, nor its latch."""
    bench = infusing()
    bench.cuff(185, 95)
    fewer = replace(bench.policy, rules=tuple(one for one in bench.policy.rules if one.id != "BP1"))
    state = fold(bench.state, [ev.Ticked(at=Stamp(bench.now.ms + 100, bench.now.link_ms + 100))], fewer)
    assert "BP3" in {one.rule_id for one in state.findings}
    assert state.session.holds == ()
    none = replace(bench.policy, rules=tuple(one for one in bench.policy.rules if one.id != "BP3"))
    state = fold(bench.state, [], none)
    assert ["row BP3 demanded PAUSE" in one.reason for one in state.session.holds] == [True]
