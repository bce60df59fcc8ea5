"""Faults row 43: a certificate that ends is told a month before, and not on the day when no monitor is heard any more."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from real_mosquitto import Certificates

from pumpd.certificate_watch import CertificateWatch, files_of, told
from pumpd.certificates import ends_in_file
from pumpd.config import Broker

WITHIN_S = 5.0

pytestmark = pytest.mark.mosquitto  # openssl


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls") / "pem")


@pytest.fixture(scope="module")
def end(made: Certificates) -> datetime:
    return ends_in_file(Path(made.ca))


class DayADay:
    """A wall clock that is a day on at each look, from 33 days before an instant to the day before it."""

    def __init__(self, end: datetime) -> None:
        self._end, self._left = end, 33

    def real_wall_ms(self) -> int:
        now = self._end - timedelta(days=self._left)
        self._left = max(1, self._left - 1)
        return int(now.timestamp() * 1000)


def test_it_is_told_from_thirty_days_before_its_end_with_the_day(made: Certificates, end: datetime) -> None:
    files = {"broker.ca_file": Path(made.ca)}
    day, second = timedelta(days=1), timedelta(seconds=1)
    soon = f"the certificate in broker.ca_file ends on {end:%Y-%m-%d}: have a new one made"
    assert told(files, end - 30 * day - second) == ""
    assert told(files, end - 30 * day) == soon
    assert told(files, end - second) == soon
    over = f"the certificate in broker.ca_file ended on {end:%Y-%m-%d}: have a new one made, no monitor may be heard"
    assert told(files, end) == over


def test_of_two_files_the_one_to_be_exchanged_first_is_named(
    made: Certificates, end: datetime, tmp_path: Path
) -> None:
    files = {"broker.ca_file": Path(made.ca), "broker.cert_file": Path(made.client)}
    soonest = min(files, key=lambda key: (ends_in_file(files[key]), key))
    assert f"in {soonest} ends" in told(files, end - timedelta(days=1))
    gone = tmp_path / "gone.pem"
    said = told({**files, "broker.cert_file": gone}, end - timedelta(days=90))
    assert said == "the certificate in broker.cert_file cannot be read: No such file or directory"
    gone.write_text("no certificate")
    assert "broker.cert_file cannot be read: holds no PEM" in told({"broker.cert_file": gone}, end)


async def test_it_is_told_once_and_that_it_was_exchanged_too(
    made: Certificates, end: datetime, tmp_path: Path
) -> None:
    """The clock of the wall is what certificates go by."""
    file, heard = tmp_path / "ca.pem", asyncio.Queue[str](8)
    file.write_text(Path(made.ca).read_text())
    watch = CertificateWatch(
        {"broker.ca_file": file},
        heard.put_nowait,
        DayADay(end),
        0.01,
    )
    task = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(WITHIN_S):
            assert "ends on" in await heard.get()
            file.unlink()
            assert "cannot be read" in await heard.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert heard.empty(), "each word once"


def test_the_files_are_those_that_the_configuration_names() -> None:
    assert files_of(Broker(host="b", port=1883, tls=False)) == {}
    broker = Broker(
        host="b", port=8883, ca_file="/etc/ca.pem", cert_file="/etc/us.pem", key_file="/etc/us.key"
    )
    assert files_of(broker) == {
        "broker.ca_file": Path("/etc/ca.pem"),
        "broker.cert_file": Path("/etc/us.pem"),
    }
