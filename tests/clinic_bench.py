"""A channel on the bench whose site keeps the whole course: the acts of the care, with wall clocks."""

from dataclasses import replace
from typing import Any

from channel_bench import POLICY, Bench

from drivers.contract import Motion
from interlocks.vocabulary import Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.clinic import care_events as ce
from pumpd.core.clinic.checklist import ITEMS, NO, YES
from pumpd.core.clinic.course import Clinic
from pumpd.core.session import Phase

WALL_MS = 1_795_345_200_000
CLINIC = replace(POLICY, clinic=Clinic())
#: Nothing that blocks.
CLEAR = {one.key: NO if one.blocks == YES else YES for one in ITEMS}
MINUTE_MS = 60_000
#: What an order in a clinic says besides.
MORE_ORDER = {
    "profile": "depression",
    "kind": "induction",
    "vial_mg_per_ml": "50",
    "drawn_ml": "2",
    "final_ml": "50",
    "height_cm": "170",
    "sex": "f",
    "line_ml": "1.2",
    "syringe_confirmed": "BD 50/60 mL",
}


class ClinicBench(Bench):
    """People who answer, prime, look and close. Times of day follow the treatment clock."""

    past_wall_ms: tuple[int, ...] = ()

    @property
    def wall_ms(self) -> int:
        return WALL_MS + self.now.ms

    def ask(self, kind: type[Any], by: str, **args: Any) -> list[do.Answer]:
        """Any act of the care."""
        request = self._ask()
        event = kind(at=self.now, request_id=request, by=by, wall_ms=self.wall_ms, **args)
        return self._answers(request, event)

    def looked(self, kind: type[Any], by: str, role: str, epoch: int | None, **args: Any) -> list[do.Answer]:
        seen = self.state.epoch if epoch is None else epoch
        return self.ask(kind, by, roles=(role,), epoch=seen, **args)

    def order(self, by: str = "dora", accept_soft: tuple[str, ...] = (), **changed: str) -> list[do.Answer]:
        self._placed(ev.OrderEntered)
        return super().order(by, accept_soft, **{**MORE_ORDER, **changed})

    def start(
        self, by: str = "nina", roles: tuple[str, ...] = ("nurse",), accept_soft: tuple[str, ...] = ()
    ) -> list[do.Answer]:
        self._placed(ev.StartPressed, accept_soft=accept_soft)
        return super().start(by, roles)

    def _placed(self, kind: type[Any], **more: Any) -> None:
        """The next event of this kind is posted with what the daemon's edge would put into it."""
        self._next = (kind, {"wall_ms": self.wall_ms, "past_wall_ms": self.past_wall_ms, **more})

    _next: tuple[type[Any], dict[str, Any]] | None = None

    def post(self, event: ev.Event) -> tuple[do.Action, ...]:
        if self._next is not None and isinstance(event, self._next[0]):
            (_, more), self._next = self._next, None
            event = replace(event, **more)
        return super().post(event)

    def checklist(
        self, by: str = "nina", role: str = "nurse", epoch: int | None = None, **changed: str
    ) -> list[do.Answer]:
        answers = {**CLEAR, **{key.replace("_", "-"): one for key, one in changed.items()}}
        return self.looked(ce.ChecklistAnswered, by, role, epoch, answers=tuple(answers.items()))

    def prime(
        self,
        volume_ml: str = "1.5",
        by: str = "nina",
        role: str = "nurse",
        epoch: int | None = None,
        *,
        disconnected: bool = True,
        air_free: bool = True,
    ) -> list[do.Answer]:
        return self.looked(
            ce.LinePrimed,
            by,
            role,
            epoch,
            volume_ml=volume_ml,
            is_disconnected=disconnected,
            is_air_free=air_free,
        )

    def observe(
        self,
        moaas: int = 5,
        dissociation: int = 0,
        by: str = "nina",
        role: str = "nurse",
        epoch: int | None = None,
        note: str = "",
    ) -> list[do.Answer]:
        return self.looked(
            ce.PatientObserved, by, role, epoch, moaas=moaas, dissociation=dissociation, note=note
        )

    def sign_off(
        self, note: str = "known", by: str = "dora", role: str = "prescriber", epoch: int | None = None
    ) -> list[do.Answer]:
        return self.looked(ce.RecoveryAccepted, by, role, epoch, note=note)

    def close(
        self, escort: str = "her brother", by: str = "nina", role: str = "nurse", epoch: int | None = None
    ) -> list[do.Answer]:
        return self.looked(ce.SessionClosed, by, role, epoch, escort=escort)

    def hand_over(self, by: str = "omar", role: str = "nurse") -> list[do.Answer]:
        return self.ask(ce.BedAccepted, by, roles=(role,))

    def happened(self, code: str = "nausea", severity: str = "mild", note: str = "") -> list[do.Answer]:
        return self.ask(ce.AdverseEventReported, "nina", code=code, severity=severity, note=note)

    def gave(self, drug: str = "ondansetron", dose: str = "4 mg", note: str = "") -> list[do.Answer]:
        return self.ask(ce.MedicationReported, "nina", drug=drug, dose=dose, note=note)

    def wrote(self, text: str = "asked for water") -> list[do.Answer]:
        return self.ask(ce.NoteEntered, "nina", text=text)

    def leap(self, minutes: float) -> None:
        """Time passes in which nothing is measured; the motor must stand."""
        assert self.pump.motion is Motion.HALTED
        ms = round(minutes * MINUTE_MS)
        self.now = Stamp(self.now.ms + ms, self.now.link_ms + ms)
        self.post(ev.Ticked(at=self.now))
        self.report()

    def look(self, minutes: float, sys: float = 125, dia: float = 78, **seen: Any) -> list[do.Answer]:
        """So much later somebody looks, with a fresh cuff."""
        self.leap(minutes)
        self.sample((Signal.HR, self.hr), (Signal.SPO2, self.spo2))
        self.cuff(sys, dia)
        return self.observe(**seen)

    @property
    def care(self) -> dict[str, Any]:
        care: dict[str, Any] = self.shown["care"]
        return care

    @property
    def step(self) -> str:
        return str(self.care["step"])


def ready(bench: ClinicBench | None = None) -> ClinicBench:
    """Everything is there but the start."""
    bench = bench or ClinicBench(CLINIC)
    bench.advance(1)
    for answers in (bench.order(), bench.verify(), bench.checklist(), bench.prime()):
        assert answers[0].stage is do.Stage.ACCEPTED, answers
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.score(Signal.MOAAS, 5)
    bench.advance(1)
    return bench


def treated() -> ClinicBench:
    """The infusion runs."""
    bench = ready()
    answers = bench.start()
    assert answers[0].stage is do.Stage.ACCEPTED, answers
    bench.advance(10)
    return bench


def observed() -> ClinicBench:
    """It was stopped with some drug given; the first minute after it has passed."""
    bench = treated()
    bench.stop()
    bench.advance(2)
    assert bench.state.session.phase is Phase.STOPPED
    return bench


def recovered() -> ClinicBench:
    """An hour later, all looks taken, all well."""
    bench = observed()
    for _ in range(4):
        answers = bench.look(15)
        assert answers[0].stage is do.Stage.ACCEPTED, answers
    return bench


def said(answers: list[do.Answer]) -> str:
    """Stage and reasons of the first answer, in a line."""
    return f"{answers[0].stage.value}: {'; '.join(answers[0].reasons)}"
