"""A channel as the journal remembers it.

Theory of operation. State is a fold of decisions over events, so the newest snapshot plus the events recorded behind it
is the channel as it was when the last durable record was written. What happened in the moments after that is not lost
either: the pump's own counter tells it at the first readback. What cannot be read or decided again (another version, a
sick disk, a defect that already ended the last boot) is not guessed at: the channel starts empty, the pump is halted,
and the old journal stays as it is (faults row 101). A daemon that refused to start here could not halt its pump.
"""

from pathlib import Path

import structlog

from pumpd.config_difference import from_record
from pumpd.core.replay import fold
from pumpd.core.state import ChannelState, Policy
from pumpd.shell.journal_file import every, latest, read
from pumpd.shell.record import CONFIGURATION_FILE, DECISION, SNAPSHOT, load_decision, load_state

log = structlog.get_logger("restore")

_REASON_SHOWN = 200


def files_in_record(path: Path) -> dict[str, dict[str, str]]:
    """Every configuration that was ever in force here, by its hash; what cannot be read is left out."""
    try:
        bodies = [one.body for one in every(path, CONFIGURATION_FILE)] if path.exists() else []
        return dict(from_record(body) for body in bodies)
    except Exception as stranger:  # a person is told less; nothing else depends on it
        log.error("earlier configurations not known", reason=f"{type(stranger).__name__}: {stranger}"[:500])
        return {}


def restored(path: Path, policy: Policy) -> tuple[ChannelState, str]:
    """The channel's last known state, and why it is empty where the journal knows more than can be used.

    An empty state without a reason: the journal knows nothing of this channel.
    """
    if not path.exists():
        return ChannelState(), ""
    try:
        snapshot = latest(path, SNAPSHOT, policy.channel)
        if snapshot is None:
            return ChannelState(), ""
        state = load_state(snapshot.body)
        tail = read(path, snapshot.seq, [DECISION], policy.channel)
        return fold(state, (load_decision(one.body).event for one in tail), policy), ""
    except Exception as stranger:  # whatever it is, the pump must still be halted
        reason = f"{type(stranger).__name__}: {stranger}"
        log.critical("channel not restored, starting empty", channel=policy.channel, reason=reason[:500])
        return ChannelState(), reason[:_REASON_SHOWN]
