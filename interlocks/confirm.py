"""How sure one must be: the counting behind a step's confirmation.

Theory of operation. Three kinds of evidence, one rule for all: only a new, unsuspicious, provably safe
value takes progress away. Silence takes nothing (the count that a lost sensor resets is a known trap,
nasa/LC), and a suspect sample may push up but not down. Readings and samples are named by measured time and
sequence, so an event that repeats one does not count it twice.
"""

from dataclasses import replace

from interlocks.conditions import Condition
from interlocks.rules import Confirm, Consecutive, Persist, Readings
from interlocks.situation import Situation, elapsed_ms
from interlocks.state import Hit, Tally
from interlocks.vocabulary import FALSE, TRUE, Sample, Truth

#: No progress at all.
NOTHING = Tally()


def new_samples(condition: Condition, at: Situation) -> tuple[Sample, ...]:
    """Return the samples of a condition that arrived in this very event."""
    if not at.fresh:
        return ()
    return tuple(sample for sample in condition.samples(at) if sample.signal in at.fresh)


def has_suspect(condition: Condition, at: Situation) -> bool:
    """Tell whether any sample behind a condition is suspect; such a value never proves safety."""
    return any(sample.is_suspect for sample in condition.samples(at))


def progressed(confirm: Confirm, tally: Tally, truth: Truth, condition: Condition, at: Situation) -> Tally:
    """Return the tally after this event, given the condition's answer to it."""
    if truth is not TRUE and tally.is_blank:
        return tally  # only a yes begins progress, and there is none to take away
    if isinstance(confirm, Persist):
        return _persisted(confirm, tally, truth, condition, at)
    if isinstance(confirm, Consecutive):
        return _in_a_row(confirm, tally, truth, condition, at)
    return _repeated(confirm, tally, truth, condition, at)


def _persisted(confirm: Persist, tally: Tally, truth: Truth, condition: Condition, at: Situation) -> Tally:
    since = tally.since
    if truth is FALSE:
        return tally if has_suspect(condition, at) else NOTHING
    if since is None:
        if truth is not TRUE:
            return tally
        since = at.now
    is_met = elapsed_ms(confirm.clock, since, at.now) >= confirm.persist_ms
    if since is tally.since and is_met is tally.is_met:
        return tally
    return replace(tally, since=since, is_met=is_met)


def _hit(samples: tuple[Sample, ...], at: Situation) -> Hit:
    newest = max(samples, key=lambda sample: (sample.measured_ms, sample.seq))
    return Hit(newest.measured_ms, newest.seq, newest.received, samples)


def _in_a_row(confirm: Consecutive, tally: Tally, truth: Truth, condition: Condition, at: Situation) -> Tally:
    samples = new_samples(condition, at)
    if not samples:
        return tally
    if truth is FALSE:
        return tally if has_suspect(condition, at) else NOTHING
    if truth is not TRUE:
        return tally
    hit = _hit(samples, at)
    last = tally.hits[-1] if tally.hits else None
    if last is not None and (last.measured_ms, last.seq) == (hit.measured_ms, hit.seq):
        return tally
    hits = (*tally.hits, hit)[-confirm.n :]
    return replace(tally, hits=hits, is_met=len(hits) >= confirm.n)


def _repeated(confirm: Readings, tally: Tally, truth: Truth, condition: Condition, at: Situation) -> Tally:
    samples = new_samples(condition, at)
    if samples and truth is TRUE:
        tally = _counted(confirm, tally, _hit(samples, at))
    if not tally.hits or tally.is_met:
        return tally
    if samples and truth is FALSE and not has_suspect(condition, at):
        if confirm.is_cancelled_when_safe:
            return NOTHING
        tally = replace(tally, is_answered=True)
    waited_ms = at.now.ms - tally.hits[-1].received.ms
    if tally.is_answered:
        # An answered count whose window has passed can never be completed; letting go keeps the row cheap.
        return NOTHING if confirm.within_ms is not None and waited_ms > confirm.within_ms else tally
    if confirm.unrepeated_ms is not None and waited_ms >= confirm.unrepeated_ms:
        return replace(tally, is_met=True)
    return tally


def _counted(confirm: Readings, tally: Tally, hit: Hit) -> Tally:
    """Return the tally with one more reading, unless it is the same one or too soon to be independent."""
    if tally.hits:
        apart_ms = hit.measured_ms - tally.hits[-1].measured_ms
        if apart_ms <= 0 or apart_ms < confirm.apart_ms:
            return tally
    kept = tally.hits
    if confirm.within_ms is not None:
        kept = tuple(old for old in kept if hit.measured_ms - old.measured_ms <= confirm.within_ms)
    hits = (*kept, hit)[-confirm.n :]
    return replace(tally, hits=hits, is_met=tally.is_met or len(hits) >= confirm.n, is_answered=False)
