"""The command line's own part."""

import json
import socket
import threading
from pathlib import Path

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


def test_a_simulator_that_ends_before_it_answers_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "ctl")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        hangs_up = threading.Thread(target=lambda: door.accept()[0].close())
        hangs_up.start()
        assert main(["inject", path, "truth"]) == 2
        hangs_up.join()
    assert path in capsys.readouterr().err


def test_a_broker_s_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["broker", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot listen on 127.0.0.1:" in capsys.readouterr().err


def test_a_population_is_shown_for_people_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["population", "--n", "20", "--seed", "4"]) == 0
    assert "20 virtual patients (seed 4), 0.5 mg/kg in 40 min" in capsys.readouterr().out
    assert main(["population", "--n", "20", "--seed", "4", "--json"]) == 0
    first = capsys.readouterr().out
    assert json.loads(first)["at_min"]["40"]["systolic_change_mmhg"]["mean"] > 5.0
    assert json.loads(first)["published"][0]["agrees"] is True
    assert main(["population", "--n", "20", "--seed", "4", "--json"]) == 0
    assert capsys.readouterr().out == first


def test_a_population_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["population", "--n", "1"]) == 2
    assert "--n is 1" in capsys.readouterr().err
