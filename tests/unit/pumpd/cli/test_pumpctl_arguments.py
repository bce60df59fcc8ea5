"""The command line."""

import pytest

from pumpd.cli.pumpctl_arguments import DEFAULT_SOCKET, parser


def test_common_options_may_stand_on_either_side_of_the_verb() -> None:
    before = parser().parse_args(["--socket", "/x", "--as", "nina", "--json", "pause"])
    after = parser().parse_args(["pause", "--json", "--as", "nina", "--socket", "/x"])
    assert vars(before) == vars(after)
    assert (before.socket, before.by, before.json, before.channel) == ("/x", "nina", True, None)


def test_the_socket_comes_from_the_environment_or_stands_where_systemd_puts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PUMPD_SOCKET", raising=False)
    assert parser().parse_args(["status"]).socket == DEFAULT_SOCKET
    monkeypatch.setenv("PUMPD_SOCKET", "/run/other.sock")
    assert parser().parse_args(["status"]).socket == "/run/other.sock"


def test_an_order_keeps_its_numbers_as_typed() -> None:
    words = (
        "order --patient t --weight-kg 070,5 --dose-mg-per-kg 0.50 --concentration-mg-per-ml 2 --minutes 40"
    )
    options = parser().parse_args([*words.split(), "--syringe", "bd-60", "--accept-soft", "A", "B"])
    assert (options.weight_kg, options.dose_mg_per_kg, options.drug) == ("070,5", "0.50", "ketamine")
    assert options.accept_soft == ["A", "B"]


@pytest.mark.parametrize(("text", "value"), [("-2", -2), ("5", 5), ("+3", 3), ("-5", -5)])
def test_a_score_below_zero_is_no_option(text: str, value: int) -> None:
    for words in (["score", "rass", text, "--as", "nina"], ["--as", "nina", "score", "rass", text]):
        options = parser().parse_args(words)
        assert (options.scale, options.value, options.by) == ("rass", value, "nina")


@pytest.mark.parametrize(
    "words",
    [
        *([], ["fly"], ["order"], ["order", "--dose", "1"], ["status", "extra"]),
        *(["score"], ["score", "moaas"], ["score", "gcs", "15"], ["score", "moaas", "4.5"]),
        *(["score", "moaas", "four"], ["score", "rass", "-2.0"], ["listening"], ["present", "nina"]),
    ],
)
def test_wrong_usage_is_exit_code_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(words)
    assert caught.value.code == 2
    assert "usage: pumpctl" in capsys.readouterr().err


def test_the_help_says_what_the_exit_codes_mean_and_which_verbs_want_a_pin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    text = capsys.readouterr().out
    assert "3 NOT CONFIRMED" in text
    assert "stop the motor now" in text
    assert "not a cleared medical device" in text
