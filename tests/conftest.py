"""What every test may use: the loop of its choice, and real brokers.

Asynchronous tests run on a real selector loop, or with the marker `virtual_time` on `JumpingLoop`. A
missing mosquitto is a failure, not a skip: whoever selects tests without it says so with `-m "not
mosquitto"`.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

# The test support modules beside this file are imported by name (`import real_mosquitto`).
sys.path.insert(0, str(Path(__file__).parent))

from real_mosquitto import Certificates, Mosquitto

from drivers.conformance.virtual_time import JumpingLoop

# How long an example takes says how busy the machine is, and nothing about what is tested. Under CI the library thinks so
# by itself, and whoever tests the tests has chosen a profile already.
if settings.get_current_profile_name() == "default":
    settings.register_profile(
        "pumpd", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )
    settings.load_profile("pumpd")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "virtual_time: runs on a loop whose clock jumps to the next timer")
    # structlog's own default draws tracebacks with every local variable: seconds for a channel's whole state.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": JumpingLoop}
    return {"real": asyncio.SelectorEventLoop}


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Debian's mosquitto on a loopback port, open to all, running."""
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.close()


@pytest.fixture
def make_mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Makes brokers with extra configuration lines; not started."""
    made: list[Mosquitto] = []

    def make(*lines: str, certificates: Certificates | None = None) -> Mosquitto:
        broker = Mosquitto(tmp_path / f"mosquitto-{len(made)}", *lines, certificates=certificates)
        made.append(broker)
        return broker

    yield make
    for broker in made:
        broker.close()


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """An authority, a server and a client certificate, and a second authority nobody trusts."""
    return Certificates(tmp_path / "certificates")
