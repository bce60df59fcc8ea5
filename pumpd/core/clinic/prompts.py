"""What is due at the chair, and in how long.

Theory of operation. A prompt asks; whether its silence matters is judged elsewhere: by the rows for scores and presence
(SE0, PR1), by the alarm OBSERVATION after the end. So nothing is remembered here: what is due follows from the age of
what was last entered. The first score is asked for five minutes after the start, because dissociation may begin within
minutes (facts/clinical.md 1 row 30), then every ten (rows 16 and 18).
"""

from dataclasses import dataclass

from interlocks.vocabulary import Signal
from pumpd.core.clinic import observing
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy

FIRST_SCORE_MS = 5 * 60_000
EVERY_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something a person is to do. `due_in_s`: treatment s; negative: overdue."""

    key: str
    text: str
    due_in_s: int

    @property
    def sentence(self) -> str:
        """With its time, to the minute: words that change every second are read by nobody."""
        if self.due_in_s < 0:
            return f"{self.text}: overdue by {-self.due_in_s // 60} min"
        return f"{self.text}: due in {-(-self.due_in_s // 60)} min" if self.due_in_s else f"{self.text} now"


def prompts(state: ChannelState, policy: Policy) -> tuple[Prompt, ...]:
    """What is due in this course now; () on the bench, whose rows ask by themselves."""
    clinic = policy.clinic
    if clinic is None:
        return ()
    if state.session.phase is Phase.INFUSING:
        score_ms = max(_left_ms(state, Signal.MOAAS), _left_ms(state, Signal.RASS))
        return (
            Prompt("score", "Write down a sedation score", score_ms // 1000),
            Prompt("present", "Confirm that somebody is here", _left_ms(state, Signal.PRESENCE) // 1000),
        )
    if not observing.is_open(state, policy):
        return ()
    due_ms = observing.due_ms(state.care, clinic)
    if due_ms is None:
        return ()
    text = f"Observe the patient, {due_ms // observing.MINUTE_MS} min after the end"
    return (Prompt("observe", text, (due_ms - state.care.since_end_ms) // 1000),)


def _left_ms(state: ChannelState, signal: Signal) -> int:
    """Until this wants to be said again. What was said before the start is good for five minutes of it."""
    elapsed_ms = state.session.elapsed_ms
    age_ms = state.picture.age_ms(signal, state.now)
    if age_ms is None or age_ms > elapsed_ms:
        # Also after a restart of the daemon, which has forgotten it: then it is due at once.
        return FIRST_SCORE_MS - elapsed_ms if elapsed_ms < FIRST_SCORE_MS else 0
    return EVERY_MS - age_ms
