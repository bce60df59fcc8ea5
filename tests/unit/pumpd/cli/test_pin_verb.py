"""`pumpd pin`: asked twice, printed as a hash, and never shown."""

import subprocess
import sys
import tomllib

import pytest

from pumpd.shell.pins import verify_pin


def pin(*typed: str) -> "subprocess.CompletedProcess[str]":
    """Without a terminal of its own, so that getpass reads what is given here."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pumpd.cli.main", "pin"],
        input="".join(f"{one}\n" for one in typed),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        start_new_session=True,
    )


def test_the_line_printed_is_toml_and_lets_that_pin_in_and_no_other() -> None:
    done = pin("24680", "24680")
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    hashed = tomllib.loads(line)["pin_scrypt"]
    assert verify_pin(hashed, "24680")
    assert not verify_pin(hashed, "24681")
    assert "24680" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("24680", "24681"), "pumpd pin: the two differ"),
        (("123", "123"), "pumpd pin: "),
        (("secret", "secret"), "pumpd pin: "),
        ((), "pumpd pin: nothing was typed"),
    ],
)
def test_what_is_no_pin_is_refused_and_nothing_is_printed(typed: tuple[str, ...], said: str) -> None:
    done = pin(*typed)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
