"""A nurse by the book: she looks every few seconds, answers an alarm within half a minute, and never forgets a round.

She presses what the screen says is possible: resume when the only thing missing is a fresh cuff reading (pressing asks
for one) or nothing, restore likewise. She does not pause and does not stop: what ends a session here is a rule.
"""

from typing import TYPE_CHECKING

from interlocks.vocabulary import Signal
from pumpd.core.gates import CUFF_REQUESTED, can_restore, can_resume, restore_blockers, resume_blockers

if TYPE_CHECKING:
    from cohort.treatment import Treatment

LOOKS_EVERY_MS = 5_000
ANSWERS_AFTER_MS = 30_000
PRESSES_EVERY_MS = 30_000
#: "Every ten minutes": just before the prompt that would otherwise remind her.
ROUND_EVERY_MS = 590_000
FIRST_SCORE_MS = 300_000  # facts/clinical.md 1, #30


class Nurse:
    """What she remembers between two looks; treatment ms."""

    def __init__(self) -> None:
        self._looked_ms = 0
        self._pressed_ms = 0
        self._round_ms: int | None = None
        self._waiting_since_ms: int | None = None

    def look(self, at: "Treatment") -> None:
        """Do what is due; called with every tick of an infusion."""
        now_ms = at.now.ms
        if self._round_ms is None:
            self._round_ms = now_ms + FIRST_SCORE_MS
        if now_ms - self._looked_ms < LOOKS_EVERY_MS:
            return
        self._looked_ms = now_ms
        if now_ms >= self._round_ms:
            self._round_ms = now_ms + ROUND_EVERY_MS
            at.present()
            at.score(Signal.MOAAS, at.truth.moaas)
        self._answer(at)
        if now_ms - self._pressed_ms >= PRESSES_EVERY_MS:
            self._press(at)

    def _answer(self, at: "Treatment") -> None:
        is_calling = any(not one.acknowledged_by for one in at.state.alarms)
        if not is_calling:
            self._waiting_since_ms = None
        elif self._waiting_since_ms is None:
            self._waiting_since_ms = at.now.ms
        elif at.now.ms - self._waiting_since_ms >= ANSWERS_AFTER_MS:
            self._waiting_since_ms = None
            at.acknowledge(note="patient well, seen at the chair")

    def _press(self, at: "Treatment") -> None:
        if can_resume(at.state):
            blockers, press = resume_blockers(at.state, at.policy), at.resume
        elif can_restore(at.state):
            blockers, press = restore_blockers(at.state, at.policy), at.restore
        else:
            return
        if all(CUFF_REQUESTED in one for one in blockers):
            self._pressed_ms = at.now.ms
            press()
