"""When the button speaks (clinical.md 3.2, BT1: wire-break = PAUSE)."""

from hil_sim.fittings import Fittings
from hil_sim.monitors.button import ButtonSender


def told(sender: ButtonSender, button: Fittings, until_s: float, start_s: float = 0.0) -> list[float]:
    """The instants at which something was said, looking every 10 ms."""
    steps = range(round(start_s * 100), round(until_s * 100))
    return [step / 100 for step in steps if sender.say(step / 100, button)]


def test_at_rest_it_speaks_once_a_second() -> None:
    assert told(ButtonSender(), Fittings(), 3.5) == [0.0, 1.0, 2.0, 3.0]


def test_a_press_is_told_at_once_and_again_while_it_lasts() -> None:
    sender, button = ButtonSender(), Fittings()
    told(sender, button, 0.3)
    button.press()
    assert sender.say(0.3, button) == ((True, 0),)
    assert told(sender, button, 2.1, 0.31) == [1.0, 2.0]
    button.release()
    assert sender.say(2.1, button) == ((False, 0),)


def test_a_press_between_two_looks_is_told_as_press_and_release() -> None:
    sender, button = ButtonSender(), Fittings()
    told(sender, button, 0.3)
    button.press()
    button.release()
    assert sender.say(0.3, button) == ((True, 1), (False, 0))
    assert sender.say(0.31, button) == ()


def test_a_cut_wire_says_nothing_and_a_mended_one_tells_the_state_at_once() -> None:
    """faults row 53."""
    sender, button = ButtonSender(), Fittings()
    told(sender, button, 0.5)
    button.is_button_wired = False
    button.press()
    assert told(sender, button, 5.0, 0.5) == []
    button.is_button_wired = True
    assert sender.say(5.5, button) == ((True, 0),)
