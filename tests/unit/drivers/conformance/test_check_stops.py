"""Each check shown to fail for a driver that does the wrong it is about."""

from contract.crooked import bent, fails, swapping

from drivers.contract import DriverEvent, Ended, Halt, Outcome, Poll, PumpCommand


def _always_confirmed(event: DriverEvent) -> DriverEvent:
    return Ended(event.command_id, Outcome.CONFIRMED, "") if isinstance(event, Ended) else event


def test_a_stop_that_is_called_done_too_early_is_seen() -> None:
    fails(bent(_always_confirmed), "a_stop_that_is_refused_is_never_called_done")
    fails(bent(_always_confirmed), "a_stop_that_is_acknowledged_and_not_obeyed_is_never_called_done")


def test_a_driver_that_does_not_stop_is_seen() -> None:
    halts = [0]

    def third_is_lost(command: PumpCommand) -> PumpCommand:
        halts[0] += isinstance(command, Halt)
        return Poll() if isinstance(command, Halt) and halts[0] > 1 else command

    fails(swapping(third_is_lost), "a_halt_goes_before_everything_that_waits")
