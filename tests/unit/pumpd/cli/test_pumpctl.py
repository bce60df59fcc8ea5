"""`pumpctl` as a process, against a real console on a real socket."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from console_bench import Bench, until

from pumpd.shell.console_acts import PersonAct

ORDER_WORDS = (
    *("order", "--patient", "tok-4711", "--weight-kg", "70", "--dose-mg-per-kg", "0.5"),
    *("--concentration-mg-per-ml", "2", "--minutes", "40", "--syringe", "bd-60"),
)


class Ended(NamedTuple):
    code: int | None
    out: str
    err: str


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


async def run(path: Path, *words: str, **env: str) -> Ended:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PUMPD_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(path), *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean | env,
    )
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


def confirm(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")
    bench.console.answer(act.request_id, "confirmed")


def doubt(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")
    bench.console.answer(act.request_id, "not_confirmed", ("no readback for 1 s",))


NINA = {"PUMPD_USER": "nina", "PUMPD_PIN": "123456"}


async def test_status_prints_the_state_and_json_prints_it_whole(path: Path) -> None:
    async with Bench(path).serving() as bench:
        plain, machine = await run(path, "status"), await run(path, "--json", "status")
        assert json.loads(machine.out) == bench.state
    assert plain.code == machine.code == 0
    assert "bed-1" in plain.out
    assert "INFUSING" in plain.out


async def test_a_confirmed_pause_is_exit_code_zero_and_needs_no_pin(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        ended = await run(path, "--as", "nina", "pause")
    assert ended == Ended(0, "accepted\nconfirmed\n", "")
    assert [(act.verb, act.by) for act in bench.heard] == [("pause", "nina")]


async def test_a_pause_without_a_name_goes_out_under_the_login_name(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        ended = await run(path, "pause", LOGNAME="ward-3")
    assert ended.code == 0
    assert bench.heard[0].by == "ward-3"


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_an_unconfirmed_pause_is_exit_code_three_and_sends_the_nurse_to_the_pump(
    path: Path, verb: str
) -> None:
    """Faults row 73."""
    async with Bench(path, script=doubt).serving():
        ended = await run(path, verb)
    assert ended.code == 3
    assert ended.out.splitlines() == [
        "accepted",
        "NOT CONFIRMED: use the pump's own stop key",
        "  no readback for 1 s",
    ]


async def test_a_refusal_is_exit_code_one_with_one_reason_a_line(path: Path) -> None:
    def refuse(bench: Bench, act: PersonAct) -> None:
        bench.console.answer(act.request_id, "refused", ("BP2 is latched", "the state has changed since"))

    async with Bench(path, script=refuse).serving():
        ended = await run(path, "start", **NINA)
    lines = "INFUSING: \nrefused\n  BP2 is latched\n  the state has changed since\n"
    assert ended == Ended(1, lines, "")


async def test_a_resume_shows_what_binds_and_sends_the_epoch_of_that_picture(path: Path) -> None:
    """Faults rows 69, 72."""
    async with Bench(path, script=confirm).serving() as bench:
        bench.state |= {
            "word": "PAUSED",
            "holds": [{"source": "OPERATOR", "reason": "paused", "by": "omar"}],
            "resume_blocked_by": ["systolic is stale"],
        }
        ended = await run(path, "resume", **NINA)
    assert ended.code == 0
    assert ended.out.index("hold OPERATOR: paused (by omar)") < ended.out.index("accepted")
    assert "blocks: systolic is stale" in ended.out
    assert [dict(act.args) for act in bench.heard] == [{"epoch": 12}]


async def test_a_start_shows_the_baseline_it_accepts_and_sends_the_epoch_of_that_picture(path: Path) -> None:
    def prepare(bench: Bench) -> None:
        bench.state.update(baseline={"sys": 125.0, "dia": 78.5, "accepted": False}, start_blocked_by=[])

    async with Bench(path, script=confirm).serving() as bench:
        prepare(bench)
        ended = await run(path, "start", **NINA)
    assert "baseline to accept: 125.0/78.5 mmHg" in ended.out
    assert [(act.verb, dict(act.args)) for act in bench.heard] == [("start", {"epoch": 12})]


async def test_a_resume_without_an_epoch_is_not_sent(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        del bench.state["epoch"]
        ended = await run(path, "resume", **NINA)
    assert ended.code == 2
    assert "no epoch" in ended.err
    assert bench.heard == []


async def test_an_order_prints_its_derivation_and_asks_for_a_second_person(path: Path) -> None:
    def derive(bench: Bench, act: PersonAct) -> None:
        order = {"steps": ["dose = 70 kg x 0.5 mg/kg = 35 mg"], "rate_nl_h": 26_250_000}
        bench.console.answer(act.request_id, "accepted", state={"order": order})

    async with Bench(path, script=derive).serving() as bench:
        ended = await run(path, *ORDER_WORDS, **NINA)
    assert ended.code == 0
    assert "dose = 70 kg x 0.5 mg/kg = 35 mg" in ended.out
    assert "26.25 mL/h" in ended.out
    assert "second person" in ended.out
    assert bench.heard[0].args["drug"] == "ketamine"


async def test_derive_prints_arithmetic_and_problems_and_enters_nothing(path: Path) -> None:
    soft = {"code": "dose_above_soft", "field": "dose_mg_per_kg", "text": "dose 0.6 mg/kg", "is_soft": True}
    steps = ["dose = 70 kg x 0.6 mg/kg = 42 mg"]
    async with Bench(path, script=confirm).serving() as bench:
        bench.known = {"derivation": {"steps": steps, "problems": [soft], "programme": None}}
        ended = await run(path, "derive", "--weight-kg", "70", "--dose-mg-per-kg", "0.6")
        bench.known = {"derivation": {"steps": steps, "problems": [], "programme": {"rate": "26.2 mL/h"}}}
        good = await run(path, "--json", "derive", *ORDER_WORDS[1:])
    assert ended.out.splitlines() == [
        "  dose = 70 kg x 0.6 mg/kg = 42 mg",
        "dose_mg_per_kg: dose 0.6 mg/kg (may be accepted with --accept-soft dose_above_soft)",
        "would be refused; nothing was entered",
    ]
    assert (ended.code, good.code) == (1, 0)
    assert [json.loads(line)["stage"] for line in good.out.splitlines()] == ["state", "end"]
    args = {"weight_kg": "70", "dose_mg_per_kg": "0.6", "drug": "ketamine", "accept_soft": ()}
    assert bench.consulted[0] == ("bed-1", "derive", args)
    assert bench.heard == []


async def test_library_prints_what_may_be_ordered_and_a_refusal_is_exit_code_one(path: Path) -> None:
    async with Bench(path).serving() as bench:
        bench.known = {"library": {"hash": "built-in", "drugs": [], "syringes": []}}
        ended = await run(path, "library")
        strange = await run(path, "--channel", "bed-9", "library")
    assert (ended.code, ended.out) == (0, "drug library built-in\n")
    assert strange.code == 1
    assert "channel must be one of" in strange.out


async def test_verify_shows_the_derived_numbers_before_it_asks_anything(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        bench.state["order"] = {"steps": ["rate = 26.25 mL/h"]}
        unasked = await run(path, "--as", "omar", "verify")
        asked = await run(path, "--as", "omar", "verify", PUMPD_PIN="654321")
    assert (unasked.code, asked.code) == (2, 0)
    assert "rate = 26.25 mL/h" in unasked.out
    assert "no PIN" in unasked.err
    assert [act.by for act in bench.heard] == ["omar"]


async def test_acknowledge_takes_a_rule_or_all(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        assert (await run(path, "acknowledge", "BP2")).code == 0
        assert (await run(path, "acknowledge")).code == 0
    assert [dict(act.args) for act in bench.heard] == [{"rule": "BP2"}, {}]


async def test_an_acknowledgement_carries_its_note(path: Path) -> None:
    """clinical.md 3.2, BP3."""
    async with Bench(path, script=confirm).serving() as bench:
        assert (await run(path, "acknowledge", "BP3", "--note", "142/88 on the other arm")).code == 0
    assert [dict(act.args) for act in bench.heard] == [{"rule": "BP3", "note": "142/88 on the other arm"}]


async def test_scores_presence_and_quiet_go_out_with_a_name_and_without_a_pin(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        for words in (("score", "moaas", "5"), ("score", "rass", "-2"), ("present",), ("quiet",)):
            assert await run(path, "--as", "nina", *words) == Ended(0, "accepted\n", "")
    assert [(act.verb, act.by, dict(act.args)) for act in bench.heard] == [
        ("score", "nina", {"scale": "moaas", "value": 5}),
        ("score", "nina", {"scale": "rass", "value": -2}),
        ("present", "nina", {}),
        ("quiet", "nina", {}),
    ]


async def test_a_score_off_its_scale_is_refused_by_the_daemon_with_the_scale(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        ended = await run(path, "--as", "nina", "score", "symptoms", "-1")
    assert (ended.code, bench.heard) == (1, [])
    assert "from 0 to 1" in ended.out


async def test_a_restore_shows_what_blocks_it_and_sends_the_epoch_of_that_picture(path: Path) -> None:
    """clinical.md 3.2: half the rate until a person restores it."""
    async with Bench(path, script=confirm).serving() as bench:
        bench.state |= {"word": "SLOWED", "restore_blocked_by": ["five minutes are not over"]}
        ended = await run(path, "restore", **NINA)
    assert (ended.code, ended.out.endswith("accepted\nconfirmed\n")) == (0, True)
    assert "blocks: five minutes are not over" in ended.out
    assert [(act.verb, dict(act.args)) for act in bench.heard] == [("restore", {"epoch": 12})]


async def test_a_bench_may_say_that_somebody_listens(path: Path) -> None:
    async with Bench(path).serving() as bench:
        assert (await run(path, "listening", "bench")).code == 0
    assert [dict(act.args) for act in bench.heard] == [{"listener": "bench"}]


async def test_a_live_view_on_a_terminal_is_a_listener_and_a_pipe_is_none(path: Path) -> None:
    async with Bench(path).serving() as bench:
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(path), "watch"),
            *("--channel", "bed-1"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            await until(lambda: bool(bench.heard))
        finally:
            process.kill()
            await process.wait()
            os.close(ours)
    assert bench.heard[0].verb == "listening"
    assert bench.heard[0].args["listener"] == f"live view {process.pid}"


async def test_a_pin_file_is_read_only_when_nobody_else_can(path: Path, tmp_path: Path) -> None:
    pin_file = tmp_path / "pin"
    pin_file.write_text("123456\n")
    async with Bench(path, script=confirm).serving():
        pin_file.chmod(0o644)
        loose = await run(path, "--pin-file", str(pin_file), "--as", "nina", "start")
        pin_file.chmod(0o600)
        tight = await run(path, "--pin-file", str(pin_file), "--as", "nina", "start")
    assert (loose.code, tight.code) == (2, 0)
    assert "chmod 600" in loose.err


async def test_a_pin_typed_at_a_terminal_is_asked_for_by_name_and_not_echoed(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(path), "--as", "nina", "start"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("PUMPD_")},
        )
        os.close(theirs)
        shown = await asyncio.to_thread(_type_after, ours, b"PIN of nina: ", b"123456\n")
        assert await process.wait() == 0
        os.close(ours)
    assert b"123456" not in shown
    assert b"confirmed" in shown
    assert [act.verb for act in bench.heard] == ["start"]


def _type_after(terminal: int, prompt: bytes, text: bytes) -> bytes:
    shown = b""
    is_typed = False
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # EIO: the other end has closed
            return shown
        shown += chunk
        if not is_typed and prompt in shown:
            os.write(terminal, text)
            is_typed = True


@pytest.mark.parametrize("verb", ["pause", "status", "watch"])
async def test_no_daemon_is_exit_code_two_with_a_remedy(path: Path, verb: str) -> None:
    ended = await run(path, verb)
    assert ended.code == 2
    assert "pumpd run" in ended.err
    assert ("use the pump's own stop key" in ended.err) == (verb == "pause")


async def test_a_verb_that_raises_needs_a_name(path: Path) -> None:
    ended = await run(path, "start")
    assert (ended.code, ended.out) == (2, "")
    assert "--as NAME" in ended.err


async def test_json_gives_every_reply_as_a_line(path: Path) -> None:
    async with Bench(path, script=confirm).serving():
        ended = await run(path, "--json", "resume", **NINA)
    assert [json.loads(line)["stage"] for line in ended.out.splitlines()] == ["accepted", "confirmed"]


async def test_watch_once_is_one_status_and_watch_json_is_one_state_a_line(path: Path) -> None:
    async with Bench(path).serving():
        assert "INFUSING" in (await run(path, "watch", "--once")).out
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(path), "watch", "--json"),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        states: list[dict[str, Any]] = [json.loads(await process.stdout.readline()) for _ in range(2)]
        process.terminate()
        await process.wait()
    assert [state["word"] for state in states] == ["INFUSING", "INFUSING"]


async def test_watch_without_a_terminal_prints_a_line_per_change_and_says_when_it_knows_nothing(
    path: Path,
) -> None:
    async with Bench(path).serving() as bench:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(path), "watch"),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        first = await process.stdout.readline()
        bench.state["word"] = "PAUSED"
        bench.console.publish_state("bed-1")
        second = await process.stdout.readline()
    third = await process.stdout.readline()
    process.terminate()
    await process.wait()
    assert (b"INFUSING" in first, b"PAUSED" in second, b"NO DATA" in third) == (True, True, True)
    assert bench.heard == [], "a log file is nobody looking"


def test_only_watch_loads_the_renderer() -> None:
    """facts/ecosystem.md 8: a pause costs milliseconds."""
    code = "import sys, pumpd.cli.pumpctl; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"rich", "asyncio", "pydantic", "structlog", "aiomqtt"} & set(loaded)
