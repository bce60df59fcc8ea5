"""Where the panel may listen, and the sounds it gives to the page."""

from pathlib import Path

import pytest

from pumpd.cli.main import main
from pumpd.cli.panel_verb import bursts, is_this_machine, split
from pumpd.tones.patterns import HIGH, REMINDER


def test_the_sounds_are_those_of_the_tables() -> None:
    shown = bursts()
    assert set(shown) == {"high", "medium", "low", "reminder", "partials", "ramp_ms"}
    assert shown["high"]["repeat_ms"] == HIGH.repeat_ms
    assert [one["start_ms"] for one in shown["high"]["pulses"]] == [one.start_ms for one in HIGH.pulses]
    assert shown["reminder"]["pulses"][0]["hz"] == 523.251
    assert REMINDER.repeat_ms == 60_000


@pytest.mark.parametrize(
    ("address", "parts"),
    [("127.0.0.1:8443", ("127.0.0.1", 8443)), ("[::1]:0", ("::1", 0)), ("localhost:1", ("localhost", 1))],
)
def test_an_address_is_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert split(address) == parts


@pytest.mark.parametrize("address", ["8443", ":8443", "host:", "host:x", "host:70000"])
def test_anything_else_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        split(address)


def test_this_machine_is_known_by_its_own_addresses() -> None:
    assert is_this_machine("localhost")
    assert is_this_machine("127.0.0.9")
    assert is_this_machine("::1")
    assert not is_this_machine("0.0.0.0")
    assert not is_this_machine("ward.example")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--listen", "0.0.0.0:0"], "in the clear"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "x"], "go together"),
        (["--listen", "127.0.0.1:0", "--tls-key", "x"], "go together"),
        (["--listen", "nonsense"], "HOST:PORT"),
        (["--listen", "192.0.2.1:0", "--tls-cert", "x", "--tls-key", "x"], "cannot listen"),
    ],
)
def test_what_is_unsafe_or_cannot_be_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["panel", "--pair-file", str(tmp_path / "pair.json"), *options]) == 2
    assert said in capsys.readouterr().err
