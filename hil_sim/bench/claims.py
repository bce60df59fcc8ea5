"""What a story expects, one claim each, and how claims are written in its file.

Theory of operation. A claim says one thing that can be seen from outside the daemon and be true or false: a rule
shown in force within a time, the plunger standing, the dose. It is read strictly, and its point of reference must
exist in the story, so that a misspelt claim is refused before anything runs instead of passing because nothing it
names ever comes. A claim knows its own plain words; reading it is `hil_sim.bench.claim_reader`'s affair, judging it
`hil_sim.bench.expect`'s.

A claim about something that stands (rule, alarm, word) holds as soon as it is so within the time, even if it was so
before: what counts is what people see then. A claim about the plunger is judged at the end of the time, for a stop
that does not last is none. A time counts treatment seconds.
"""

from dataclasses import dataclass, field

from hil_sim.bench.strict import span_words

#: Written after an act's name: its end is meant, not its beginning.
OVER = " over"


@dataclass(frozen=True, slots=True)
class When:
    """From when on, and how long.

    Attributes:
        after: the act from which the time counts; "": from `at_s`.
        nth: which of the acts of that name, from 1.
        is_over: from the act's end, not its beginning.
        at_s: treatment s, where there is no `after`.
        within_s: treatment s from then; None: until the end of watching.
    """

    after: str = ""
    nth: int = 1
    is_over: bool = False
    at_s: float = 0.0
    within_s: float | None = None

    @property
    def act(self) -> str:
        """The act as written: "bp_shift", "bp_shift#2", "line_down over"."""
        return self.after + (f"#{self.nth}" if self.nth > 1 else "") + (OVER if self.is_over else "")

    def words(self) -> str:
        since = f" after {self.act}" if self.after else f" after {self.at_s:g} s" if self.at_s else ""
        if self.within_s is None:
            return since
        return f" within {span_words(self.within_s)}{since or ' of the beginning'}"


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule is shown in force; `action` "" means whatever it demands."""

    rule: str
    action: str = ""
    when: When = field(default_factory=When)

    def words(self) -> str:
        return f"{self.rule}{' ' if self.action else ''}{self.action}{self.when.words()}"


@dataclass(frozen=True, slots=True)
class RulesLimited:
    """Of the rules only these are ever seen (`is_only`), or these never."""

    rules: tuple[str, ...]
    is_only: bool

    def words(self) -> str:
        names = ", ".join(self.rules)
        return (
            f"no rule but {names}"
            if self.is_only and names
            else "no rule"
            if self.is_only
            else f"never {names}"
        )


@dataclass(frozen=True, slots=True)
class Trips:
    """These rules and actions that move the pump, in order of first appearance, and no others."""

    trips: tuple[tuple[str, str], ...]

    def words(self) -> str:
        return f"trips: {', '.join(' '.join(each) for each in self.trips) or 'none'}"


@dataclass(frozen=True, slots=True)
class WordShown:
    """The word that people see."""

    word: str
    when: When

    def words(self) -> str:
        return f"the word {self.word}{self.when.words()}"


@dataclass(frozen=True, slots=True)
class PlungerStands:
    """The true plunger stands (or moves) when the time is up."""

    still: bool
    when: When

    def words(self) -> str:
        return f"the plunger {'stands' if self.still else 'moves'}{self.when.words()}"


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """An alarm stands, by its key; `priority` "" means any."""

    alarm: str
    priority: str
    when: When

    def words(self) -> str:
        return (
            f"alarm {self.alarm}{f' of {self.priority} priority' if self.priority else ''}{self.when.words()}"
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """What an operator was told: the stage, and part of a reason ("" means any)."""

    verb: str
    stage: str
    says: str
    when: When

    def words(self) -> str:
        saying = f', saying "{self.says}",' if self.says else ""
        return f"{self.verb} is answered {self.stage.replace('_', ' ')}{saying}{self.when.words()}".rstrip(
            ","
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """The true dose at the plunger by the end, mg; None: no limit on that side."""

    low_mg: float | None
    high_mg: float | None

    def words(self) -> str:
        if self.low_mg is None:
            return f"at most {self.high_mg:g} mg delivered"
        if self.high_mg is None:
            return f"at least {self.low_mg:g} mg delivered"
        return f"{self.low_mg:g} to {self.high_mg:g} mg delivered"


@dataclass(frozen=True, slots=True)
class Completed:
    """The treatment is shown as completed, or never."""

    completed: bool

    def words(self) -> str:
        return "the treatment is completed" if self.completed else "the treatment is not completed"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the treatment ended, by the last word of that kind: completed, stopped."""

    ended: str

    def words(self) -> str:
        return f"the treatment ended {self.ended}"


@dataclass(frozen=True, slots=True)
class NeverFaster:
    """The true plunger never moves faster, mL/h."""

    limit_ml_h: float

    def words(self) -> str:
        return f"the plunger never faster than {self.limit_ml_h:g} mL/h"


@dataclass(frozen=True, slots=True)
class Kept:
    """Every invariant of the oracle is kept."""

    def words(self) -> str:
        return "every invariant is kept"


Claim = (
    RuleShown
    | RulesLimited
    | Trips
    | WordShown
    | PlungerStands
    | AlarmShown
    | Answered
    | Delivered
    | Completed
    | Ended
    | NeverFaster
    | Kept
)
