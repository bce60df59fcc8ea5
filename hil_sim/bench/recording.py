"""What was seen while one story was played: once a second the truth and the daemon's word, and everything that happened.

Theory of operation. A recording is the whole of what verdicts, plots and reports are made from, so they can be
made again without the run, and tested with recordings written by hand. It holds two views side by side that never
touch during the run: the world's truth (the plunger, the vein, the body) and what the daemon under test showed of
itself. All times are treatment seconds of the world, from 0 where the world began; `link_ms` is the link's own
time, which differs when the bench runs faster than life.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

#: Every kind of happening there is.
KINDS: Final = (
    "event",
    "fault",
    "fault_over",
    "operator",
    "answer",
    "rule",
    "alarm",
    "word",
    "request",
    "motion",
    "crash",
    "start",
    "watch",
    "violation",
)
#: The kinds that somebody or something does to bed, pump or daemon: what an expectation may count from.
ACTS: Final = ("event", "fault", "operator", "crash")


@dataclass(frozen=True, slots=True)
class Moment:
    """One treatment second.

    Attributes:
        t_s: treatment seconds since the world began.
        rate_ml_h: how fast the true plunger moves, mL/h.
        plunger_ml: what has left the syringe's tip so far, mL.
        patient_ml: what has reached the vein so far, mL.
        line_mmhg: true pressure in the line, mmHg.
        sys, dia: the patient's true blood pressure, mmHg.
        hr: beats per minute.
        spo2: percent.
        rr: breaths per minute.
        c_art_ng_ml, c_ven_ng_ml: drug in arterial and venous plasma, ng/mL.
        word: the one word that the daemon showed; "" where it showed none.
        permitted_ml_h, commanded_ml_h: what the daemon said it permits and has commanded, mL/h; None: it did not say.
        given_low_ml, given_high_ml: the daemon's interval of the volume given, mL; None: it did not say.
    """

    t_s: float
    rate_ml_h: float
    plunger_ml: float
    patient_ml: float
    line_mmhg: float
    sys: float
    dia: float
    hr: float
    spo2: float
    rr: float
    c_art_ng_ml: float
    c_ven_ng_ml: float
    word: str
    permitted_ml_h: float | None
    commanded_ml_h: float | None
    given_low_ml: float | None
    given_high_ml: float | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, by the instant it was seen.

    What stands for a while (rule, alarm, word, motion) is entered when it changes and holds until it is entered
    again under the same name; so whoever records must enter the end too, or a later claim is judged by an old state.

    Attributes:
        t_s: treatment seconds since the world began.
        link_ms: the link's time, ms.
        kind: one of `KINDS`.
        name: event, fault, fault_over: the name in the simulator's tables (the end of an event is a fault_over too);
            operator, answer: the verb; rule: its id; alarm: its key; word: the word; crash: "crash"; others: free.
        text: one sentence for people; may be empty.
        detail: by kind. rule: `demand` ("SLOW", "PAUSE", "STOP"; "" when it is no longer in force).
            alarm: `phase` ("start", "update", "end") and `priority` ("high", "medium", "low").
            motion: `ml_h`, the true plunger's new rate. operator: `by` and the verb's own arguments.
            answer: `stage` and `reasons` (list of sentences). event, fault: their parameters.
    """

    t_s: float
    link_ms: int
    kind: str
    name: str
    text: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation judged: the claim in plain words, and what was seen."""

    expectation: str
    passed: bool
    said: str


class Dose(TypedDict):
    """What turns volumes into doses: the drug in the syringe, mg/mL, and the dose ordered, mg."""

    mg_per_ml: float
    prescribed_mg: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One run of one story.

    Attributes:
        title: the story's.
        source: its file, as named by whoever ran it.
        seed: the seed of everything random in the run.
        moments: in order of time.
        happenings: in order of time.
        verdicts: in the order of the story's expectations.
        daemon: name and version of what was tested.
        mode_words: how it was run, for people: "virtual", "live at 10x".
        simulated_s: treatment seconds that were played.
        wall_s: real seconds that took.
        dose: see `Dose`.
    """

    title: str
    source: str
    seed: int
    moments: list[Moment]
    happenings: list[Happening]
    verdicts: list[Verdict]
    daemon: str
    mode_words: str
    simulated_s: float
    wall_s: float
    dose: Dose

    @property
    def until_s(self) -> float:
        """The last treatment second that was watched; 0.0 when nothing was recorded."""
        ends = [each[-1].t_s for each in (self.moments, self.happenings) if each]
        return max(ends, default=0.0)

    @property
    def is_passed(self) -> bool:
        """Every expectation held. A story that expects nothing proves nothing, but it has not failed."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def delivered_mg(self) -> float:
        """The true dose that has left the syringe by the end, mg."""
        return self.moments[-1].plunger_ml * self.dose["mg_per_ml"] if self.moments else 0.0

    @property
    def infusion_began_s(self) -> float | None:
        """When the true plunger first moved forward, treatment s; None: it never did."""
        forward = (one.t_s for one in self.of("motion") if one.detail["ml_h"] > 0.0)
        return next(forward, None)

    def of(self, *kinds: str, name: str | None = None) -> Iterator[Happening]:
        """The happenings of these kinds (and this name), in order of time."""
        return (one for one in self.happenings if one.kind in kinds and name in (None, one.name))

    def rules_seen(self) -> list[str]:
        """The rules that ever demanded something, each once, by first appearance."""
        return list(dict.fromkeys(one.name for one in self.of("rule") if one.detail["demand"]))

    def rates(self) -> list[tuple[float, float]]:
        """(treatment s, mL/h) of the true plunger from both sources, in order of time.

        In the same instant the change of motion has the last word, for a moment is taken as its second begins.
        """
        rates = [(one.t_s, one.rate_ml_h) for one in self.moments]
        rates += [(one.t_s, float(one.detail["ml_h"])) for one in self.of("motion")]
        return sorted(rates, key=lambda one: one[0])

    def moment_at(self, t_s: float) -> Moment | None:
        """The last moment at or before `t_s`."""
        index = bisect_right(self.moments, t_s, key=lambda moment: moment.t_s)
        return self.moments[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Unplayed:
    """A story that could not be played, and why: the bench's failure, or the daemon's before the first second."""

    title: str
    source: str
    why: str
