"""The whole walk: a refused file, a machine where nothing is there, and that nothing waits for anything else."""

import time
from pathlib import Path

from site_bench import site

from pumpd.doctor.examine import Wishes, examine
from pumpd.doctor.verdict import Finding, Level

WISHES = Wishes(listen_s=1.0, panel="none", account="root")


def _by_check(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.check, []).append(one)
    return found


async def test_a_refused_file_is_told_fault_by_fault_and_the_box_is_looked_at_all_the_same(
    tmp_path: Path,
) -> None:
    file = tmp_path / "pumpd.toml"
    file.write_text(site(tmp_path).replace("[site]", "[sight]"))
    found = _by_check(await examine(file, WISHES))
    assert all(one.level is Level.FAIL for one in found["config"])
    assert any("did you mean site?" in one.measured for one in found["config"])
    assert "clock" in found
    assert len(found["unit"]) == 2


async def test_where_nothing_is_there_each_thing_says_so_and_the_pump_is_not_asked(tmp_path: Path) -> None:
    file = tmp_path / "pumpd.toml"
    text = site(tmp_path)
    file.write_text(text)
    began_s = time.monotonic()
    found = _by_check(await examine(file, WISHES))
    assert time.monotonic() - began_s < 10.0
    assert [one.level for one in found["port"]] == [Level.FAIL]
    assert "see its port" in found["pump"][0].measured
    assert [one.level for one in found["broker"]] == [Level.FAIL]
    assert "signal" not in found, "nothing was asked behind a broker that is not there"
    assert found["journal"][0].level is Level.OK
    assert len(found["hardware watchdog"]) == 1, "and whether a kernel that hangs is started again"
    assert "panel" not in found
