"""What is asked: made exact or refused, with the key, the value and the limit; and who may not be disturbed."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from commission_bench import NEW_ERA, Bench

from pumpd.cli.main import command_line
from pumpd.commission.seal import KeyRefused
from pumpd.commission.visit import Question, Refused, question_of, refuse_open_session, visit
from pumpd.config import load


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, NEW_ERA, str(tmp_path / "pump"), tmp_path / "ctl")
    made.write_config()
    return made


def asked(bench: Bench, *more: str) -> Question:
    words = ["commission", "--config", str(bench.config), "--channel", "bed-1", *more]
    return question_of(command_line().parse_args(words))


def test_left_alone_it_is_two_rates_and_the_usual_syringe(bench: Bench) -> None:
    question = asked(bench)
    assert question.rates_nl_h == (5_000_000, 26_000_000)
    assert question.syringe.key == "bd-60"
    assert question.asked == ()
    assert question.folder == Path("commission-bed-1")
    assert question.bound.diameter_um == 26_590


def test_what_is_said_is_taken(bench: Bench) -> None:
    more = ("--rate", "10", "--rate", "2.5", "--steps", "occlusion,flow", "--syringe", "bd-20", "--quick")
    question = asked(bench, *more, "--density", "1.005", "--evaporation", "0.01")
    assert question.rates_nl_h == (2_500_000, 10_000_000)
    assert question.asked == ("flow:2.5", "flow:10", "occlusion")
    assert question.syringe.key == "bd-20"
    assert question.is_quick
    assert (question.liquid.density_g_per_ml, question.liquid.evaporation_g_h) == (1.005, 0.01)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--channel", "bed-9"], "--channel bed-9: the configuration has bed-1"),
        (["--rate", "fast"], "--rate fast: must be a number of mL/h"),
        (["--rate", "-5"], "--rate -5: must be more than 0"),
        (["--rate", "nan"], "--rate nan: must be more than 0"),
        (["--rate", "9999"], "--rate 9999: with this syringe this pump has"),
        (["--rate", "26.00001"], "cannot be set exactly; the next lower is 26 mL/h"),
        (["--steps", "stop,flaw"], "--steps stop,flaw: must be of stop, host-loss, flow, occlusion"),
        (["--syringe", "bd-61"], "--syringe bd-61: this channel and its pump allow"),
        (["--presses", "2"], "--presses 2: must be 3 to 100"),
        (["--flow-minutes", "0.5"], "--flow-minutes 0.5: must be 1 to 1440 min"),
        (["--flow-minutes", "nan"], "--flow-minutes nan"),
        (["--density", "0"], "density 0: must be 0.5 to 2 g/mL"),
    ],
)
def test_a_wrong_question_is_refused_with_what_would_be_right(
    more: list[str], why: str, bench: Bench
) -> None:
    with pytest.raises(Refused) as refused:
        asked(bench, *more)
    assert why in str(refused.value)


def test_a_key_that_others_can_read_is_refused_before_anything_else_is_done(bench: Bench) -> None:
    key = bench.folder / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 0600"):
        asked(bench, "--key", str(key))


def test_a_record_that_cannot_be_read_is_no_permission(bench: Bench) -> None:
    """Law 3: who cannot tell whether a session is under way assumes that one is."""
    (bench.folder / "journal.sqlite").write_text("not a journal")
    config = load(bench.config)
    with pytest.raises(Refused, match="cannot tell whether a session is under way on bed-1"):
        refuse_open_session(config, config.channels[0].pump.port)


def test_without_a_record_there_is_no_session(bench: Bench) -> None:
    config = load(bench.config)
    refuse_open_session(config, config.channels[0].pump.port)


def test_another_program_s_database_is_no_record(bench: Bench) -> None:
    with sqlite3.connect(bench.folder / "journal.sqlite") as other:
        other.execute("CREATE TABLE record (seq INTEGER)")
    config = load(bench.config)
    with pytest.raises(Refused, match="cannot tell"):
        refuse_open_session(config, config.channels[0].pump.port)


def test_without_a_terminal_nobody_can_promise_anything(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/null", encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(Refused, match="standard input is no terminal"):
            asyncio.run(visit(asked(bench)))
