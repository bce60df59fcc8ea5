"""A fault limited to a command that the pump does not know is refused with those that it knows."""

import pytest

from hil_sim.bench.casting import pump_of
from hil_sim.bench.settings import FAMILIES, PumpSettings
from hil_sim.bench.story import read_story
from hil_sim.bench.strict import StoryError
from hil_sim.command_words import why_unknown, words_of, words_of_family
from hil_sim.reach import why_idle

STOPS = {
    "new_era": "STP",
    "new_era-basic": "STP",
    "harvard": "STP",
    "modbus-rtu": "STOP",
    "modbus-tcp": "STOP",
    "alaris": "INF_STOP",
    "chemyx": "STOP",
}
STRANGERS = {
    "new_era": "INF_STOP",
    "harvard": "INF_STOP",
    "modbus-tcp": "STP",
    "alaris": "STP",
    "chemyx": "STP",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_knows_its_own_stop_and_a_pump_the_words_of_its_family(family: str) -> None:
    words = words_of_family(family, "pumpd-default")
    assert words_of(pump_of(PumpSettings(family=family))) == words
    assert STOPS[family] in words
    assert why_unknown(STOPS[family].lower(), words) == ""
    assert why_unknown("*", words) == why_unknown("", words) == ""


def test_a_words_beginning_and_a_word_with_its_value_will_do() -> None:
    words = words_of_family("chemyx")
    assert why_unknown("SET RATE 26", words) == why_unknown("SET", words) == ""


@pytest.mark.parametrize(("family", "word"), STRANGERS.items())
def test_another_familys_word_would_never_be_met_and_is_refused_with_the_list(family: str, word: str) -> None:
    said = why_idle(pump_of(PumpSettings(family=family)), None, "reply_lost", {"command": word})
    assert f"knows no command '{word}'" in said
    assert STOPS[family] in said


def test_a_story_that_names_a_strangers_word_is_refused_with_the_list() -> None:
    text = 'title = "x"\n[pump]\nfamily = "modbus-tcp"\n[[timeline]]\nat_s = 1\nkind = "fault"\nname = "reply_lost"\n'
    read_story(text + 'command = "STOP"\n', "x.toml")
    with pytest.raises(StoryError, match=r"timeline\[0\]\.command.*'STP'.*STOP"):
        read_story(text + 'command = "STP"\n', "x.toml")
