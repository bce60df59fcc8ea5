"""The clinic's verbs at the keyboard: what is typed is what is sent."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from clinic_bench import ready
from console_bench import Bench

from pumpd.cli.pumpctl import main
from pumpd.cli.pumpctl_arguments import parser
from pumpd.cli.pumpctl_care import VERBS, args_of
from pumpd.console_words import CARE_VERBS
from pumpd.shell.care_args import care_args, soft_codes

TYPED: list[tuple[list[str], dict[str, Any]]] = [
    (["checklist", "pregnancy=no", "line=yes"], {"answers": {"pregnancy": "no", "line": "yes"}}),
    (
        ["prime", "--volume-ml", "1.5", "--disconnected"],
        {"volume_ml": "1.5", "disconnected": True, "air_free": False},
    ),
    (["observe", "--moaas", "5", "--dissociation", "0"], {"moaas": 5, "dissociation": 0}),
    (
        ["observe", "--moaas", "5", "--dissociation", "2", "--note", "far away"],
        {"moaas": 5, "dissociation": 2, "note": "far away"},
    ),
    (["sign_off", "--note", "as at home"], {"note": "as at home"}),
    (["close", "--escort", "her brother"], {"escort": "her brother"}),
    (["handover"], {}),
    (["event", "nausea", "mild"], {"code": "nausea", "severity": "mild"}),
    (["given", "ondansetron", "4 mg"], {"drug": "ondansetron", "dose": "4 mg"}),
    (["note", "asked for water"], {"text": "asked for water"}),
]


@pytest.mark.parametrize(("words", "args"), TYPED)
def test_what_is_typed_is_sent_and_the_console_takes_it(words: list[str], args: dict[str, Any]) -> None:
    assert args_of(parser().parse_args(words)) == args
    care_args(words[0], args)


def test_every_verb_of_the_care_can_be_typed() -> None:
    assert {words[0] for words, _ in TYPED} == {name for name, _ in VERBS} == CARE_VERBS


def test_a_start_accepts_soft_limits_by_their_codes_or_none() -> None:
    assert args_of(parser().parse_args(["start"])) == {}
    given = args_of(parser().parse_args(["start", "--accept-soft", "baseline_above_soft"]))
    assert soft_codes(given) == {"accept_soft": ("baseline_above_soft",)}


@pytest.mark.parametrize(
    "words",
    [
        ["checklist", "pregnancy"],
        ["checklist", "pregnancy=maybe"],
        ["checklist", "=yes"],
        ["prime"],
        ["observe", "--moaas", "five", "--dissociation", "0"],
        ["observe", "--moaas", "5"],
        ["event", "nausea", "awful"],
        ["close"],
        ["note"],
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    assert ended.value.code == 2


async def test_a_checklist_without_answers_prints_it_and_asks_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "console.sock"
    async with Bench(path).serving() as bench:
        bench.state = {**bench.state, "care": ready().care}
        code = await asyncio.to_thread(main, ["--socket", str(path), "checklist"])
        assert bench.heard == []
    assert code == 2
    assert "pregnancy          no   Pregnant, or possibly pregnant?" in capsys.readouterr().out


async def test_an_act_of_the_course_names_the_screen_it_was_decided_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults row 69."""
    monkeypatch.setenv("PUMPD_PIN", "123456")
    path = tmp_path / "console.sock"
    async with Bench(
        path, script=lambda b, act: b.console.answer(act.request_id, "accepted")
    ).serving() as bench:
        bench.state = {**bench.state, "care": ready().care, "epoch": 41}
        words = ["--socket", str(path), "--as", "nina", "prime", "--volume-ml", "1.5", "--disconnected"]
        assert await asyncio.to_thread(main, [*words, "--air-free"]) == 0
        (act,) = bench.heard
    assert (act.verb, act.by, act.args["epoch"], act.args["volume_ml"]) == ("prime", "nina", 41, "1.5")
    out = capsys.readouterr().out
    assert "  step start: A nurse starts" in out
    assert out.endswith("accepted\n")
