"""What is remembered of a row between two evaluations.

Theory of operation. The state is a plain frozen value: it is journalled, restored after a crash and
compared in a replay. Demand, latch, acknowledgement and the readings counted towards a trip are facts and survive
a restart; stamps belong to the clocks of one process and do not, so after a restart every clearing must be proven
anew (law 9, facts/faults.md I5), and what was counted is as young as it can be: the safe side of both.
"""

from dataclasses import dataclass, replace

from interlocks.frozen import quick
from interlocks.vocabulary import Demand, Priority, Sample, Stamp, Truth


@dataclass(frozen=True, slots=True)
class Hit:
    """One counted reading.

    Attributes:
        measured_ms: the device's time of the reading.
        seq: the device's sequence; with the time it names the reading.
        received: when it arrived.
        samples: the samples that spoke.
    """

    measured_ms: int
    seq: int
    received: Stamp
    samples: tuple[Sample, ...]


@quick
@dataclass(frozen=True, slots=True)
class Tally:
    """Progress of one step towards its confirmation.

    Attributes:
        hits: readings counted, oldest first, never more than the step needs.
        since: since when the condition holds, for steps judged by time.
        is_met: confirmed.
        is_answered: a safe reading followed the last counted one.
    """

    hits: tuple[Hit, ...] = ()
    since: Stamp | None = None
    is_met: bool = False
    is_answered: bool = False

    @property
    def is_counting(self) -> bool:
        """Tell whether anything is under way."""
        return bool(self.hits) or self.since is not None

    @property
    def is_blank(self) -> bool:
        """Tell whether there is no progress that could be taken away."""
        return not (self.hits or self.is_met or self.is_answered) and self.since is None


@quick
@dataclass(frozen=True, slots=True)
class RuleState:
    """One row's memory.

    Attributes:
        rule_id: the row.
        tallies: one per rung of the ladder.
        demand: in force; NONE: idle. Rises, and falls only to NONE.
        priority: of the alarm condition.
        truth: the worst answer at the last full evaluation.
        reason: the sentence of the rung in force.
        order: trip order over all rows, from 1; first-out is the lowest.
        since_ms: treatment time at which this demand was reached.
        crossed: when the first sample of the excursion was received.
        evidence: samples behind it.
        acknowledged: when a person saw it; None: nobody has.
        is_noted: the acknowledgement carried a note.
        is_silence: what tripped the row is that something was not heard.
        clear_hits_ms: measured times of the readings that met the clear condition.
        clear_since: since when the clear condition is met.
        is_clear: the clear condition is proven, with its hysteresis.
        asked_ms: treatment time of this row's last request for a cuff reading.
        is_counting: some tally is under way; an idle row that counts nothing needs no look without news.
    """

    rule_id: str
    tallies: tuple[Tally, ...]
    demand: Demand = Demand.NONE
    priority: Priority = Priority.LOW
    truth: Truth = Truth.FALSE
    reason: str = ""
    order: int = 0
    since_ms: int = 0
    crossed: Stamp | None = None
    evidence: tuple[Sample, ...] = ()
    acknowledged: Stamp | None = None
    is_noted: bool = False
    is_silence: bool = False
    clear_hits_ms: tuple[int, ...] = ()
    clear_since: Stamp | None = None
    is_clear: bool = False
    asked_ms: int | None = None
    is_counting: bool = False


def idle(rule_id: str, rungs: int) -> RuleState:
    """Return the state of a row that has nothing to say."""
    return RuleState(rule_id, (Tally(),) * rungs)


def acknowledge(
    states: tuple[RuleState, ...], rule_id: str | None, now: Stamp, is_noted: bool = False
) -> tuple[RuleState, ...]:
    """Mark one row in force, or with None all of them, as seen by a person.

    Acknowledging never releases. A row that is unknown, idle or already acknowledged is left as it is, so the
    caller sees that nothing changed; only a note may still be added to an acknowledgement without one.

    Args:
        states: of the table.
        rule_id: the row; None: all.
        now: the instant of the acknowledgement.
        is_noted: the person gave a note with it.
    """
    return tuple(
        replace(state, acknowledged=state.acknowledged or now, is_noted=state.is_noted or is_noted)
        if state.demand > Demand.NONE and rule_id in (None, state.rule_id)
        else state
        for state in states
    )


def carry_over(states: tuple[RuleState, ...], now: Stamp) -> tuple[RuleState, ...]:
    """Return the states for a new process whose clocks start again.

    Demands, latches, acknowledgements, reasons, the trip order and counted readings stay; stamps, samples and dwell go.
    """
    kept = []
    for state in states:
        tallies = tuple(_recounted(tally, now) for tally in state.tallies)
        blank = RuleState(state.rule_id, tallies, is_counting=any(tally.is_counting for tally in tallies))
        if state.demand > Demand.NONE:
            blank = replace(
                blank,
                demand=state.demand,
                priority=state.priority,
                truth=state.truth,
                reason=state.reason,
                order=state.order,
                since_ms=now.ms,
                crossed=now,
                acknowledged=None if state.acknowledged is None else now,
                is_noted=state.is_noted,
                is_silence=state.is_silence,
            )
        kept.append(blank)
    return tuple(kept)


def _recounted(tally: Tally, now: Stamp) -> Tally:
    """Return the same count on new clocks: its readings are taken for new, so no window has closed on them."""
    hits = tuple(Hit(now.ms, hit.seq, now, ()) for hit in tally.hits)
    return replace(tally, hits=hits, since=None) if hits else Tally()
