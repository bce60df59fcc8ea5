"""Each check shown to fail for a driver that does the wrong it is about."""

from dataclasses import replace

from contract.crooked import bent, fails

from drivers.contract import DriverEvent, Motion, Reported


def test_alarms_and_readbacks_that_are_kept_back_are_seen() -> None:
    def calm(event: DriverEvent) -> DriverEvent:
        return Reported(replace(event.report, alarms=())) if isinstance(event, Reported) else event

    def no_diameter(event: DriverEvent) -> DriverEvent:
        return Reported(replace(event.report, diameter_um=None)) if isinstance(event, Reported) else event

    fails(bent(calm), "a_reboot_is_seen_as_such_and_nothing_restarts")
    fails(bent(calm), "a_stall_is_told")
    fails(bent(no_diameter), "another_diameter_is_told_within_eight_polls")


def test_a_motion_that_is_made_up_is_seen() -> None:
    def halted(event: DriverEvent) -> DriverEvent:
        return Reported(replace(event.report, motion=Motion.HALTED)) if isinstance(event, Reported) else event

    fails(bent(halted), "a_start_at_the_keypad_is_told_and_can_be_halted")
    fails(bent(halted), "a_pump_that_restarts_by_itself_is_seen_and_can_be_halted")


def test_a_counter_that_only_grows_is_seen() -> None:
    most = [0]

    def growing(event: DriverEvent) -> DriverEvent:
        if not isinstance(event, Reported):
            return event
        most[0] = max(most[0], event.report.infused_nl)
        return Reported(replace(event.report, infused_nl=most[0]))

    fails(bent(growing), "a_cleared_counter_is_told_as_it_stands")
