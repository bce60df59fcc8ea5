"""The configuration file while the daemon runs: what it means is watched, not when it was touched."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from site_bench import site

from pumpd.config import config_hash, load
from pumpd.config_watch import LOOK_EVERY_S, ConfigWatch

WITHIN_S = 5.0


@asynccontextmanager
async def _watched(file: Path) -> AsyncIterator["asyncio.Queue[str]"]:
    told: asyncio.Queue[str] = asyncio.Queue(8)
    watch = ConfigWatch(file, load(file), told.put_nowait, 0.01)
    task = asyncio.create_task(watch.run())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _next(told: "asyncio.Queue[str]") -> str:
    async with asyncio.timeout(WITHIN_S):
        return await told.get()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path))
    return path


def test_two_looks_are_within_the_second_that_row_102_allows() -> None:
    assert 2 * LOOK_EVERY_S < 1.0


async def test_another_value_is_told_with_both_hashes_and_what_changed(file: Path) -> None:
    before = config_hash(load(file))
    text = file.read_text()
    async with _watched(file) as told:
        file.write_text(text + "[limits]\nsystolic_slow_mmhg = 150\n")
        reason = await _next(told)
        assert f"{before[:12]} is in force, the file says {config_hash(load(file))[:12]}" in reason
        assert "limits.systolic_slow_mmhg: (left out) -> 150" in reason
        file.write_text(text)
        assert await _next(told) == "", "and that it says again what is in force"


async def test_a_file_that_is_gone_or_refused_is_told(file: Path) -> None:
    text = file.read_text()
    async with _watched(file) as told:
        file.write_text("nonsense")
        assert "is refused:" in await _next(told)
        file.unlink()
        assert "is gone" in await _next(told)
        os.replace(_written(file.with_suffix(".new"), text), file)  # another inode, the same meaning
        assert await _next(told) == ""


async def test_a_comment_or_a_touch_is_no_change(file: Path) -> None:
    text = file.read_text()
    async with _watched(file) as told:
        file.write_text("# a remark\n" + text)
        file.touch()
        file.write_text(text + "[limits]\nsystolic_slow_mmhg = 150\n")
        assert "limits" in await _next(told), "the first that was told"


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
