"""The devices at the bed: a monitor with cuff and finger probe, a transducer in the infusion line, and, where
they are fitted, a respiration channel, an air sensor and a stop button.

Theory of operation. Everything that happens at the bed happens here, in treatment time and without a wire:
look at the world, ask each instrument whether a sample is due, build the message, let the active faults
spoil it, hand out what is to be published. Publishing is another module's business, so that a test, or a
world on a virtual clock, can read the same messages without a broker. Chance comes from one generator per
actor, given from outside: adding an instrument does not change what another one rolls. A device's running
number counts over all its streams.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from hil_sim.fittings import Fittings
from hil_sim.monitors.button import ButtonSender
from hil_sim.monitors.cadence import Cadence, period_at_speed
from hil_sim.monitors.faults import FaultStage, Params
from hil_sim.monitors.nibp import Cuff, CuffDraw
from hil_sim.monitors.oximeter import Oximeter, OximeterDraw
from hil_sim.monitors.payload import (
    Message,
    Value,
    air_values,
    button_values,
    nibp_values,
    oximeter_values,
    pressure_values,
    respiration_values,
)
from hil_sim.monitors.respiration import RespirationMeter
from hil_sim.monitors.transducer import PERIOD_S, Transducer
from hil_sim.parts import Vitals

MONITOR, TRANSDUCER, AIR_SENSOR, BUTTON = "monitor-1", "transducer-1", "air-sensor-1", "button-1"
MAX_DELAYED = 4096  # six minutes of a 10 Hz stream; what is later than that never arrives
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class MonitorSettings:
    """How the instruments are set and how well they measure; defaults from facts/clinical.md 4 and 6.2."""

    nibp_period_s: float = 300.0
    nibp_cycle_s: float = 30.0
    nibp_first_cycles_s: tuple[float, ...] = (5.0, 80.0)  # a baseline is two readings a minute apart (3.3)
    nibp_error_sd_mmhg: float = 5.0
    nibp_failure_share: float = 0.02
    nibp_artefact_share: float = 0.02
    hr_error_sd_bpm: float = 1.0
    spo2_error_sd: float = 0.5
    rr_error_sd: float = 0.5
    line_noise_sd_mmhg: float = 0.3  # ours: a sensor of tenths whose last digit never stands still

    def __post_init__(self) -> None:
        """Refuse settings that no cuff can have.

        Raises:
            ValueError: period, cycle or first cycles do not fit, or a share is above 1.
        """
        Cuff(self.nibp_period_s, self.nibp_cycle_s, self.nibp_first_cycles_s)
        if max(self.nibp_failure_share, self.nibp_artefact_share) > 1.0:
            raise ValueError("a share is at most 1")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Which devices there are, and whether the cuff says what pulse it counted."""

    air_sensor: bool = False
    button: bool = False
    respiration: bool = False
    cuff_pulse: bool = True

    def names(self) -> tuple[str, ...]:
        """The devices that have a session of their own."""
        extra = ((AIR_SENSOR, self.air_sensor), (BUTTON, self.button))
        return (MONITOR, TRANSDUCER, *(name for name, is_there in extra if is_there))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the instruments are put to: true values, true line pressure (mmHg), another cuff on the arm, a
    finger without blood below a tight cuff, what has been pushed out of the syringe (nL), air and button.
    """

    truth: Vitals
    line_mmhg: float
    is_other_cuff_tight: bool = False
    is_finger_bloodless: bool = False
    displaced_nl: float = 0.0
    fittings: Fittings = field(default_factory=Fittings)


@dataclass(frozen=True, slots=True)
class Post:
    """One publish that is due: which device says what, and how safely (NIBP QoS 1, fast streams QoS 0)."""

    device: str
    body: bytes
    qos: int
    retain: bool


@dataclass(slots=True)
class _Device:
    """Identity of one device and its path to the outside."""

    name: str
    boot: str
    seq: int = 0
    stage: FaultStage = field(default_factory=FaultStage)


def boot_id(wall_ms: int) -> str:
    """Return a boot identity that no earlier start of the device had: the instant of the start, base 36."""
    out = ""
    while wall_ms > 0 and len(out) < 9:
        wall_ms, digit = divmod(wall_ms, 36)
        out = _BASE36[digit] + out
    return out or "0"


class Bedside:
    """All devices.

    Args:
        patient: token of the patient in the bed.
        settings: periods and errors.
        speed: treatment seconds per real second.
        seed: with the actor's name, the key of each random stream.
        wall_ms: treatment wall clock at the start, unix ms.
        fitted: which devices there are.
    """

    def __init__(
        self,
        patient: str,
        settings: MonitorSettings,
        speed: float,
        seed: int,
        wall_ms: int,
        fitted: Fitted | None = None,
    ) -> None:
        self._fitted = fitted or Fitted()
        self._patient = patient
        self._set = settings
        self._cuff = Cuff(settings.nibp_period_s, settings.nibp_cycle_s, settings.nibp_first_cycles_s)
        self._oximeter = Oximeter()
        self._transducer = Transducer()
        self._beats = Cadence(period_at_speed(1.0, speed))
        self._line = Cadence(period_at_speed(PERIOD_S, speed))
        self._breaths, self._respiration = Cadence(period_at_speed(1.0, speed)), RespirationMeter()
        self._air = Cadence(period_at_speed(PERIOD_S, speed))
        self._button = ButtonSender(period_at_speed(1.0, speed))
        actors = ("cuff", "oximeter", "transducer", "cuff-pulse", "motion", "respiration")
        self._dice = {name: Random(f"{seed}/{name}") for name in actors}
        self._devices = {name: _Device(name, boot_id(wall_ms)) for name in self._fitted.names()}
        self._delayed: list[tuple[float, Post]] = []
        self._has_rebooted = False

    @property
    def is_cuff_active(self) -> bool:
        """True while the cuff is tight."""
        return self._cuff.is_active

    def request_nibp(self, now_s: float) -> None:
        """Start a cuff cycle now, if none runs."""
        self._cuff.request_stat(now_s)

    def poll(self, now_s: float, wall_ms: int, seen: Seen, active: Mapping[str, Params]) -> list[Post]:
        """Return what is to be published now.

        Args:
            now_s: treatment time; must not run backwards.
            wall_ms: treatment wall clock, unix ms.
            seen: the patient and the line.
            active: monitor faults in force.
        """
        self._reboot_if_asked(wall_ms, "boot_change" in active)
        if seen.truth.is_shaking:  # the patient moves, whatever else is wrong with the monitor
            active = {"motion": {}, **active}
        posts = [post for due_s, post in self._delayed if due_s <= now_s]
        self._delayed = [entry for entry in self._delayed if entry[0] > now_s]
        for name, stream, values, measured_ms in self._due(now_s, wall_ms, seen, active):
            message = self._number(name, values, measured_ms, seen.is_other_cuff_tight)
            posts += self._spoil(stream, message, now_s, active)
        return posts

    def _due(
        self, now_s: float, wall_ms: int, seen: Seen, active: Mapping[str, Params]
    ) -> Iterator[tuple[str, str, tuple[Value, ...], int]]:
        """What the instruments have measured: device, stream, values, treatment wall clock."""
        truth, fitted = seen.truth, self._fitted
        if self._cuff.advance(now_s):
            reading = self._cuff.take_reading(truth.sys, truth.dia, truth.hr, self._cuff_draw(active))
            if reading is not None:
                measured_ms = wall_ms - round((now_s - reading.ended_s) * 1000)
                pulse = (reading.pulse,) if fitted.cuff_pulse else ()
                yield MONITOR, "nibp", nibp_values(reading.sys, reading.dia, reading.mean, pulse), measured_ms
        if self._beats.is_due(now_s):
            yield MONITOR, "oximeter", self._oximeter_values(now_s, seen, active), wall_ms
        if fitted.respiration and self._breaths.is_due(now_s):
            error = self._dice["respiration"].gauss(0.0, self._set.rr_error_sd)
            breath = self._respiration.sample(truth.rr, truth.breath_gap_s, error)
            yield MONITOR, "respiration", respiration_values(breath.rr, breath.gap_s), wall_ms
        if self._line.is_due(now_s):
            noise = self._dice["transducer"].gauss(0.0, self._set.line_noise_sd_mmhg)
            yield (
                TRANSDUCER,
                "pressure",
                pressure_values(self._transducer.sample(seen.line_mmhg, noise)),
                wall_ms,
            )
        if fitted.air_sensor and self._air.is_due(now_s):
            air = seen.fittings.air
            values = air_values(air.bubble_ul(seen.displaced_nl), air.passed_15min_ml(now_s))
            yield AIR_SENSOR, "air", values, wall_ms
        if fitted.button:
            for is_down, ago_ms in self._button.say(now_s, seen.fittings):
                yield BUTTON, "button", button_values(is_down), wall_ms - ago_ms

    def _number(
        self, name: str, values: tuple[Value, ...], measured_ms: int, is_other_cuff_tight: bool
    ) -> Message:
        """Return the honest message with the device's next number."""
        device = self._devices[name]
        device.seq += 1
        cuff = (self._cuff.is_active or is_other_cuff_tight) if name == MONITOR else None
        return Message(name, device.boot, device.seq, self._patient, measured_ms, values, cuff)

    def _spoil(self, stream: str, message: Message, now_s: float, active: Mapping[str, Params]) -> list[Post]:
        """Let the faults at a message; keep back what is late."""
        posts = []
        for out in self._devices[message.device].stage.apply(stream, message, active):
            post = Post(message.device, out.body, 1 if stream == "nibp" else 0, out.retain)
            if out.delay_s <= 0.0:
                posts.append(post)
            elif len(self._delayed) < MAX_DELAYED:
                self._delayed.append((now_s + out.delay_s, post))
        return posts

    def _cuff_draw(self, active: Mapping[str, Params]) -> CuffDraw:
        dice = self._dice["cuff"]
        sys_error, dia_error = (dice.gauss(0.0, self._set.nibp_error_sd_mmhg) for _ in range(2))
        has_artefact = dice.random() < self._set.nibp_artefact_share
        factor = dice.uniform(0.6, 1.4) if has_artefact else 1.0
        has_failed = dice.random() < self._set.nibp_failure_share
        if "cuff_artefact" in active:
            factor = float(active["cuff_artefact"].get("factor", 1.4))
        counted = self._dice["cuff-pulse"].gauss(0.0, self._set.hr_error_sd_bpm)
        if "cuff_pulse_off" in active:
            counted += float(active["cuff_pulse_off"].get("bpm", 45.0))
        must_fail = "cuff_fail" in active or "motion" in active
        return CuffDraw(sys_error, dia_error, factor, has_failed or must_fail, counted)

    def _oximeter_values(self, now_s: float, seen: Seen, active: Mapping[str, Params]) -> tuple[Value, ...]:
        dice = self._dice["oximeter"]
        hr_error = dice.gauss(0.0, self._set.hr_error_sd_bpm)
        spo2_error = dice.gauss(0.0, self._set.spo2_error_sd)
        is_found = "probe_off" not in active and not seen.is_finger_bloodless
        if "motion" in active:
            # A third of the samples are found at all, and those lie: fast beats, low saturation.
            shaken = self._dice["motion"]
            hr_error += abs(shaken.gauss(0.0, 30.0))
            spo2_error -= abs(shaken.gauss(0.0, 6.0))
            is_found = is_found and shaken.random() < 1.0 / 3.0
        draw = OximeterDraw(hr_error, spo2_error)
        shown = self._oximeter.sample(now_s, seen.truth.hr, seen.truth.spo2, draw, is_found)
        return oximeter_values(shown.hr, shown.spo2, shown.is_ok)

    def _reboot_if_asked(self, wall_ms: int, is_asked: bool) -> None:
        """Restart the monitor once for each time the fault comes into force."""
        if is_asked and not self._has_rebooted:
            device = self._devices[MONITOR]
            device.boot, device.seq = boot_id(wall_ms), 0
        self._has_rebooted = is_asked
