"""What each event tells: the first step of every decision.

Theory of operation. One function per kind of event takes the state and returns it with the new knowledge in it, and
whatever notes belong to the event itself. No pump command is decided here: knowledge only. What was refused leaves the
old sample to go stale, and is counted, because a signal that only ever fails is a trouble of its own.
"""

from math import isfinite
from typing import TypeVar

from interlocks.picture import Picture, observe
from interlocks.trace import Trace, followed
from interlocks.vocabulary import CUFF, Sample, Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.actions import Action
from pumpd.core.configuration_change import paused_by_edit
from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.daemon_events import CertificatesExamined
from pumpd.core.replacing import replace
from pumpd.core.session import BASELINE_KEPT, CuffReading, HoldKind, held
from pumpd.core.state import CUFF_AT_MOST_MS, ChannelState, Feed

Observed = tuple[ChannelState, tuple[Action, ...]]
One = TypeVar("One")


def samples_arrived(
    state: ChannelState, samples: tuple[Sample, ...], cuff_active: bool | None = None
) -> tuple[ChannelState, frozenset[Signal]]:
    """New measurements, and what the monitor says of its cuff; returns which signals are really new."""
    picture = observe(state.picture, samples)
    fresh = frozenset(one.signal for one in samples if picture.newest(one.signal) is one)
    feed = _heard(state.feed, samples, fresh)
    if cuff_active is not None:
        feed = _cuff_told(feed, cuff_active, state.now)
    return replace(
        state,
        picture=picture,
        cuff=_readings(state, picture, fresh),
        feed=feed,
        trace=_traced(state.trace, picture) if Signal.LINE_PRESSURE in fresh else state.trace,
    ), fresh


def _readings(state: ChannelState, picture: Picture, fresh: frozenset[Signal]) -> tuple[CuffReading, ...]:
    if Signal.SYS not in fresh or Signal.DIA not in fresh:
        return state.cuff
    sys, dia, mean = (picture.newest(one) for one in (Signal.SYS, Signal.DIA, Signal.MAP))
    if sys is None or dia is None or sys.is_suspect or dia.is_suspect or sys.measured_ms != dia.measured_ms:
        return state.cuff
    map_mmhg = mean.value if mean is not None and mean.measured_ms == sys.measured_ms else None
    reading = CuffReading(sys.measured_ms, sys.value, dia.value, map_mmhg)
    return (*state.cuff, reading)[-BASELINE_KEPT:]


def _traced(trace: Trace, picture: Picture) -> Trace:
    newest = picture.newest(Signal.LINE_PRESSURE)
    # A number that is none would hide every slope for as long as it is kept; the rows on the value itself trip on it.
    if newest is None or not isfinite(newest.value):
        return trace
    return followed(trace, newest.measured_ms, newest.value)


def _heard(feed: Feed, samples: tuple[Sample, ...], fresh: frozenset[Signal]) -> Feed:
    """That very device speaks for the right patient, or speaks at all, again; that very signal is measured again."""
    if feed.wrong_patient or feed.two_monitors or feed.offline:
        sources = {one.source for one in samples}
        feed = replace(
            feed,
            wrong_patient=tuple(one for one in feed.wrong_patient if one not in sources),
            two_monitors=tuple(one for one in feed.two_monitors if one not in sources),
            # A last will may be that of a connection which the monitor has replaced since.
            offline=tuple(one for one in feed.offline if one not in sources),
        )
    if feed.frozen:
        # A cuff reading is one set: the next one may come from a cuff that sends no mean.
        moved = {*fresh, *CUFF} if Signal.SYS in fresh else fresh
        feed = replace(feed, frozen=tuple(one for one in feed.frozen if one not in moved))
    if feed.rejects:
        feed = replace(feed, rejects=tuple(one for one in feed.rejects if one[0] not in fresh))
    return feed


def _cuff_told(feed: Feed, is_active: bool, now: Stamp) -> Feed:
    """A monitor repeats itself in every message: only a change begins or ends a cycle."""
    since = feed.cuff_since
    if is_active:
        return feed if since is not None else replace(feed, cuff_since=now)
    if since is None:
        return feed
    was_cuff = now.ms - since.ms <= CUFF_AT_MOST_MS
    return replace(feed, cuff_since=None, cuff_ended=now if was_cuff else None)


def sample_refused(state: ChannelState, event: ev.SampleRefused) -> Observed:
    """Counted and shown; the old sample goes stale by itself."""
    feed = state.feed
    counts = dict(feed.rejected)
    counts[event.reason] = counts.get(event.reason, 0) + 1
    said = event.reason
    feed = replace(
        feed,
        rejected=tuple(sorted(counts.items())),
        last_rejection=f"{event.device}: {event.reason}: {event.detail}",
        wrong_patient=_with(feed.wrong_patient, (event.device,) if said == "wrong_patient" else ()),
        two_monitors=_with(feed.two_monitors, (event.device,) if said == "two_monitors" else ()),
        frozen=_with(feed.frozen, event.signals if said == "frozen" else ()),
        rejects=_rejects(feed, event),
    )
    return replace(state, feed=feed), ()


def _with(known: tuple[One, ...], new: tuple[One, ...]) -> tuple[One, ...]:
    """The newest last, each once."""
    return (*(one for one in known if one not in new), *new) if new else known


def _rejects(feed: Feed, event: ev.SampleRefused) -> tuple[tuple[Signal, int], ...]:
    """As many as the feed says, for each signal of the message: it alone knows which refusals are failed readings."""
    if not event.in_a_row:
        return feed.rejects
    return tuple({**dict(feed.rejects), **dict.fromkeys(event.signals, event.in_a_row)}.items())


def feed_link_changed(state: ChannelState, event: ev.FeedLinkChanged) -> Observed:
    """The broker came or went."""
    return replace(state, feed=replace(state.feed, is_up=event.is_up, reason=event.reason)), ()


def monitor_spoke(state: ChannelState, event: ev.MonitorSpoke) -> Observed:
    """A monitor's last will is as good as a lost broker for what it measured."""
    offline = tuple(one for one in state.feed.offline if one != event.device)
    if not event.is_online:
        offline = (*offline, event.device)
    return replace(state, feed=replace(state.feed, offline=offline)), ()


def intent_recorded(state: ChannelState, event: ev.IntentRecorded) -> Observed:
    """The record of a raise is on disk."""
    intent = state.delivery.intent
    if intent is None or intent.intent_id != event.intent_id:
        return state, ()
    return replace(state, delivery=replace(state.delivery, intent=replace(intent, is_durable=True))), ()


def journal_pace_changed(state: ChannelState, event: ev.JournalPaceChanged) -> Observed:
    """The stop is done all the same; that its record is late is for a person to know (I8).

    A disk that takes nothing any more is a full one without the error (faults rows 82, 86): delivery does not go on.
    """
    session = state.session
    if event.is_stalled:
        session = held(session, HoldKind.RECORD, "the disk has taken no record for 10 s", "pumpd", event.at)
    return replace(state, session=session, is_journal_behind=event.is_behind), ()


def configuration_edited(state: ChannelState, event: ConfigurationEdited) -> Observed:
    """I25: what is in force and what people can read no longer agree; flow waits for a person who knows."""
    return replace(state, session=paused_by_edit(state.session, event), configuration_edited=event.reason), ()


def certificates_examined(state: ChannelState, event: CertificatesExamined) -> Observed:
    """Knowledge only: the session with the broker stands, and should it fall, the rows of silence act."""
    return replace(state, certificates=event.reason), ()


def journal_failed(state: ChannelState, event: ev.JournalFailed) -> Observed:
    """A delivery that cannot be recorded does not go on (faults row 82); the stop needs no record."""
    session = held(
        state.session, HoldKind.RECORD, f"the journal cannot be written: {event.reason}", "pumpd", event.at
    )
    return replace(state, session=session, journal_failure=event.reason), ()
