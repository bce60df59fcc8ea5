"""What the daemon takes from the machine: named apart from how its parts meet."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from pumpd import config as cfg
from pumpd.machine import Machine
from pumpd.shell.port_claim import PortTaken


def test_every_life_has_a_name_of_its_own() -> None:
    machine = Machine()
    assert len({machine.boot() for _ in range(100)}) == 100


def test_a_claimed_port_is_refused_to_the_next_until_it_is_let_go(tmp_path: Path) -> None:
    """Faults row 22, I13."""
    first, second = Machine(), Machine()
    first.claim(str(tmp_path / "pump"))
    with pytest.raises(PortTaken):
        second.claim(str(tmp_path / "pump"))
    first.release()
    second.claim(str(tmp_path / "pump"))
    second.release()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_process_is_asked_to_end_by_a_signal(number: signal.Signals) -> None:
    asked = asyncio.Event()
    Machine().stop_on_signal(asked.set)
    os.kill(os.getpid(), number)
    async with asyncio.timeout(5.0):
        await asked.wait()
    asyncio.get_running_loop().remove_signal_handler(number)


def test_a_sounder_of_no_kind_and_a_password_that_is_not_there_are_refused_by_name(tmp_path: Path) -> None:
    machine = Machine()
    with pytest.raises(cfg.ConfigRefused, match=r"sounders\[1\]\.kind: organ"):
        machine.sounders((cfg.Sounder(kind="organ", device="/dev/tty1"),))
    broker = cfg.Broker(host="h", port=1, tls=False, username="u", password_file=str(tmp_path / "none"))
    with pytest.raises(cfg.ConfigRefused, match="the broker's password cannot be read"):
        machine.feed(broker, (), object(), lambda _: None, "s")  # type: ignore[arg-type]
