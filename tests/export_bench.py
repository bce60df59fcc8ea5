"""Sessions for what exports read: one that was slowed, paused, resumed and stopped, and one that ran to its end."""

from functools import cache
from pathlib import Path

from channel_bench import POLICY, Bench, infusing
from session_journal import Row, rows_of, write

from pumpd.core.session import Phase
from pumpd.core.state import Policy
from pumpd.report.gather import gather
from pumpd.report.session_record import SessionRecord
from pumpd.shell.kernel import SNAPSHOT_EVERY_MS


def policy_from(_: str) -> Policy:
    return POLICY


def coarse(bench: Bench, seconds: int) -> None:
    """Time passes in steps of half a second: no signal is stale by then."""
    for _ in range(2 * seconds):
        bench.tick(500)


def played_to_a_stop() -> Bench:
    """A minute of flow, half rate, a pause by the rules, a resume at half rate, and a nurse's stop."""
    bench = infusing()
    coarse(bench, 60)
    bench.cuff(162, 92)
    coarse(bench, 40)
    bench.cuff(163, 92)
    coarse(bench, 10)
    bench.acknowledge()
    for _ in range(3):
        coarse(bench, 121)
        bench.cuff(126, 78)
    bench.advance(1)
    bench.resume()
    bench.advance(5)
    bench.stop()
    bench.advance(2)
    return bench


@cache
def stopped() -> Bench:
    """Such a session, to be read and not to be gone on with."""
    return played_to_a_stop()


@cache
def completed() -> Bench:
    """The whole dose, with a cuff reading every four minutes."""
    bench = infusing()
    for _ in range(12):
        coarse(bench, 240)
        bench.cuff(126, 79)
        if bench.state.session.phase is Phase.COMPLETED:
            bench.advance(2)
            return bench
    raise AssertionError(bench.summary)


def journal_of(bench: Bench, folder: Path) -> Path:
    return write(folder / "j.db", {"bed-1": _rows(bench, len(bench.events))})


@cache
def _rows(bench: Bench, _length: int) -> list[Row]:
    return rows_of(bench.events, POLICY, SNAPSHOT_EVERY_MS)


def record_of(path: Path, number: int | None = None) -> SessionRecord:
    return gather(path, policy_from, None, number)
