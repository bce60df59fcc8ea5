"""The room that is left for the record: told long before it ends, and asked for before a start.

Theory of operation. Without a record nothing may be raised, so a full disk pauses whoever is being treated (facts/faults.md
row 82). Two things keep that from happening by surprise. Below a tenth, or below a working day of record, an alarm of low
priority asks for room while there is still time. And nobody is started whose session would not fit: all channels write at
the pace that was measured, for twice the ordered time, because pauses and half the rate stretch it, and an hour behind it.
Nothing that runs is stopped for it: the pause comes with the first write that fails, and not before.
"""

from pumpd.core.actions import Action
from pumpd.core.daemon_events import JournalRoomMeasured
from pumpd.core.replacing import replace
from pumpd.core.state import ChannelState

#: Measured, with a 10 Hz transducer (docs/engineer.md).
BYTES_PER_CHANNEL_HOUR = 35_000_000
#: Requirement of facts/faults.md row 82: warn at 10 % free.
LOW_PERCENT = 10
#: Ours: a small disk, or many channels, in a working day.
LOW_HOURS = 8
STRETCH = 2
BEHIND_S = 3_600
_S_PER_HOUR = 3_600
_MB = 1_000_000


def measured(state: ChannelState, event: JournalRoomMeasured) -> tuple[ChannelState, tuple[Action, ...]]:
    """Knowledge only."""
    return replace(state, journal_room=event), ()


def needed_s(ordered_s: int) -> int:
    """How long a session of so many ordered seconds may write, s."""
    return STRETCH * ordered_s + BEHIND_S


def blockers(state: ChannelState) -> tuple[str, ...]:
    """The session would not fit; () it does, or nobody has looked yet, or there is no order."""
    room, programme = state.journal_room, state.session.programme
    if room is None or programme is None:
        return ()
    seconds = needed_s(programme.duration_s)
    needed_bytes = BYTES_PER_CHANNEL_HOUR * room.channels * seconds // _S_PER_HOUR
    if room.free_bytes >= needed_bytes:
        return ()
    free, needed, minutes = room.free_bytes // _MB, -(-needed_bytes // _MB), seconds // 60
    pace = f"{minutes} min at {BYTES_PER_CHANNEL_HOUR // _MB} MB/h for each of {room.channels} channel(s)"
    return (f"the journal's disk has {free} MB free, a session needs {needed} MB ({pace}): make room",)


def told(state: ChannelState) -> str:
    """That room gets short, without a number that creeps; "" it does not."""
    room = state.journal_room
    if room is None:
        return ""
    day_bytes = BYTES_PER_CHANNEL_HOUR * room.channels * LOW_HOURS
    if room.free_bytes * 100 >= room.total_bytes * LOW_PERCENT and room.free_bytes >= day_bytes:
        return ""
    return f"the journal's disk has less than {LOW_PERCENT} % free, or less than {LOW_HOURS} h of record: make room"


def free_mb(state: ChannelState) -> int | None:
    """For the summary; None: nobody has looked yet."""
    return None if state.journal_room is None else state.journal_room.free_bytes // _MB
