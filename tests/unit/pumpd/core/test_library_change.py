"""A restart with another drug library: what runs keeps its programme and says so, what has not begun is ordered again."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.boot import started
from pumpd.core.library import BUILT_IN, Library
from pumpd.core.library_change import other_library, short_hash
from pumpd.core.session import HoldKind, Phase, Session

SITE = Library(BUILT_IN.drugs, "ab" * 32, "2")
OTHER = replace(POLICY, library=SITE)
TOLD = "this order was made under the drug library built-in, now abababababab is in force"


@pytest.mark.parametrize(
    ("recorded", "told"),
    [("", ""), ("ab" * 32, ""), ("built-in", TOLD)],
)
def test_another_library_is_told_and_an_old_record_is_not_guessed_at(recorded: str, told: str) -> None:
    assert other_library(Session(library=recorded), SITE) == told


def test_a_hash_is_short_and_the_built_in_rows_have_none() -> None:
    assert (short_hash("ab" * 32), short_hash("built-in")) == ("abababababab", "built-in")


def restarted(bench: Bench) -> Bench:
    event = ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1)
    bench.policy = OTHER
    bench.state, _ = started(replace(bench.state, now=event.at), event, OTHER)
    return bench


def test_an_order_remembers_its_library() -> None:
    bench = Bench(OTHER)
    bench.order()
    assert bench.state.session.library == SITE.hash


def test_an_infusion_keeps_its_programme_stands_paused_and_says_why() -> None:
    """Law 9; requirements 3.1 (65)."""
    bench = infusing()
    programme = bench.state.session.programme
    session = restarted(bench).state.session
    assert (session.phase, session.programme) == (Phase.INFUSING, programme)
    (hold,) = session.holds
    assert hold.kind is HoldKind.RESTART
    assert hold.reason == f"the daemon was restarted during this infusion; {TOLD}; the programme stays"
    assert bench.shown["library"] == {"hash": SITE.hash, "version": "2", "changed": TOLD}


def test_what_has_not_begun_is_ordered_again_under_the_library_in_force() -> None:
    """Requirements 3.1 (62): values are checked against the library before infusion starts."""
    bench = verified()
    assert not any("drug library" in one for one in bench.shown["start_blocked_by"])
    restarted(bench)
    assert f"{TOLD}: enter the order again" in bench.shown["start_blocked_by"]
    bench.order()
    bench.verify()
    assert not any("drug library" in one for one in bench.shown["start_blocked_by"])
    assert bench.shown["library"]["changed"] == ""


def test_a_restart_with_the_same_library_says_nothing_of_it() -> None:
    bench = infusing()
    event = ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1)
    state, _ = started(replace(bench.state, now=event.at), event, POLICY)
    assert [one.reason for one in state.session.holds] == ["the daemon was restarted during this infusion"]
