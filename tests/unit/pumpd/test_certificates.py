"""The end of a certificate, held against what openssl made; anything else is refused and never an odd error."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_mosquitto import Certificates

from pumpd.certificates import NoCertificate, end_of, ends_in_file

pytestmark = pytest.mark.mosquitto  # openssl


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls") / "pem")


def _said_by_openssl(path: str) -> datetime:
    told = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in", path], check=True, capture_output=True, text=True
    )
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told.stdout.strip().partition("=")[2]), UTC)


def test_the_end_is_the_one_that_openssl_tells(made: Certificates) -> None:
    for path in (made.ca, made.server, made.client):
        assert ends_in_file(Path(path)) == _said_by_openssl(path)
    assert ends_in_file(Path(made.ca)) - datetime.now(UTC) < timedelta(days=2, seconds=5)


def test_of_several_the_first_to_end_counts_and_a_far_one_is_read(made: Certificates, tmp_path: Path) -> None:
    far = tmp_path / "far.pem"
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv += ["-days", "20000", "-subj", "/CN=far", "-keyout", str(tmp_path / "k"), "-out", str(far)]
    subprocess.run(argv, check=True, capture_output=True)
    assert ends_in_file(far) == _said_by_openssl(str(far)), "beyond 2049 the time has another form"
    both = tmp_path / "both.pem"
    both.write_text(far.read_text() + Path(made.ca).read_text())
    assert ends_in_file(both) == ends_in_file(Path(made.ca))


def test_what_is_no_certificate_is_refused(made: Certificates, tmp_path: Path) -> None:
    with pytest.raises(NoCertificate, match="holds no PEM"):
        ends_in_file(Path(made.server_key))
    whole = ssl.PEM_cert_to_DER_cert(Path(made.ca).read_text())
    with pytest.raises(NoCertificate):
        end_of(whole[:40])
    with pytest.raises(OSError):
        ends_in_file(tmp_path / "none")


@given(st.binary(max_size=80))
def test_any_bytes_are_a_certificate_or_refused(der: bytes) -> None:
    with pytest.raises(NoCertificate):
        end_of(der)
