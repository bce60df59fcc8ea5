"""A channel as the journal remembers it.

Theory of operation. State is a fold of decisions over events, so the newest snapshot plus the events recorded behind it
is the channel as it was when the last durable record was written. What happened in the moments after that is not lost
either: the pump's own counter tells it at the first readback. A snapshot of another version is not guessed at: the
channel starts empty, the pump is halted, and the old journal stays as it is (faults row 101).
"""

from pathlib import Path

import structlog

from pumpd.core.replay import fold
from pumpd.core.state import ChannelState, Policy
from pumpd.shell.journal_file import latest, read
from pumpd.shell.record import DECISION, SNAPSHOT, load_decision, load_state

log = structlog.get_logger("restore")


def restored(path: Path, policy: Policy) -> ChannelState:
    """The channel's last known state; an empty one where the journal knows nothing or speaks another version."""
    if not path.exists():
        return ChannelState()
    snapshot = latest(path, SNAPSHOT, policy.channel)
    if snapshot is None:
        return ChannelState()
    try:
        state = load_state(snapshot.body)
        tail = (one for one in read(path, snapshot.seq, [DECISION]) if one.channel == policy.channel)
        return fold(state, (load_decision(one.body).event for one in tail), policy)
    except ValueError as stranger:
        log.critical(
            "snapshot not understood, starting empty", channel=policy.channel, reason=str(stranger)[:500]
        )
        return ChannelState()
