"""A session that was begun under another configuration than the one in force, and a file that was changed meanwhile.

Theory of operation. The daemon reads its file once, at start, and runs on what it read (facts/faults.md I25). Two things
can still come between a session and the limits it was begun with. After a restart another file may be in force: the
session stands anyway (law 9), and whoever resumes reads both hashes and what has changed; with that act the new one is
that session's. While the daemon runs somebody may save the file: what is in force and what people can read then
differ, so an infusion pauses (row 102), and the daemon goes on with what it read until it is restarted.

The hash that was in force comes with `DaemonStarted` and lies in the state, so the events behind a snapshot bring back
the configuration that they were decided under and not the one of whoever folds them.
"""

from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.session import HoldKind, Session, held

_SHOWN = 12


def other_configuration(session: Session, in_force: str, changes: str) -> str:
    """What to tell; "" where it is the same, or nobody wrote down which it was."""
    if not session.configuration or not in_force or session.configuration == in_force:
        return ""
    before, now = session.configuration[:_SHOWN], in_force[:_SHOWN]
    told = f"the configuration was changed: this session was begun under {before}, now {now} is in force"
    return f"{told}: {changes}" if changes else told


def paused_by_edit(session: Session, event: ConfigurationEdited) -> Session:
    """An infusion stands until a person has seen it; what is given back is seen to as well."""
    if not event.reason:
        return session
    return held(session, HoldKind.CONFIGURATION, event.reason, "pumpd", event.at)
