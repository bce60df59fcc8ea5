"""Words, whole and cut, and what is wrong with them."""

import pytest

from hil_sim.pumps.harvard import HarvardPump, Nature
from hil_sim.pumps.harvard_commands import carry_out, find, name_of


@pytest.mark.parametrize(
    ("word", "full"), [("irat", "IRATE"), ("ivol", "IVOLUME"), ("stp", "STP"), ("x", "X")]
)
def test_a_word_may_be_cut_to_four_letters(word: str, full: str) -> None:
    assert name_of(f"{word} 1") == full


def test_three_letters_of_a_longer_word_are_no_word() -> None:
    assert find("ira") is None
    assert carry_out(HarvardPump(), "ira") == ["Command error:", "   Unknown command"]


@pytest.mark.parametrize(
    "text",
    [
        "irate 3 xx",
        "irate 3",
        "irate 900 ml/min",
        "tvolume 2 l",
        "tvolume 0 ml",
        "diameter 60",
        "address 100",
    ],
)
def test_a_wrong_number_or_unit_is_an_argument_error_and_changes_nothing(text: str) -> None:
    pump = HarvardPump()
    before = vars(pump.memory).copy()
    first, second = carry_out(pump, text)
    assert first.startswith("Argument error: ")
    assert second.startswith("   ")
    assert vars(pump.memory) == before


def test_a_diameter_is_not_taken_while_it_runs_and_a_rate_is() -> None:
    pump = HarvardPump()
    carry_out(pump, "irun")
    assert carry_out(pump, "diameter 20")[0] == "Command error:"
    assert carry_out(pump, "irate 2 ml/min") == []
    assert carry_out(pump, "crate") == ["Infusing at 2 ml/min"]


def test_each_model_has_its_word_for_the_memory_and_its_way_to_say_no_target() -> None:
    legato = HarvardPump(Nature(nvram_word="none", unset_ends=".", poll_says=""))
    assert carry_out(legato, "nvram off")[0].startswith("Argument error")
    assert carry_out(legato, "nvram none") == []
    assert carry_out(legato, "tvolume") == ["Target volume not set."]
    assert carry_out(legato, "poll") == ["OFF"]


def test_the_status_line_has_six_flags() -> None:
    pump = HarvardPump()
    carry_out(pump, "tvolume 1 ul")
    carry_out(pump, "irun")
    pump.advance(1.0, 0.0)
    rate, _, volume, flags = carry_out(pump, "status")[0].split()
    assert (rate, volume, flags) == ("0", "1000000000", "i...IT")
