"""The host that is going to be killed: it tells what it reads back, and does not outlive who started it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from commission_bench import Bench, bound_of, commissioning

pytestmark = pytest.mark.hil


def started(bench: Bench, port: str = "") -> "subprocess.Popen[str]":
    bound = bound_of(bench)
    order = {
        "driver": bound.driver,
        "options": bound.options,
        "port": port or bound.port,
        "diameter_um": bound.diameter_um,
        "rate_nl_h": 20_000_000,
        "volume_nl": 2_000_000,
    }
    argv = [sys.executable, "-m", "pumpd.commission.silent_host"]
    host = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert host.stdin is not None
    host.stdin.write(json.dumps(order) + "\n")
    host.stdin.flush()
    return host


def test_it_tells_each_readback_and_halts_the_pump_when_its_parent_is_gone(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        host = started(bench)
        assert host.stdout is not None
        told = [json.loads(host.stdout.readline()) for _ in range(3)]
        assert [one["motion"] for one in told] == ["infusing"] * 3
        assert told[0]["link_ms"] < told[1]["link_ms"] < told[2]["link_ms"]
        assert bench.truth()["running"]
        host.communicate(timeout=20)
        assert host.returncode == 0
        assert not bench.truth()["running"]
        assert bench.truth()["last_stop_rx_link_ms"] > told[-1]["link_ms"]


def test_a_pump_that_is_not_there_is_said(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        said, _ = started(bench, "/dev/no-such-port").communicate(timeout=20)
    assert "no such device" in json.loads(said)["abandoned"]
