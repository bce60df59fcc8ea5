"""What the onlooker sees: the live picture, plain lines, or nothing at all."""

import io

import pytest
from channel_bench import infusing
from rich.console import Console

from pumpd.demo.display import Live, Plain, Silent


def test_plain_lines_come_once_per_change(capsys: pytest.CaptureFixture[str]) -> None:
    state = infusing().shown
    with Plain(45, "hint") as show:
        show(state, "nina: start")
        show(state, "nina: start")
        show({**state, "headline": "Paused: because"}, "nina: pause")
    lines = capsys.readouterr().out.splitlines()
    assert "hint" in lines[1]
    assert len(lines) == 4


def test_silence_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Silent(45, "hint") as show:
        show(infusing().shown, "nina: start")
    assert capsys.readouterr().out == ""


def test_the_live_view_draws_the_word_and_the_last_act(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    with Live(45, "hint") as show:
        show(infusing().shown, "nina: start")
        drawn = show._live.get_renderable()
    text = io.StringIO()
    Console(file=text, width=100).print(drawn)
    assert "INFUSING" in text.getvalue()
    assert "nina: start" in text.getvalue()
