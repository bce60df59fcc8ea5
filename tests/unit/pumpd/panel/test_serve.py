"""A socket of ours, and an end that an open stream does not hold up."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pumpd.panel.gate import COOKIE
from pumpd.panel.pairing import Browser, load
from pumpd.panel.serve import bound


def test_a_taken_address_is_an_error_and_port_0_is_a_free_one() -> None:
    with bound("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        assert port > 0
        with pytest.raises(OSError, match="in use"):
            bound("127.0.0.1", port)


def test_it_ends_within_two_seconds_while_somebody_watches(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("pumpd")
    pair = tmp_path / "pair.json"
    command = [str(program), "panel", "--listen", "127.0.0.1:0", "--pair-file", str(pair)]
    panel = subprocess.Popen([*command, "--socket", str(tmp_path / "none")], stdout=subprocess.PIPE)
    assert panel.stdout is not None
    said = b""
    while b"READY" not in said or not said.endswith(b"\n"):
        assert select.select([panel.stdout], [], [], 15)[0]
        said += os.read(panel.stdout.fileno(), 4096)
    address = said.decode().split("READY ")[1].partition("/pair")[0]
    cookie = f"{COOKIE}={load(pair).seal(Browser('a', 'x'))}"
    asked = urllib.request.Request(f"{address}/stream", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked, timeout=10) as stream:
        assert stream.readline().startswith(b"retry")
        stream.readline()
        assert json.loads(stream.readline().partition(b"data: ")[2])["lost"]
        began = time.monotonic()
        panel.send_signal(signal.SIGTERM)
        panel.wait(10)
    assert time.monotonic() - began < 2.5
    panel.stdout.close()


def test_an_address_of_the_new_kind_is_served_too() -> None:
    if socket.has_ipv6:
        with bound("::1", 0) as one:
            assert one.family is socket.AF_INET6
