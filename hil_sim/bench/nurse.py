"""A prescriber and a nurse at the bedside, who do what the screen allows and nothing else.

Theory of operation. She looks every few seconds, as people do; what she does follows from the state shown and from what
she sees of the patient. Orders are entered, verified by a second person, started when nothing stands in the way; a cuff
reading or a score is asked for when that is what is missing, an order verified anew when it waited too long; alarms are
acknowledged after half a minute with a note; a score is taken every ten minutes; resume and restore are pressed when
nothing blocks them. What is refused is not forced. Any of these habits can be switched off, for a story in which she is
not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hil_sim.bench.panel import Panel, State

LOOKS_EVERY_S = 5.0
MEASURES_EVERY_S = 65.0
NURSE, PRESCRIBER, SECOND_NURSE = "nina", "dora", "olga"
PINS = {NURSE: "24680", PRESCRIBER: "13579", SECOND_NURSE: "86420"}
USERS = (
    {"name": NURSE, "roles": ["nurse"], "pin": PINS[NURSE]},
    {"name": PRESCRIBER, "roles": ["prescriber"], "pin": PINS[PRESCRIBER]},
    {"name": SECOND_NURSE, "roles": ["nurse"], "pin": PINS[SECOND_NURSE]},
)
#: Name the state that the person was looking at.
_EPOCH_VERBS = ("verify", "start", "resume", "restore")


@dataclass(frozen=True, slots=True)
class Habits:
    """What she does unasked.

    Attributes:
        starts: orders, has it verified, starts.
        answers_after_s: acknowledges what calls for so long; None: never.
        rounds_every_s: scores and confirms her presence so often; None: never.
        resumes, restores: presses when nothing blocks it, so often at most (`presses_after_s`).
    """

    starts: bool = True
    answers_after_s: float | None = 30.0
    rounds_every_s: float | None = 590.0
    resumes: bool = True
    restores: bool = True
    presses_after_s: float = 30.0


@dataclass(slots=True)
class Nurse:
    """Both people; one has the pen, the other verifies.

    Args:
        panel: what she looks at and presses.
        order: the order's values, as texts.
        moaas: the sedation score that the patient would be given now.
        told: hears (verb, stage, reasons) of every answer.
        pressed: hears (verb, by, arguments) of everything that is pressed.
    """

    panel: Panel
    order: Mapping[str, Any]
    moaas: Callable[[], int]
    told: Callable[[str, str, list[str]], None]
    habits: Habits = field(default_factory=Habits)
    pressed: Callable[[str, str, Mapping[str, Any]], None] = lambda _verb, _by, _args: None
    _pressed_s: float = -1e9
    _measured_s: float = -1e9
    _round_s: float = -1e9
    _scored_s: float = -1e9
    _calling_since_s: float | None = None

    def look(self, now_s: float) -> None:
        """Do what is due now."""
        state = self.panel.state
        if state is None:
            return
        if self.habits.answers_after_s is not None:
            self._answer(state, now_s, self.habits.answers_after_s)
        if state["phase"] == "infusing":
            self._attend(state, now_s)
        elif self.habits.starts:
            self._prepare(state, now_s)

    def act(self, verb: str, args: Mapping[str, Any] | None = None, by: str = "", pin: str = "") -> None:
        """Press something, on the state as it is shown now; with her own PIN unless another is given."""
        who = by or (PRESCRIBER if verb == "order" else NURSE)
        given = dict(args or {})
        if verb in _EPOCH_VERBS and "epoch" not in given and self.panel.state is not None:
            given["epoch"] = self.panel.state["epoch"]
        typed = (pin or PINS.get(who, "0000")) if verb in (*_EPOCH_VERBS, "order") else ""
        if verb == "order":
            # A console takes an order as it is typed: texts.
            typed_in = {key: one if isinstance(one, str) else f"{one:g}" for key, one in given.items()}
            given = {**self.order, **typed_in}
        self.pressed(verb, who, given)
        self.panel.ask(verb, who, typed, given, lambda stage, reasons: self.told(verb, stage, reasons))

    def _prepare(self, state: State, now_s: float) -> None:
        if now_s - self._pressed_s < LOOKS_EVERY_S:
            return
        verb = {"idle": "order", "ordered": "verify", "verified": "start"}.get(state["phase"])
        if verb is None:
            return
        if verb == "start" and (blocked := state["start_blocked_by"]):
            if not any("verify it again" in one for one in blocked):
                self._measure_if_missing(blocked, now_s)
                self._score_if_low(blocked, now_s)
                return
            verb = "verify"
        self._pressed_s = now_s
        self.act(verb)

    def _attend(self, state: State, now_s: float) -> None:
        every_s = self.habits.rounds_every_s
        if every_s is not None and now_s - self._round_s >= every_s:
            self._round_s = now_s
            self.act("present")
            self.act("score", {"scale": "moaas", "value": self.moaas()})
        if now_s - self._pressed_s < self.habits.presses_after_s:
            return
        for verb, is_wanted in (("resume", self.habits.resumes), ("restore", self.habits.restores)):
            if not is_wanted or not state[f"can_{verb}"]:
                continue
            blocked = state[f"{verb}_blocked_by"]
            if not blocked:
                self._pressed_s = now_s
                self.act(verb)
            else:
                self._measure_if_missing(blocked, now_s)
            return

    def _measure_if_missing(self, blocked: list[str], now_s: float) -> None:
        if now_s - self._measured_s >= MEASURES_EVERY_S and any("reading" in one for one in blocked):
            self._measured_s = now_s
            self.act("measure")

    def _score_if_low(self, blocked: list[str], now_s: float) -> None:
        """A patient who slept when somebody looked may be awake by now."""
        if self.habits.rounds_every_s is None or now_s - self._scored_s < MEASURES_EVERY_S:
            return
        if any("MOAA/S" in one for one in blocked):
            self._scored_s = now_s
            self.act("score", {"scale": "moaas", "value": self.moaas()})

    def _answer(self, state: State, now_s: float, after_s: float) -> None:
        if all(one["acknowledged"] for one in state["alarms"]):
            self._calling_since_s = None
        elif self._calling_since_s is None:
            self._calling_since_s = now_s
        elif now_s - self._calling_since_s >= after_s:
            self._calling_since_s = None
            self.act("acknowledge", {"note": "seen at the chair"})
