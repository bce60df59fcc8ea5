"""The command line's own part."""

import pytest

from hil_sim.cli import main


def test_faults_lists_what_can_be_injected(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults"]) == 0
    shown = capsys.readouterr().out

    assert "fault reply_lost" in shown
    assert "event occlude" in shown


def test_a_parameter_without_a_value_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inject", "/nowhere", "reply_lost", "count"]) == 2
    assert "key=value" in capsys.readouterr().err


def test_a_wrong_port_is_refused_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--listen", "serial:x"]) == 2
    assert "--listen" in capsys.readouterr().err
