"""How much has really been given: an interval, from the pump's own counter, never from what we asked for.

Theory of operation. The pump counts what its motor pushed. Each believed report adds the difference to `best`. What
cannot be known widens the interval instead of being guessed: a counter that fell (somebody cleared it, the pump
rebooted) leaves a gap in which at most the commanded rate ran for at most one lease; a pump that has not spoken since
the last report may have gone on for that long; a counter that shows whole steps may stand anywhere within one.
`low = best - short`, `high = best + over + step + pending`; safety uses high. Over a restart the count goes on from what
the pump itself showed; how much of it a driver had cleared died with that driver.

Beside it runs the integral of the commanded rate (`expected`), kept as nl/h x ms so that nothing is ever rounded.
The two together are the plant check: interlocks compare them over 60 and 120 seconds (facts/clinical.md 3.2, FL1, FL2;
faults I15). Time here is treatment time, cut where a lease in link time would have ended the motion.
"""

from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter

from drivers.contract import CounterReading, Motion, PumpReport, Step
from interlocks.frozen import quick
from interlocks.vocabulary import Flow, Stamp
from pumpd.core.replacing import replace

#: nl/h times ms in one nl.
_MS_PER_H = 3_600_000
_POINT_EVERY_MS = 1_000
_WINDOW_MS = 120_000
#: A point this much older than the window still opens it: points are a second apart, reports a quarter.
_POINTS_KEPT_MS = _WINDOW_MS + 2 * _POINT_EVERY_MS


#: How old the counter in a report may be when the report is complete: five exchanges of 200 ms at worst, and a lost answer
#: or two asked for again behind it.
READBACK_AGE_MS = 2_000


@quick
@dataclass(frozen=True, slots=True)
class FlowPoint:
    """Totals at one instant of treatment time."""

    ms: int
    delivered_nl: int
    expected_nl: int


_point_ms = attrgetter("ms")


@dataclass(frozen=True, slots=True)
class Account:
    """Volume account of one session. All volumes in nl.

    Attributes:
        counter_nl: the pump's counter at the last believed report; None: not anchored yet.
        cleared_nl: of that, what stood on it each time the driver cleared it.
        best_nl: counted since the session began.
        short_nl: how much less may have been given.
        over_nl: how much more may have been given, for good.
        expected_nl_h_ms: integral of the commanded rate.
        moved_halted_nl: counted between two reports that both said "halted".
        counted_at: stamp of the last believed report of this boot.
        was_halted: that report said "halted".
        unread_nl: what may have moved between that report's counter and its "halted".
        moved_at: when the counter last moved, or the pump last stood still.
        expected_moved_nl: the integral of the commanded rate at that instant.
        is_start_open: the daemon ended while a start was on its way; nothing was counted since.
        points: totals about once a second over the last two minutes.
    """

    counter_nl: int | None = None
    cleared_nl: int = 0
    best_nl: int = 0
    short_nl: int = 0
    over_nl: int = 0
    expected_nl_h_ms: int = 0
    moved_halted_nl: int = 0
    counted_at: Stamp | None = None
    was_halted: bool = False
    unread_nl: int = 0
    moved_at: Stamp | None = None
    expected_moved_nl: int = 0
    is_start_open: bool = False
    points: tuple[FlowPoint, ...] = ()

    @property
    def expected_nl(self) -> int:
        """Integral of the commanded rate, nl."""
        return self.expected_nl_h_ms // _MS_PER_H

    @property
    def low_nl(self) -> int:
        """Lower end of the interval."""
        return max(0, self.best_nl - self.short_nl)


def running_ms(since: Stamp, until: Stamp, lease_ms: int) -> int:
    """Treatment time for which a pump silent since `since` can have gone on: no longer than its lease (link time)."""
    elapsed_ms = max(0, until.ms - since.ms)
    link_ms = until.link_ms - since.link_ms
    return elapsed_ms if link_ms <= lease_ms else elapsed_ms * lease_ms // link_ms


def anchored(report: PumpReport, at: Stamp) -> Account:
    """A new account that starts from where the pump's counter stands now."""
    is_halted = report.motion is Motion.HALTED
    return Account(
        counter_nl=report.infused_nl,
        cleared_nl=report.counter.cleared,
        counted_at=at,
        was_halted=is_halted,
        points=(FlowPoint(at.ms, 0, 0),),
    )


def count(
    account: Account,
    report: PumpReport,
    at: Stamp,
    commanded_nl_h: int,
    lease_ms: int,
    *,
    fastest_nl_h: int | None = None,
    steps: tuple[Step, ...] = (),
    end_nl: int | None = None,
) -> Account:
    """Add one report.

    Args:
        account: before.
        report: a believed readback.
        at: when it arrived.
        commanded_nl_h: rate commanded since the last report, nl/h.
        lease_ms: the pump's communication watchdog, link ms.
        fastest_nl_h: the highest rate at which it may have run since then; None: the commanded one.
        steps, end_nl: as in `high_nl`; what may have been given unseen ends there too.

    Returns:
        The account after; compare with `counter_fell` first if a cleared counter matters.
    """
    counter = report.counter
    if account.counter_nl is None:
        return replace(account, counter_nl=report.infused_nl, cleared_nl=counter.cleared, counted_at=at)
    before = CounterReading(account.counter_nl, account.cleared_nl)
    is_halted = report.motion is Motion.HALTED
    fastest = max(commanded_nl_h, fastest_nl_h or 0)
    # First report of this boot: the gap's length is unknown, the lease is not.
    gap_ms = lease_ms if account.counted_at is None else running_ms(account.counted_at, at, lease_ms)
    ran_unseen_nl = fastest * (gap_ms + READBACK_AGE_MS) // _MS_PER_H
    moved_nl, doubtful_nl, unseen_nl = counter.since(before), 0, 0
    if moved_nl < 0:
        # Cleared or rebooted. What stands on it now is taken as given since, though it may be older.
        moved_nl = doubtful_nl = counter.shown
        unseen_nl = _before_it_fell_nl(account, moved_nl, ran_unseen_nl) + _step_nl(account.counter_nl, steps)
    elif account.counted_at is None and report.cleared_nl is not None:
        unseen_nl = _begun_anew_nl(account, before, ran_unseen_nl, end_nl)
    most_nl_h_ms = commanded_nl_h * gap_ms
    ran_nl_h_ms = min(most_nl_h_ms, moved_nl * _MS_PER_H) if account.counted_at is None else most_nl_h_ms
    counted = replace(
        account,
        counter_nl=report.infused_nl,
        cleared_nl=counter.cleared,
        best_nl=account.best_nl + moved_nl,
        short_nl=account.short_nl + doubtful_nl,
        over_nl=_within_end(account.over_nl + unseen_nl, account, moved_nl, end_nl),
        expected_nl_h_ms=account.expected_nl_h_ms + ran_nl_h_ms,
        moved_halted_nl=account.moved_halted_nl + moved_nl if is_halted and account.was_halted else 0,
        counted_at=at,
        was_halted=is_halted,
        unread_nl=fastest * READBACK_AGE_MS // _MS_PER_H if is_halted and not account.was_halted else 0,
        is_start_open=False,
    )
    if moved_nl or is_halted or counted.moved_at is None:
        counted = replace(counted, moved_at=at, expected_moved_nl=counted.expected_nl)
    return replace(counted, points=_points(counted, at.ms))


def _before_it_fell_nl(account: Account, shown_nl: int, ran_unseen_nl: int) -> int:
    """What the motor may have given before a counter fell; what a step of it hid besides is nowhere any more."""
    if account.counted_at is None:
        # Where the lease is a target on the counter, clearing it moved that away: what it shows came on top.
        return ran_unseen_nl
    return max(0, ran_unseen_nl - shown_nl)


def _begun_anew_nl(account: Account, before: CounterReading, ran_unseen_nl: int, end_nl: int | None) -> int:
    """What a counter hides that the last driver may have cleared before it died, and that has passed where it stood."""
    if end_nl is not None:  # no lease, hence no pieces of one: only a start clears
        return before.shown if account.is_start_open else 0
    return min(before.shown, ran_unseen_nl)


def _within_end(over_nl: int, account: Account, moved_nl: int, end_nl: int | None) -> int:
    """What may have been given unseen, cut where the run ends by itself; never less than was so before."""
    if end_nl is None:
        return over_nl
    return min(over_nl, max(account.over_nl, end_nl - account.best_nl - moved_nl))


#: A counter that stands still for so many of its steps while the motor should turn tells nothing any more.
_FROZEN_STEPS = 3
_FROZEN_MS = 2_000
#: So many steps counted between two readbacks that both say "halted" are a motor that turns.
_CREEP_STEPS = 2


def frozen_s(account: Account, at: Stamp, steps: tuple[Step, ...]) -> int:
    """For how long (s, link) the same count has been read although the pump should have moved; 0: it moves (row 16)."""
    if account.moved_at is None or account.counter_nl is None:
        return 0
    still_ms = at.link_ms - account.moved_at.link_ms
    missing_nl = account.expected_nl - account.expected_moved_nl
    step_nl = next((row.step for row in steps if account.counter_nl < row.below), steps[-1].step)
    is_frozen = still_ms >= _FROZEN_MS and missing_nl >= _FROZEN_STEPS * step_nl
    return still_ms // 1000 if is_frozen else 0


def is_creeping(account: Account, steps: tuple[Step, ...]) -> bool:
    """It says that it stands still, and its own counter says otherwise (row 4)."""
    counter_nl = account.counter_nl or 0
    step_nl = next((row.step for row in steps if counter_nl < row.below), steps[-1].step)
    return account.moved_halted_nl >= _CREEP_STEPS * step_nl


def counter_fell(account: Account, report: PumpReport) -> bool:
    """The pump's counter stands below where we last saw it, and we never clear it."""
    if account.counter_nl is None:
        return False
    return report.counter.since(CounterReading(account.counter_nl, account.cleared_nl)) < 0


def _points(account: Account, ms: int) -> tuple[FlowPoint, ...]:
    points = account.points
    if points and ms - points[-1].ms < _POINT_EVERY_MS:
        return points
    kept = tuple(one for one in points if ms - one.ms <= _POINTS_KEPT_MS) if _is_old(points, ms) else points
    return (*kept, FlowPoint(ms, account.best_nl, account.expected_nl))


def _is_old(points: tuple[FlowPoint, ...], ms: int) -> bool:
    return bool(points) and ms - points[0].ms > _POINTS_KEPT_MS


def high_nl(
    account: Account,
    now: Stamp,
    *,
    fastest_nl_h: int,
    lease_ms: int,
    steps: tuple[Step, ...],
    end_nl: int | None = None,
) -> int:
    """Upper end of the interval now.

    Args:
        account: as counted.
        now: instant asked about.
        fastest_nl_h: the highest rate at which the pump may be running, commanded or in doubt.
        lease_ms: after this much silence the pump has stopped itself, link ms.
        steps: in which the pump shows its counter.
        end_nl: the whole volume at which the pump ends by itself, where that is what ends it; None: its lease is.
    """
    if account.counter_nl is None:
        return 0
    has_run = account.counter_nl > 0 or account.expected_nl_h_ms > 0
    hidden_nl = _step_nl(account.counter_nl, steps) if has_run else 0
    counted_nl = account.best_nl + account.over_nl + account.unread_nl + hidden_nl
    pending_ms = lease_ms
    if account.counted_at is not None:
        pending_ms = running_ms(account.counted_at, now, lease_ms) + READBACK_AGE_MS
    pending_nl = fastest_nl_h * pending_ms // _MS_PER_H
    if end_nl is not None:
        pending_nl = min(pending_nl, max(0, end_nl - account.best_nl - account.over_nl))
    return counted_nl + pending_nl


def _step_nl(counter_nl: int, steps: tuple[Step, ...]) -> int:
    """What one step of the counter hides."""
    for row in steps:
        if counter_nl < row.below:
            return row.step
    return 0


def flow(
    account: Account,
    now: Stamp,
    *,
    fastest_nl_h: int,
    lease_ms: int,
    steps: tuple[Step, ...],
    vtbi_nl: int,
    end_nl: int | None = None,
    is_running: bool,
    silent_since: Stamp | None,
) -> Flow:
    """The account as interlocks see it. `silent_since`: when delivery was last known to answer.

    `end_nl`: as in `high_nl`.
    """
    given_high_nl = high_nl(
        account, now, fastest_nl_h=fastest_nl_h, lease_ms=lease_ms, steps=steps, end_nl=end_nl
    )
    expected_nl = account.expected_nl
    opened_60 = _opening(account, now.ms - 60_000)
    opened_120 = _opening(account, now.ms - _WINDOW_MS)
    return Flow(
        delivered_60s_nl=account.best_nl - opened_60.delivered_nl,
        commanded_60s_nl=expected_nl - opened_60.expected_nl,
        delivered_120s_nl=account.best_nl - opened_120.delivered_nl,
        commanded_120s_nl=expected_nl - opened_120.expected_nl,
        is_full_120s=bool(account.points) and now.ms - account.points[0].ms >= _WINDOW_MS,
        excess_total_nl=account.best_nl - expected_nl,
        moved_halted_nl=account.moved_halted_nl,
        given_high_nl=given_high_nl,
        vtbi_nl=vtbi_nl,
        is_running=is_running,
        report_age_link_ms=None if silent_since is None else now.link_ms - silent_since.link_ms,
    )


def _opening(account: Account, ms: int) -> FlowPoint:
    """The newest point at or before `ms`, or the oldest there is."""
    points = account.points
    if not points:
        return FlowPoint(0, account.best_nl, account.expected_nl)
    return points[max(0, bisect_right(points, ms, key=_point_ms) - 1)]


def after_restart(account: Account, *, is_start_open: bool) -> Account:
    """Both clocks begin anew: totals and counter stay, instants go."""
    return replace(
        account,
        counted_at=None,
        was_halted=False,
        moved_halted_nl=0,
        moved_at=None,
        is_start_open=account.is_start_open or is_start_open,
        points=(),
    )
