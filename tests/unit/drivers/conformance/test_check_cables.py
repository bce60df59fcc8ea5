"""Each check shown to fail for a driver that does the wrong it is about."""

from dataclasses import replace

from contract.crooked import bent, fails
from contract.rigs.new_era import NewEraRig

from drivers.contract import DriverEvent, LinkDown, PumpDriver


def test_a_lost_line_that_is_not_told_is_seen() -> None:
    def silent(event: DriverEvent) -> DriverEvent | None:
        return None if isinstance(event, LinkDown) else event

    fails(bent(silent), "a_pulled_cable_is_known_in_a_second_and_everything_ends")
    fails(bent(silent), "a_pump_that_falls_silent_is_known_within_two_seconds")


def test_a_wrong_pump_that_is_not_called_so_is_seen() -> None:
    def mild(event: DriverEvent) -> DriverEvent:
        return replace(event, is_wrong_pump=False) if isinstance(event, LinkDown) else event

    fails(bent(mild), "the_wrong_pump_is_asked_who_it_is_and_nothing_else")


def test_a_driver_that_takes_any_pump_is_seen() -> None:
    class TrustingRig(NewEraRig):
        def driver(self, *rest: object, is_for_another: bool = False, **named: object) -> PumpDriver:
            return super().driver(*rest, **named)  # type: ignore[arg-type]

    fails(TrustingRig, "the_wrong_pump_is_asked_who_it_is_and_nothing_else")
