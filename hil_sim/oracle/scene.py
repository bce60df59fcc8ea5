"""What an oracle sees, step by step, and what it remembers of it for all predicates.

Theory of operation. A step is one thing seen at one instant: a tick of the world, a frame on the pump's wire, a state on
the screen, a press and its answer, a fault that begins or ends, a life of the daemon, a commit of its disk. Whoever runs a
daemon tells the steps in order; the scene keeps what several predicates need (how fast the true plunger goes, who pressed
what when, which faults stand) so that each predicate is a comparison or two. Nothing here is a type of any daemon: the
order is what people entered, the state is the JSON that they are shown.

Times are seconds of the bench, volumes nanolitres, rates nanolitres per hour.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

NL_PER_ML = 1_000_000


@dataclass(frozen=True, slots=True)
class Tick:
    """The true world: what the plunger has displaced, how fast it goes, whether patient and line are well."""

    t_s: float
    plunger_nl: float
    rate_nl_h: float
    is_calm: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """The true plunger's rate has changed."""

    t_s: float
    rate_nl_h: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame of the host has arrived at the pump: what it asks for, as `Wording` reads it."""

    t_s: float
    is_stop: bool = False
    is_run: bool = False
    is_identity: bool = False
    rate_nl_h: float | None = None
    limit_nl: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A state on the screen."""

    t_s: float
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person asks for something; `key` is its own; `is_void`: with a wrong PIN, or on a state that is no longer so."""

    t_s: float
    key: str
    verb: str
    by: str = ""
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it: refused, accepted, confirmed, not_confirmed."""

    t_s: float
    key: str
    verb: str
    stage: str


@dataclass(frozen=True, slots=True)
class Broke:
    """A fault or event of this name begins; `is_over`: has ended."""

    t_s: float
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Lived:
    """Of the daemon: "life", "ready", "crash", "term" (asked to end), "exit", "open" (the pump's port), "fell" (ended
    by itself, or an error reached the loop; `said`).
    """

    t_s: float
    what: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Committed:
    """The disk begins a commit that ends at `until_s`."""

    t_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The broker has delivered what a device said.

    Attributes:
        is_sound: no fault was on it and it is not retained.
        is_stranger: it can be read, and names another patient.
    """

    t_s: float
    device: str
    is_sound: bool = True
    is_retained: bool = False
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The run is over; `journal_said`: what is wrong with the journal's chain, empty if nothing."""

    t_s: float
    journal_said: str = ""


Step = Tick | Moved | Sent | Shown | Pressed | Answered | Broke | Lived | Committed | Heard | Closed


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What people entered, computed here and nowhere else."""

    volume_nl: float
    rate_nl_h: float
    dose_mg: float

    @classmethod
    def of(cls, order: Mapping[str, Any]) -> "Prescribed":
        """From an order's texts: weight kg, dose mg/kg, concentration mg/mL, minutes."""
        milligrams = Fraction(order["weight_kg"]) * Fraction(order["dose_mg_per_kg"])
        volume_nl = milligrams / Fraction(order["concentration_mg_per_ml"]) * NL_PER_ML
        return cls(float(volume_nl), float(volume_nl * 60 / Fraction(order["minutes"])), float(milligrams))


@dataclass(slots=True)
class Press:
    """A press that may move something."""

    t_s: float
    key: str
    verb: str
    life: int
    stage: str = "asked"
    answered_s: float | None = None
    is_spent: bool = False


#: While one of these stands, or just after, the pump itself may go, or go otherwise, without any host.
PUMP_GOES = frozenset({"keypad_run", "power_blip"})
PUMP_FASTER = frozenset({"keypad_rate", "overdelivery", "underdelivery", "keypad_diameter"})
#: The host cannot reach the pump, or not believe it, while one of these stands.
WIRE = frozenset(
    {"line_down", "reply_lost", "request_lost", "reply_garbled", "reply_late", "reply_split", "noise"}
)
#: The pump does not do as it says.
LIES = frozenset(
    {"stop_ignored", "frozen_status", "stop_refused", "rate_ignored", "other_pump", "power_blip"}
    | {"remote_disabled"}
)
#: Over in the instant in which they begin.
BLOWS = frozenset(
    {"power_blip", "forget_settings", "counter_cleared", "keypad_rate", "keypad_stop", "keypad_run"}
    | {"keypad_diameter", "daemon_killed", "daemon_ended", "wall_clock_stepped", "release", "cuff_off"}
    | {"reconnect_line", "air_drawn_off", "button_release", "breathe", "screen_touched", "poll_mode_lost"}
)
#: What the volume on the pump's counter does not tell.
HIDES = frozenset({"siphon", "keypad_diameter", "forget_settings", "frozen_status", "torn_value"})


@dataclass(slots=True)
class Scene:
    """What is known at the present step.

    Attributes:
        slack_nl: what the drive may take up before anything is displaced.
        lease_s: so long the pump goes on by itself when its host is silent.
        unmissed: devices whose signal somebody else gives too.
        seam_s: a pump that runs to a target a few seconds ahead, again and again, may stand so long between two; a
            shorter stand that no stop of the host began is none: it goes on at the rate it had.
        is_attended: somebody by the book is there: orders, starts, acknowledges, resumes.
    """

    prescribed: Prescribed
    slack_nl: float = 0.0
    is_attended: bool = True
    seam_s: float = 0.0
    lease_s: float = 2.0
    unmissed: frozenset[str] = frozenset()
    stopped_s: float = -1e9
    _before_stand: tuple[float, float] = (0.0, -1e9)
    now_s: float = 0.0
    plunger_nl: float = 0.0
    rate_nl_h: float = 0.0
    was_rate_nl_h: float = 0.0
    standing_since_s: float | None = 0.0
    state: Mapping[str, Any] | None = None
    state_s: float = -1e9
    standing: Counter[str] = field(default_factory=Counter)
    last_s: dict[str, float] = field(default_factory=dict)
    broke_s: dict[str, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    life: int = 0
    is_alive: bool = False
    is_ready: bool = False
    life_s: float = 0.0
    ready_s: float = 0.0
    ended_s: float = -1e9
    opened_s: float = -1e9
    presses: list[Press] = field(default_factory=list)

    def is_on(self, *names: str) -> bool:
        """One of these faults stands."""
        return any(self.standing[name] > 0 for name in names)

    def was_on(self, names: frozenset[str], within_s: float) -> bool:
        """One of these stands, or stood less than so long ago."""
        # Whatever ever stood has an entry of its own; asked at each step, and mostly nothing has.
        for name, last_s in self.last_s.items():
            if name in names and (self.standing[name] > 0 or self.now_s - last_s <= within_s):
                return True
        return False

    @property
    def is_in_seam(self) -> bool:
        """It went a moment ago for a person of this life, no stop of the host came since, and it goes in pieces."""
        rate_nl_h, since_s = self._before_stand
        is_short = rate_nl_h > 0.0 and self.now_s - since_s <= self.seam_s
        is_same_run = is_short and self.stopped_s < since_s and self.life_s < since_s
        return is_same_run and self.has_pressed(("start", "resume"), self.life_s)

    @property
    def phase(self) -> str:
        """As shown last."""
        return "" if self.state is None else str(self.state["phase"])

    @property
    def is_shown(self) -> bool:
        """Somebody sees a state that is new enough to be believed."""
        return self.state is not None and self.now_s - self.state_s <= 2.0

    @property
    def is_unmet(self) -> bool:
        """The pump has not been able to tell this life who it is: nothing but that question is sent (row 21)."""
        spoilt = (one for one in (*WIRE, "other_unit", "other_pump") if self.standing[one] > 0)
        return any(self.broke_s[one] <= self.ready_s for one in spoilt)

    @property
    def is_lawless(self) -> bool:
        """No watchdog at the pump, and nobody who could stop it: only other hardware would help (F11)."""
        return "watchdog_dead" in self.seen

    def press_for(self, verbs: tuple[str, ...], within_s: float) -> Press | None:
        """The newest press of these verbs in this life that was not refused and moved nothing yet."""
        for one in reversed(self.presses):
            if self.now_s - one.t_s > within_s:
                return None
            if one.verb in verbs and one.life == self.life and one.stage != "refused" and not one.is_spent:
                return one
        return None

    def has_pressed(self, verbs: tuple[str, ...], since_s: float) -> bool:
        """One of these was pressed in this life since then, and not refused."""
        for one in reversed(self.presses):
            if one.t_s < since_s or one.life != self.life:
                return False
            if one.verb in verbs and one.stage != "refused":
                return True
        return False

    def take(self, step: Step) -> None:
        """Bring the scene to this step."""
        self.now_s = step.t_s
        if isinstance(step, Tick):
            self.plunger_nl = step.plunger_nl
        elif isinstance(step, Moved):
            self._move(step)
        elif isinstance(step, Sent):
            self.stopped_s = step.t_s if step.is_stop else self.stopped_s
        elif isinstance(step, Shown):
            self.state, self.state_s = step.state, step.t_s
        elif isinstance(step, Pressed):
            stage = "refused" if step.is_void else "asked"
            self.presses.append(Press(step.t_s, step.key, step.verb, self.life, stage))
        elif isinstance(step, Answered):
            self._answer(step)
        elif isinstance(step, Broke):
            self._break(step)
        elif isinstance(step, Lived):
            self._live(step)

    def _move(self, step: Moved) -> None:
        self.was_rate_nl_h, self.rate_nl_h = self.rate_nl_h, step.rate_nl_h
        if step.rate_nl_h == 0.0:
            self._before_stand = (self.was_rate_nl_h, step.t_s)
        elif self.was_rate_nl_h == 0.0 and self.is_in_seam:
            self.was_rate_nl_h = self._before_stand[0]
        if step.rate_nl_h != 0.0:
            self.standing_since_s = None
        elif self.standing_since_s is None:
            self.standing_since_s = step.t_s

    def _answer(self, step: Answered) -> None:
        for one in reversed(self.presses):
            if one.key == step.key and one.life == self.life:
                if one.answered_s is None:
                    one.answered_s = step.t_s
                one.stage = step.stage
                return

    def _break(self, step: Broke) -> None:
        if not (step.name == "torn_value" and step.params.get("count") == 1):
            self.seen.add(step.name)  # one torn reading is read again (row 40) and excuses nothing
        self.last_s[step.name] = step.t_s + float(step.params.get("dark_ms", 0.0)) / 1000.0
        if step.is_over:
            self.standing[step.name] -= 1
        else:
            self.broke_s[step.name] = step.t_s
            if step.name not in BLOWS:
                self.standing[step.name] += 1

    def _live(self, step: Lived) -> None:
        if step.what == "life":
            self.life += 1
            self.is_alive, self.is_ready, self.life_s = True, False, step.t_s
            self.state = None
        elif step.what == "ready":
            self.is_ready, self.ready_s = True, step.t_s
        elif step.what in ("crash", "exit"):
            self.is_alive = self.is_ready = False
            self.ended_s, self.state = step.t_s, None
        elif step.what == "open":
            self.opened_s = step.t_s
