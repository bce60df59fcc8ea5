"""The interval behind the last snapshot."""

from channel_bench import POLICY, Bench, infusing
from session_journal import rows_of

from interlocks.vocabulary import Stamp
from pumpd.core.guard import given_high_nl
from pumpd.report.given import given
from pumpd.shell.record import DECISION, load_state


def told(bench: Bench, since: int) -> list[str]:
    """Decisions from event number `since` on in which the pump reported or was told a rate."""
    rows = [body for kind, _, body in rows_of(bench.events, POLICY) if kind == DECISION]
    return [one for one in rows[since:] if '"pump_reported"' in one or '"rate_nl_h"' in one]


def test_counting_on_from_a_snapshot_gives_what_the_daemon_itself_would_say() -> None:
    bench = infusing()
    bench.advance(20)
    before, since = bench.state, len(bench.events)
    bench.advance(20)
    amount = given(before, told(bench, since), bench.now, POLICY, 7, 2)
    account = bench.state.account
    assert (amount.low_nl, amount.best_nl) == (account.low_nl, account.best_nl)
    assert amount.best_nl > before.account.best_nl
    assert amount.high_nl == given_high_nl(bench.state, POLICY)
    assert (amount.counter_nl, amount.falls) == (7, 2)


def test_a_pump_that_still_runs_may_have_given_more_and_one_at_rest_not() -> None:
    bench = infusing()
    bench.advance(20)
    before, since = bench.state, len(bench.events)
    later = Stamp(bench.now.ms + 1_000, bench.now.link_ms + 1_000)
    running = given(before, [], later, POLICY, 0, 0)
    bench.pause()
    resting = given(before, told(bench, since), later, POLICY, 0, 0)
    assert running.high_nl - resting.high_nl >= 26_200_000 // 3600
    assert resting.best_nl >= running.best_nl


def test_an_instant_of_another_boot_is_not_compared() -> None:
    bench = infusing()
    bench.advance(20)
    state = load_state(
        next(body for kind, _, body in reversed(rows_of(bench.events, POLICY)) if kind == "snapshot")
    )
    amount = given(state, [], Stamp(0, 0), POLICY, 0, 0)
    assert amount.low_nl <= amount.best_nl <= amount.high_nl
