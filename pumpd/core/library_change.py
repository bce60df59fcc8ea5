"""A session that was ordered under another drug library than the one in force now.

Theory of operation. The library is read once, at start, so it changes only with a restart. A session that was running
then keeps the programme two persons have approved: it stands paused after the restart anyway, and the person who
resumes is told. One that has not been started is ordered again, because its numbers were never held against the limits
in force (requirements 3.1 (62)).
"""

from pumpd.core.library import NO_FILE, Library
from pumpd.core.session import Session

_SHOWN = 12


def other_library(session: Session, library: Library) -> str:
    """What to tell; "" where the library is the same, or nobody wrote down which it was."""
    if not session.library or session.library == library.hash:
        return ""
    before, now = (short_hash(one) for one in (session.library, library.hash))
    return f"this order was made under the drug library {before}, now {now} is in force"


def short_hash(text: str) -> str:
    """As many digits as a person compares."""
    return text if text == NO_FILE else text[:_SHOWN]
