"""One treatment of one simulated person: the real decision, a simple pump, a monitor with all its faults, one clock.

Theory of operation. The body, the cuff and the probe are the simulator's own. What the monitor sends is the bytes it
would publish, read by the real feed, so that implausible readings are refused and leaps are marked as suspect here as at
a bed. Treatment time and link time run alike, two control cycles a second, so nothing is speeded up that a rule could
notice. The pump obeys; what it gives enters the vein at once.
"""

from collections import Counter
from dataclasses import dataclass, replace
from math import pi, sin, sqrt
from random import Random

from channel_bench import POLICY, Bench
from cohort.nurse import Nurse

from hil_sim.monitors.bedside import MONITOR, Bedside, MonitorSettings, Seen
from hil_sim.parts import Vitals
from hil_sim.patient.people import CONCENTRATION_UG_ML, Person
from hil_sim.population import draw
from interlocks.vocabulary import Demand, Priority, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.alarms import RANK
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState
from pumpd.shell.feeds.arrivals import SampleRefused, SamplesArrived
from pumpd.shell.feeds.routing import BedBinding, Router

TICK_MS = 500
WALL_MS = 1_795_345_200_000
TOPIC = f"pumpd/v1/vitals/bed-1/{MONITOR}"
PATIENT = "tok-4711"
#: Every stream slower than this treatment speed would make it is left alone; the transducer's is slowed to 1 Hz.
STREAM_SPEED = 50.0
GIVES_UP_MS = 20 * 60_000  # nobody waits longer for a baseline
ENDS_MS = 3 * 3_600_000
BEAT_SD_MMHG, WAVE_MMHG, WAVE_HZ = 4.0, 3.0, 0.1  # facts/clinical.md 6.2
BEATS_READ = 20  # a cuff looks at some twenty beats, and its own error comes on top
POLL_MS = 1_000
#: No line transducer, no air sensor, no button: the rows of the patient are what is counted.
COHORT_POLICY = replace(POLICY, fitted=frozenset(), poll_link_ms=POLL_MS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person's session.

    Attributes:
        outcome: "refused" (never started), "completed", "stopped" or "open" (neither after three hours).
        because: why not started, or the rows that stopped it.
        trips: rows by the highest demand each reached.
        alarms: how many alarms began, by the highest priority each reached.
        causes: how many alarms began, by cause.
        minutes: from start to end.
        given_mg, prescribed_mg: truth at the vein, and the order.
        rise_mmhg: systolic, at the end, without noise.
    """

    number: int
    outcome: str
    because: tuple[str, ...] = ()
    trips: tuple[tuple[str, str], ...] = ()
    alarms: tuple[tuple[str, int], ...] = ()
    causes: tuple[tuple[str, int], ...] = ()
    minutes: float = 0.0
    given_mg: float = 0.0
    prescribed_mg: float = 0.0
    rise_mmhg: float = 0.0


class _Clock:
    """The feed's clock."""

    def __init__(self) -> None:
        self.now = Stamp(0, 0)

    def stamp(self) -> Stamp:
        return self.now

    def to_ms(self, wall_treatment_ms: int, /) -> int:
        return wall_treatment_ms - WALL_MS


class Treatment(Bench):
    """A bench whose monitor hangs on a body."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person = person
        self.body = person.body()
        self.truth = self.body.vitals()
        self.bedside = Bedside(
            PATIENT, MonitorSettings(), STREAM_SPEED, seed * 100_003 + person.number, WALL_MS
        )
        self.nurse = Nurse()
        self.trips_seen: dict[str, Demand] = {}
        self.alarms_begun: Counter[str] = Counter()
        self.causes_begun: Counter[str] = Counter()
        self._dice = Random(f"beats/{seed}/{person.number}")
        self._clock = _Clock()
        self._router = Router((BedBinding("bed-1", lambda _bed: PATIENT, frozenset({MONITOR})),), self._clock)
        self._wave = self._dice.random()
        self._given_nl = 0
        self._sounding: dict[str, Priority] = {}
        super().__init__(COHORT_POLICY)

    def decided(self, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        """Count what is counted."""
        for action in actions:
            if isinstance(action, do.RequestReading):
                self.bedside.request_nibp(self.now.ms / 1000)
            elif isinstance(action, do.NoteTrip) and not action.is_shadow:
                worst = max(action.demand, self.trips_seen.get(action.rule_id, Demand.NONE))
                self.trips_seen[action.rule_id] = worst
            elif isinstance(action, do.NoteAlarm):
                self._count_alarm(action)

    def _count_alarm(self, note: do.NoteAlarm) -> None:
        """An alarm counts once, with the highest priority that it reached."""
        before = self._sounding.get(note.key)
        if note.phase is do.AlarmPhase.START:
            self.causes_begun[note.key] += 1
            before = None
        elif note.phase is do.AlarmPhase.END or before is None or RANK[note.priority] <= RANK[before]:
            return
        if before is not None:
            self.alarms_begun[before.value] -= 1
        self.alarms_begun[note.priority.value] += 1
        self._sounding[note.key] = note.priority

    def tick(self, ms: int = TICK_MS, link_ms: int | None = None) -> None:
        """One control cycle later."""
        self.now = self._clock.now = Stamp(self.now.ms + ms, self.now.link_ms + ms)
        self.pump.advance(ms, ms)
        given_nl = self.pump.true_nl
        self.body.advance(ms / 1000, given_nl - self._given_nl)
        self._given_nl = given_nl
        self.truth = self.body.vitals()
        self._hear()
        if self.state.session.phase is Phase.INFUSING:
            self.nurse.look(self)
        self.post(ev.Ticked(at=self.now))
        self.actions.clear()
        self.events.clear()
        self.pump.heard.clear()

    def _seen(self) -> Vitals:
        """The truth as it stands under the cuff now."""
        wave = WAVE_MMHG * sin(2 * pi * (WAVE_HZ * self.now.ms / 1000 + self._wave))
        beat = self._dice.gauss(0.0, BEAT_SD_MMHG / sqrt(BEATS_READ)) + wave
        return replace(self.truth, sys=self.truth.sys + beat, dia=self.truth.dia + 0.6 * beat)

    def _hear(self) -> None:
        now_s, wall_ms = self.now.ms / 1000, WALL_MS + self.now.ms
        for post in self.bedside.poll(now_s, wall_ms, Seen(self._seen(), 0.0), {}):
            if post.device != MONITOR:
                continue
            for said in self._router.route(TOPIC, post.body, is_retained=False, received=self.now):
                if isinstance(said, SamplesArrived):
                    self.post(
                        ev.SamplesArrived(at=self.now, samples=said.samples, cuff_active=said.cuff_active)
                    )
                elif isinstance(said, SampleRefused):
                    self.post(
                        ev.SampleRefused(
                            at=self.now,
                            device=said.device,
                            reason=said.reason,
                            detail=said.detail,
                            signals=said.signals,
                            in_a_row=said.rejects_in_a_row,
                        )
                    )

    # -- the course --------------------------------------------------------------------------------------------

    def begin(self) -> tuple[str, ...]:
        """Order, verify, wait for a baseline, start; () or why it could not be started."""
        self.tick()
        answers = self.order(weight_kg=str(self.person.weight_kg))
        answers += self.verify()
        refusals = tuple(reason for one in answers if one.stage is do.Stage.REFUSED for reason in one.reasons)
        while not refusals:
            for _ in range(30):
                self.tick()
            (answer,) = (one for one in self.start() if one.stage in (do.Stage.ACCEPTED, do.Stage.REFUSED))
            if answer.stage is do.Stage.ACCEPTED:
                self.score_at_start()
                return ()
            if any("baseline" in reason or "another reading" in reason for reason in answer.reasons):
                self._measure_again()
            if self.now.ms > GIVES_UP_MS:
                refusals = answer.reasons
        return refusals

    def score_at_start(self) -> None:
        """Awake before the first drop: START asks for MOAA/S 5 (clinical.md 3.3)."""
        self.score(Signal.MOAAS, self.truth.moaas)

    def _measure_again(self) -> None:
        """Another reading, a minute after the last."""
        newest = self.state.cuff[-1].ms if self.state.cuff else 0
        if self.now.ms - newest >= 65_000:
            self.bedside.request_nibp(self.now.ms / 1000)

    def go_on(self) -> None:
        """Until it ends, one way or another."""
        while self.state.session.phase is Phase.INFUSING and self.now.ms < ENDS_MS:
            self.tick()


def treat(seed: int, number: int) -> Outcome:
    """One session from the order to its end."""
    person = draw(seed, number)
    at = Treatment(person, seed)
    refusals = at.begin()
    if refusals:
        return Outcome(number, "refused", refusals)
    started_ms = at.now.ms
    at.go_on()
    session = at.state.session
    outcome = {Phase.COMPLETED: "completed", Phase.STOPPED: "stopped"}.get(session.phase, "open")
    stopping = tuple(name for name, demand in at.trips_seen.items() if demand is Demand.STOP)
    programme = session.programme
    assert programme is not None
    return Outcome(
        number=number,
        outcome=outcome,
        because=stopping if outcome == "stopped" else (),
        trips=tuple(sorted((name, demand.name) for name, demand in at.trips_seen.items())),
        alarms=tuple(sorted((+at.alarms_begun).items())),
        causes=tuple(sorted(at.causes_begun.items())),
        minutes=(at.now.ms - started_ms) / 60_000,
        given_mg=at.pump.true_nl / 1e6 * CONCENTRATION_UG_ML / 1000,
        prescribed_mg=0.5 * person.weight_kg,
        rise_mmhg=at.truth.sys - person.resting.sys,
    )
