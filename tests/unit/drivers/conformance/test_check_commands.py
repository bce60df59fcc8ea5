"""Each check shown to fail for a driver that does the wrong it is about."""

from contract.crooked import bent, fails, swapping

from drivers.contract import Adjust, DriverEvent, Ended, Outcome, PumpCommand, Reported, Run


def _always_confirmed(event: DriverEvent) -> DriverEvent:
    return Ended(event.command_id, Outcome.CONFIRMED, "") if isinstance(event, Ended) else event


def test_a_driver_that_confirms_what_was_refused_is_seen() -> None:
    for name in (
        "no_rate_and_no_limit_are_no_run",
        "more_than_approved_is_refused",
        "a_running_pump_is_not_set_up",
    ):
        fails(bent(_always_confirmed), name)


def test_a_driver_that_starts_a_pump_upon_a_rate_change_is_seen() -> None:
    def start(command: PumpCommand) -> PumpCommand:
        return Run(command.rate_nl_h, 17_500_000) if isinstance(command, Adjust) else command

    fails(swapping(start), "a_rate_change_at_rest_is_refused_and_it_stays_at_rest")


def test_a_driver_that_makes_up_the_rate_is_seen() -> None:
    last = [0]

    def told(event: DriverEvent) -> DriverEvent:
        from dataclasses import replace

        if isinstance(event, Reported):
            last[0] = last[0] or event.report.rate_nl_h
            return Reported(replace(event.report, rate_nl_h=last[0]))
        return event

    fails(bent(told), "run_slow_halt_each_with_readback")


def test_a_driver_that_gives_more_than_the_limit_is_seen() -> None:
    def more(command: PumpCommand) -> PumpCommand:
        return Run(command.rate_nl_h, 17_500_000) if isinstance(command, Run) else command

    fails(swapping(more), "a_run_ends_by_itself_at_its_volume_and_a_rate_change_does_not_lift_that")
