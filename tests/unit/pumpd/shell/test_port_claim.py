"""Faults row 22, I13: one daemon for one pump."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pumpd.shell.port_claim import PortClaims, PortTaken

HOLDER = (
    "import sys; from pumpd.shell.port_claim import PortClaims\n"
    "claims = PortClaims(); claims.take(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
)


def test_a_port_that_another_process_claims_is_refused_by_name_until_that_process_is_gone(
    tmp_path: Path,
) -> None:
    port = str(tmp_path / "pump")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    claims = PortClaims()
    with pytest.raises(PortTaken, match="pump: another pumpd"):
        claims.take(port)
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    claims.take(port)
    claims.release()


def test_two_names_of_one_device_are_one_port(tmp_path: Path) -> None:
    device, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    claims = PortClaims()
    claims.take(str(device))
    with pytest.raises(PortTaken):
        claims.take(str(link))
    claims.take("tcp:127.0.0.1:4001")
    claims.release()
    claims.take(str(link))
    claims.release()
