"""Reports as a process of their own: made from a real journal, bounded, and never more than one at a time."""

import asyncio
import json
from pathlib import Path

import pytest
from channel_bench import POLICY, infusing
from session_journal import rows_of, write
from site_bench import CHANNEL

from interlocks.vocabulary import Stamp
from pumpd.panel.reports import WAITING_MOST, NoReport, Reports
from pumpd.shell.record import CONFIGURATION

STUCK = ("sh", "-c", "exec sleep 60", "report")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    bench = infusing()
    bench.advance(5)
    body = json.dumps({"channel": CHANNEL.model_dump(mode="json"), "speed": 1.0})
    rows = [(CONFIGURATION, Stamp(0, 0), body), *rows_of(bench.events, POLICY)[1:]]
    return write(tmp_path / "journal.sqlite", {"bed-1": rows})


async def test_a_report_of_a_real_journal_is_a_whole_page(journal: Path) -> None:
    page = (await Reports(journal).page("bed-1", 1)).decode()
    assert page.startswith("<!doctype html>")
    assert "Infusion session 1, bed-1" in page
    assert "<script" not in page


async def test_what_the_program_says_is_what_is_told(journal: Path) -> None:
    reports = Reports(journal)
    with pytest.raises(NoReport, match="bed-9"):
        await reports.page("bed-9", None)
    with pytest.raises(NoReport, match="session"):
        await reports.page("bed-1", 7)
    with pytest.raises(NoReport, match="no such journal"):
        await Reports(journal.with_name("none")).page(None, None)


async def test_without_a_journal_there_is_none_and_none_is_offered(journal: Path) -> None:
    assert Reports(journal).is_offered
    assert not Reports(None).is_offered
    with pytest.raises(NoReport, match="--journal"):
        await Reports(None).page(None, None)


async def test_one_that_takes_too_long_is_ended(journal: Path) -> None:
    with pytest.raises(NoReport, match=r"not ready within 0\.2 s"):
        await Reports(journal, STUCK, within_s=0.2).page(None, None)


async def test_only_so_many_wait(journal: Path) -> None:
    reports = Reports(journal, STUCK, within_s=30.0)
    waiting = [asyncio.ensure_future(reports.page(None, None)) for _ in range(WAITING_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(NoReport, match="others are waiting"):
        await reports.page(None, None)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    with pytest.raises(NoReport, match="no such journal"):
        await Reports(journal.with_name("none")).page(None, None)
