"""A certificate that ends soon is told low, and nothing else changes (faults row 43)."""

from channel_bench import infusing

from interlocks.vocabulary import Priority
from pumpd.core.daemon_events import CertificatesExamined

REASON = "the certificate in broker.cert_file ends on 2027-01-02: have a new one made"


def test_row_43_it_is_told_low_while_what_runs_goes_on_and_ends_with_what_it_tells() -> None:
    bench = infusing()
    bench.post(CertificatesExamined(at=bench.now, reason=REASON))
    found = [(one.priority, one.text) for one in bench.state.alarms if one.key == "CERTIFICATE"]
    assert found == [(Priority.LOW, REASON)]
    bench.advance(1)
    assert bench.word == "INFUSING"
    bench.post(CertificatesExamined(at=bench.now, reason=""))
    assert [one for one in bench.state.alarms if one.key == "CERTIFICATE"] == []


def test_after_a_restart_nobody_has_looked_yet() -> None:
    bench = infusing()
    bench.post(CertificatesExamined(at=bench.now, reason=REASON))
    bench.restart()
    assert bench.state.certificates == ""
