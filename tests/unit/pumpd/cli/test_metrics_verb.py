"""`pumpd metrics` as a process: a real scrape over HTTP and TLS, a file, and what it refuses."""

import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from panel_console import PanelConsole
from prometheus_client.parser import text_string_to_metric_families
from real_mosquitto import Certificates

from pumpd.cli.main import main


@pytest.fixture
def console(tmp_path: Path) -> Iterator[PanelConsole]:
    one = PanelConsole(tmp_path / "console.sock")
    yield one
    one.close()


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """The address of a `pumpd metrics` that serves."""
    argv = [sys.executable, "-m", "pumpd.cli.main", "metrics", "--listen", "127.0.0.1:0", *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        try:
            word, address = child.stdout.readline().split()
            assert word == "READY"
            yield address
        finally:
            child.terminate()
            assert child.wait(10) == 0


def scrape(address: str, context: ssl.SSLContext | None = None) -> dict[str, float]:
    with urllib.request.urlopen(address, timeout=10, context=context) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        text = answer.read().decode()
    return {one.name: one.value for family in text_string_to_metric_families(text) for one in family.samples}


def test_a_scrape_asks_the_daemon_and_a_daemon_that_is_gone_is_down(console: PanelConsole) -> None:
    """Issue 7: a Prometheus scrape."""
    with serving("--socket", str(console.path)) as address:
        series = scrape(address)
        assert (series["pumpd_up"], series["pumpd_volume_to_be_infused_milliliters"]) == (1, 17.5)
        console.close()
        console.path.unlink(missing_ok=True)
        # The same second may still share the last answer; the next may not.
        while (series := scrape(address))["pumpd_up"]:
            pass
        assert "pumpd_volume_to_be_infused_milliliters" not in series
    assert {one["verb"] for one in console.heard} == {"status"}, "it asks the one verb that moves nothing"


def test_under_tls_only_who_has_a_certificate_is_served(
    console: PanelConsole, certificates: Certificates
) -> None:
    tls = ["--tls-cert", certificates.server, "--tls-key", certificates.server_key]
    with serving("--socket", str(console.path), *tls, "--tls-client-ca", certificates.ca) as address:
        assert address.startswith("https://127.0.0.1:")
        known = ssl.create_default_context(cafile=certificates.ca)
        with pytest.raises(OSError, match=r"(?i)certificate required|reset|broken pipe|EOF"):
            scrape(address, known)
        known.load_cert_chain(certificates.client, certificates.client_key)
        assert scrape(address, known)["pumpd_up"] == 1


def test_one_exposition_goes_to_a_file_for_node_exporter(console: PanelConsole, tmp_path: Path) -> None:
    out = tmp_path / "pumpd.prom"
    assert main(["metrics", "--socket", str(console.path), "--textfile", str(out)]) == 0
    assert '\npumpd_up{channel="bed-1"} 1.0\n' in out.read_text()
    assert [one.name for one in tmp_path.glob("pumpd.prom*")] == ["pumpd.prom"], "no half file beside it"


def test_without_a_daemon_the_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pumpd.prom"
    assert main(["metrics", "--socket", str(tmp_path / "no.sock"), "--textfile", str(out)]) == 1
    assert 'pumpd_up{channel="only"} 0.0' in out.read_text()
    assert "pumpd is not running" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--listen", "0.0.0.0:9469"], "0.0.0.0 can be reached from elsewhere: --tls-cert"),
        (["--listen", "9469"], "HOST:PORT"),
        (["--tls-cert", "a.pem"], "--tls-cert and --tls-key go together"),
        (["--tls-cert", "none.pem", "--tls-key", "none.key"], "No such file"),
        (["--textfile", "/nowhere/pumpd.prom"], "/nowhere/pumpd.prom: No such file"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_reason(
    arguments: list[str], told: str, console: PanelConsole, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["metrics", "--socket", str(console.path), *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(console: PanelConsole, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("--socket", str(console.path)) as address:
        port = address.split(":")[2].partition("/")[0]
        assert main(["metrics", "--socket", str(console.path), "--listen", f"127.0.0.1:{port}"]) == 2
    assert "cannot listen on" in capsys.readouterr().err
