"""A whole session of a clinic, from the order to the closing, by hand: the real daemon, a simulated bed, virtual time.

Theory of operation. Everything is pressed at the console, as a person would, and every step is waited for on the screen.
The daemon is killed twice where a course must not be lost: with the line primed and nothing started, and in the middle
of the observation. At the end the record is decided again and read as a report.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from clinic_bench import CLEAR, MORE_ORDER
from virtual_bed import ORDER as PLAIN_ORDER
from virtual_bed import SITE, Bed, run_bed

from hil_sim.bench.nurse import PINS, USERS, Habits
from pumpd.cli.replay_verb import replay
from pumpd.policy import policy_from
from pumpd.report.gather import gather
from pumpd.report.page import page

OMAR = {"name": "omar", "roles": ["nurse"], "pin": "97531"}
CLINIC_SITE = {**SITE, "users": (*USERS, OMAR), "clinic": {"observation_min": 60}}
ORDER = {**PLAIN_ORDER, **MORE_ORDER}
LOOKED = ("verify", "checklist", "prime", "start", "observe", "sign_off", "close")
UNPROVEN = ("event", "given", "note", "score", "present", "measure")
#: She answers alarms and makes her rounds; what the course asks is done by hand.
ROUNDS_ONLY = Habits(starts=False)


class Ward:
    """The people of one bed, who wait for an answer to each press."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed

    @property
    def care(self) -> dict[str, Any]:
        care: dict[str, Any] = self.bed.state["care"]
        return care

    async def press(self, verb: str, by: str = "nina", **args: Any) -> tuple[str, list[str]]:
        """The first answer. On the screen of this moment."""
        said: list[tuple[str, list[str]]] = []
        if verb in LOOKED:
            args = {"epoch": self.bed.state["epoch"], **args}
        pin = "" if verb in UNPROVEN else {**PINS, "omar": OMAR["pin"]}[by]
        self.bed.bench.panel.ask(
            verb, by, str(pin), args, lambda stage, reasons: said.append((stage, reasons))
        )
        await self.bed.until(lambda: bool(said), 30.0)
        await asyncio.sleep(0.5)
        return said[0]

    async def does(self, verb: str, by: str = "nina", **args: Any) -> list[str]:
        """It must be accepted."""
        stage, reasons = await self.press(verb, by, **args)
        assert stage == "accepted", (verb, stage, reasons)
        return reasons

    async def at_step(self, step: str, within_s: float = 60.0) -> None:
        await self.bed.until(lambda: self.care["step"] == step, within_s)

    async def measured(self) -> None:
        """A cuff reading of this minute, and the numbers shown."""
        await self.does("measure")
        cuff = "sys"
        await self.bed.until(
            lambda: self.bed.state["vitals"].get(cuff, {}).get("age_ms", 10**9) < 5_000, 120.0
        )

    async def reborn(self) -> None:
        """The daemon dies without a word and comes back."""
        before = self.bed.bench.lives
        self.bed.bench.kill_daemon()
        await asyncio.sleep(2.0)
        self.bed.bench.start_daemon()
        await self.bed.until(lambda: self.bed.bench.panel.state is not None, 30.0)
        assert self.bed.bench.lives == before + 1


async def until_started(ward: Ward) -> None:
    """Order to flow, with a power cut behind the prime."""
    await ward.bed.until(lambda: ward.bed.bench.panel.state is not None, 30.0)
    assert (ward.care["course"], ward.care["step"]) == ("clinic", "order")
    await ward.does("order", "dora", **ORDER)
    await ward.at_step("verify")
    assert (await ward.press("checklist", answers={"pregnancy": "no"}))[0] == "refused"
    await ward.does("verify")
    await ward.at_step("checklist")
    assert await ward.does("checklist", answers={**CLEAR, "sitter": "no"}) == ["no start: blocks: sitter"]
    await ward.does("checklist", answers=CLEAR)
    await ward.at_step("prime")
    await ward.does("prime", volume_ml="1.5", disconnected=True, air_free=True)
    await ward.at_step("baseline")
    await ward.reborn()
    assert ward.care["prime"] == {"by": "nina", "volume_ml": "1.5"}
    await ward.at_step("verify")  # requirement 71: for how long the order has waited nobody knows
    await ward.does("verify")
    await ward.at_step("baseline")
    await ward.measured()
    await asyncio.sleep(61.0)
    await ward.measured()
    stage, reasons = await ward.press("start")
    assert stage == "refused"
    assert "no MOAA/S entered yet: needs 5, at most 15 min old" in reasons
    await ward.does("score", scale="moaas", value=5)
    await ward.at_step("start")
    await ward.bed.until(lambda: not ward.bed.state["start_blocked_by"], 120.0)
    await ward.does("start")
    await ward.bed.until_word("INFUSING")


async def until_the_end(ward: Ward) -> None:
    """The whole dose, with what happens meanwhile."""
    assert {one["key"] for one in ward.care["prompts"]} == {"score", "present"}
    await asyncio.sleep(600.0)
    await ward.does("event", code="nausea", severity="mild", note="after 10 min")
    await ward.does("given", drug="ondansetron", dose="4 mg")
    await ward.does("handover", "omar")
    assert ward.care["nurse"] == "omar"
    await ward.bed.until_word("OBSERVING", 3000.0)
    assert ward.bed.state["phase"] == "completed"


async def until_closed(ward: Ward) -> None:
    """Looked at every quarter of an hour, one of them late enough for the alarm, with a power cut in between."""
    stage, reasons = await ward.press("close", "omar", escort="her brother")
    assert stage == "refused"
    assert reasons[0].startswith("the observation lasts 60 min: ")
    await ward.bed.until(lambda: any(one["key"] == "OBSERVATION" for one in ward.bed.state["alarms"]), 1300.0)
    assert ward.care["ended_ago_s"] >= 20 * 60
    await ward.measured()
    await ward.does("observe", "omar", moaas=5, dissociation=1, note="far away")
    assert all(one["key"] != "OBSERVATION" for one in ward.bed.state["alarms"])
    ended_ago_s, log = ward.care["ended_ago_s"], ward.care["log"]
    await ward.reborn()
    assert ward.bed.state["word"] == "OBSERVING"
    assert ward.care["log"] == log
    assert 0 <= ward.care["ended_ago_s"] - ended_ago_s <= 15, "what passes without a daemon is nobody's time"
    for _ in range(3):
        due_s = ward.care["prompts"][0]["due_in_s"]
        await asyncio.sleep(max(0, due_s) + 1.0)
        await ward.measured()
        await ward.does("observe", "omar", moaas=5, dissociation=0)
    if ward.care["close_blocked_by"]:  # the pressure may still be a little higher than before
        assert all("not recovered" in one for one in ward.care["close_blocked_by"])
        await ward.does("sign_off", "dora", note="as at home")
    await ward.at_step("closable")
    assert (await ward.press("order", "dora", **ORDER))[0] == "refused"
    await ward.does("close", "omar", escort="her brother")
    await ward.bed.until_word("CLOSED")


@pytest.mark.timeout(900)
def test_a_session_runs_from_the_order_to_the_closing(tmp_path: Path) -> None:
    """Facts/clinical.md 1 rows 7 to 29, 3.3; laws 9 and 12."""

    async def story(bed: Bed) -> None:
        ward = Ward(bed)
        await until_started(ward)
        await until_the_end(ward)
        await until_closed(ward)
        kinds = [one["kind"] for one in ward.care["log"]]
        assert kinds[:5] == ["order", "checklist", "checklist", "prime", "start"]
        assert kinds[5:8] == ["event", "given", "handover"]
        assert kinds.count("observe") == 4
        assert kinds[-1] == "close"
        stage, reasons = await ward.press("order", "dora", **ORDER)
        assert stage == "refused"
        assert reasons[0].startswith("the last session began 1 h "), "24 h between two sessions"
        await asyncio.sleep(1.0)
        journal = bed.bench.setting.folder / "journal.sqlite"
        assert replay(journal)["identical"]
        written = page(gather(journal, policy_from))
        for words in ("her brother", "ondansetron 4 mg given by hand", "omar takes over from nina", "+60"):
            assert words in written, words

    run_bed(story, habits=ROUNDS_ONLY, site=CLINIC_SITE)
