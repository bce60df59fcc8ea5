"""Each check shown to fail for a driver that does the wrong it is about."""

from contract.crooked import Crooked, bent, fails
from contract.rigs.new_era import NewEraRig

from drivers.contract import DriverEvent, Ended, Listener, Outcome, PumpDriver


def test_a_start_that_is_repeated_is_seen() -> None:
    """I1: no "give" passes a retrying layer."""

    class RepeatingRig(NewEraRig):
        def driver(self, port: str, listener: Listener, *rest: object, **named: object) -> PumpDriver:
            made: list[PumpDriver] = []

            def again(event: DriverEvent) -> None:
                if isinstance(event, Ended) and event.outcome is Outcome.UNKNOWN:
                    made[0].submit(99, self.case.run)
                elif not isinstance(event, Ended) or event.command_id != 99:
                    listener(event)

            made.append(super().driver(port, again, *rest, **named))  # type: ignore[arg-type]
            return Crooked(made[0])

    fails(RepeatingRig, "a_start_that_never_arrived_is_unknown_and_not_repeated")


def test_unknown_called_refused_is_seen() -> None:
    def refused(event: DriverEvent) -> DriverEvent:
        is_unknown = isinstance(event, Ended) and event.outcome is Outcome.UNKNOWN
        return Ended(event.command_id, Outcome.REFUSED, "") if is_unknown else event

    fails(bent(refused), "the_lost_answer_to_a_start_is_unknown_and_never_repeated")
    fails(bent(refused), "the_lost_answer_to_a_rate_change_is_not_called_confirmed")
