"""The console on real Unix sockets; time is virtual where a limit is in seconds."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from console_bench import Bench, request, until

from pumpd.shell.console_acts import ConsoleLimits, PersonAct
from pumpd.shell.console_socket import ConsoleUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


def accept(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")


async def hang(name: str, pin: str) -> frozenset[str] | None:
    """An authenticator that has lost its way."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError


class TestPause:
    """Design law 6; faults rows 73, 75, 79."""

    async def test_it_reaches_the_listener_in_the_stack_of_the_socket_read(self, path: Path) -> None:
        stacks: list[asyncio.Task[Any] | None] = []

        def listen(bench: Bench, act: PersonAct) -> None:
            # Inside a task there would have been a hop; in a reader's callback there is no current task.
            stacks.append(asyncio.current_task())
            bench.console.answer(act.request_id, "accepted")

        async with Bench(path, script=listen).serving() as bench:
            client = await bench.client()
            assert (await client.ask(request("pause", pin=None)))["stage"] == "accepted"
        assert stacks == [None]
        assert [(a.verb, a.by, a.roles) for a in bench.heard] == [("pause", "nina", frozenset())]

    @pytest.mark.parametrize("verb", ["pause", "stop"])
    async def test_it_has_been_heard_before_the_read_of_its_bytes_returns(
        self, path: Path, verb: str
    ) -> None:
        line = json.dumps(request(verb)).encode() + b"\n"
        async with Bench(path).serving() as bench:
            await bench.client()
            await until(lambda: bool(bench.console._connections))
            connection = bench.console._connections[1]
            connection.get_buffer(-1)[: len(line)] = line
            connection.buffer_updated(len(line))
            assert [act.verb for act in bench.heard] == [verb]  # and nothing was awaited in between

    @pytest.mark.parametrize("raising", ["start", "resume"])
    @pytest.mark.parametrize("lowering", ["pause", "stop"])
    async def test_it_outranks_a_raise_whose_pin_is_still_being_checked(
        self, path: Path, raising: str, lowering: str
    ) -> None:
        """Law 8, I5, faults rows 68 and 69: the raise was asked for in another situation."""
        asked, judged = asyncio.Event(), asyncio.Event()

        async def judge_when_told(name: str, pin: str) -> frozenset[str]:
            asked.set()
            await judged.wait()
            return frozenset({"nurse"})

        bench = Bench(path, judge_when_told, script=accept, channels=("bed-1", "bed-2"))
        async with bench.serving():
            nurse, other, third = [await bench.client() for _ in range(3)]
            nurse.say(request(raising))
            await asked.wait()
            third.say(request("start", channel="bed-2"))
            assert (await other.ask(request(lowering, by="omar", pin=None)))["stage"] == "accepted"
            judged.set()
            refused = await nurse.reply()
            assert (refused["stage"], "pressed while" in refused["reasons"][0]) == ("refused", True)
            assert (await third.reply())["stage"] == "accepted", "another patient's channel"
            assert (await nurse.ask(request(raising, "a2")))["stage"] == "accepted", "asked for anew"
        assert [act.verb for act in bench.heard] == [lowering, "start", raising]
        assert bench.refused == []

    async def test_it_is_heard_while_twenty_clients_hang_in_authentication(self, path: Path) -> None:
        async with Bench(path, authenticate=hang, script=accept).serving() as bench:
            clients = [await bench.client() for _ in range(20)]
            for client in clients:
                client.say(request("start"))
            nurse = await bench.client()
            assert (await nurse.ask(request("pause")))["stage"] == "accepted"
            # The same client may pause while its own PIN is being checked.
            assert (await clients[0].ask(request("pause", "a2")))["stage"] == "accepted"
        assert [act.verb for act in bench.heard] == ["pause", "pause"]

    async def test_it_is_heard_behind_a_hundred_derivations_of_one_panel(self, path: Path) -> None:
        """A reading verb is answered in the stack of its own read: nothing is queued that a pause could stand behind."""
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            client.say(
                *(request("derive", f"d{number}", pin=None) for number in range(100)), request("pause")
            )
            stages = [(await client.reply())["stage"] for _ in range(201)]
        assert stages == ["state", "end"] * 100 + ["accepted"]
        assert [act.verb for act in bench.heard] == ["pause"]

    async def test_it_completes_although_the_client_hangs_up_at_once(self, path: Path) -> None:
        heard = asyncio.Event()
        async with Bench(path, script=lambda *_: heard.set()).serving() as bench:
            client = await bench.client()
            client.say(request("pause"))
            await client.close()
            async with asyncio.timeout(5):
                await heard.wait()
            bench.console.answer(bench.heard[0].request_id, "confirmed")

    async def test_a_client_that_has_sent_everything_still_hears_the_confirmation(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            client.say(request("pause"))
            client.writer.write_eof()
            assert (await client.reply())["stage"] == "accepted"
            bench.console.answer(bench.heard[0].request_id, "confirmed")
            assert (await client.reply())["stage"] == "confirmed"
            assert await client.until_closed() == b""

    async def test_a_listener_that_fails_is_not_confirmed_and_ends_nobody_else(self, path: Path) -> None:
        """Faults row 78. A refusal would claim to know that nothing happened."""

        def fail(bench: Bench, act: PersonAct) -> None:
            raise RuntimeError("planted")

        async with Bench(path, script=fail).serving() as bench:
            client = await bench.client()
            assert (await client.ask(request("pause")))["stage"] == "not_confirmed"
            assert (await client.ask(request("start", "a2")))["stage"] == "refused"
            assert (await client.ask(request("status", "a3")))["stage"] == "state"


class TestPin:
    """Faults rows 79, 81; faults 6."""

    async def test_a_right_pin_brings_the_roles_and_a_wrong_one_brings_nothing(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            assert (await client.ask(request("resume")))["stage"] == "accepted"
            refusal = await client.ask(request("resume", "a2", pin="000000"))
        assert refusal["reasons"] == ["name or PIN is wrong: 4 more wrong and nina is locked"]
        assert [(a.verb, a.roles, dict(a.args)) for a in bench.heard] == [
            ("resume", frozenset({"nurse"}), {"epoch": 12})
        ]
        assert bench.refused == [("nina", "resume", refusal["reasons"][0])]

    async def test_a_pin_reaches_no_act(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            await client.ask(request("start"))
            await client.ask(request("pause", "a2"))
        assert all("123456" not in repr(act) for act in bench.heard)

    @pytest.mark.virtual_time
    async def test_five_wrong_pins_lock_the_name_but_never_its_pause(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            for number in range(5):
                last = await client.ask(request("start", f"w{number}", pin="0"))
            assert last["reasons"] == ["name or PIN is wrong: nina is locked for 60 s"]
            other = await bench.client()
            locked = await other.ask(request("start", "b1"))
            assert locked["reasons"] == ["nina is locked after wrong PINs: try again in 60 s"]
            assert (await client.ask(request("pause", "p")))["stage"] == "accepted"
            assert (await other.ask(request("start", "b2", by="omar", pin="654321")))["stage"] == "accepted"
            await asyncio.sleep(60)
            assert (await other.ask(request("start", "b3")))["stage"] == "accepted"

    async def test_a_right_pin_forgets_the_wrong_ones(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            for number, pin in enumerate(["0", "0", "0", "0", "123456", "0"]):
                last = await client.ask(request("verify", f"v{number}", pin=pin))
            assert "4 more wrong" in last["reasons"][0]

    async def test_a_client_has_one_pin_checked_at_a_time(self, path: Path) -> None:
        async with Bench(path, authenticate=hang).serving() as bench:
            client = await bench.client()
            client.say(request("start"))
            refusal = await client.ask(request("start", "a2"))
            assert refusal["id"] == "a2"
            assert "still being checked" in refusal["reasons"][0]

    @pytest.mark.virtual_time
    async def test_a_check_that_hangs_is_refused_after_ten_seconds(self, path: Path) -> None:
        async with Bench(path, authenticate=hang).serving() as bench:
            client = await bench.client()
            refusal = await client.ask(request("start"))
            assert refusal["stage"] == "refused"
            assert asyncio.get_running_loop().time() == pytest.approx(10.0, abs=0.1)
        assert bench.heard == []

    async def test_an_authenticator_that_fails_refuses_and_does_not_end_the_console(self, path: Path) -> None:
        async def fail(name: str, pin: str) -> frozenset[str] | None:
            raise OSError("planted")

        async with Bench(path, authenticate=fail).serving() as bench:
            client = await bench.client()
            assert "could not be checked" in (await client.ask(request("start")))["reasons"][0]
            assert (await client.ask(request("status", "a2")))["stage"] == "state"

    @pytest.mark.parametrize("half", [True, False])
    async def test_a_resume_whose_client_left_before_the_pin_was_judged_is_dropped(
        self, path: Path, half: bool
    ) -> None:
        asked, go = asyncio.Event(), asyncio.Event()

        async def slow(name: str, pin: str) -> frozenset[str] | None:
            asked.set()
            await go.wait()
            return frozenset({"nurse"})

        async with Bench(path, authenticate=slow, script=accept).serving() as bench:
            leaver = await bench.client()
            leaver.say(request("resume"))
            await asked.wait()
            if half:
                leaver.writer.write_eof()
            else:
                await leaver.close()
            await leaver.until_closed()
            go.set()
            # The next check stands behind the first in the queue: its answer proves that the first is over.
            stayer = await bench.client()
            assert (await stayer.ask(request("start")))["stage"] == "accepted"
        assert [act.verb for act in bench.heard] == ["start"]


class TestIds:
    """I24; faults rows 67, 72."""

    async def test_a_replayed_line_does_nothing(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            assert (await client.ask(request("resume")))["stage"] == "accepted"
            for _ in range(10):
                assert "used before" in (await client.ask(request("resume")))["reasons"][0]
        assert len(bench.heard) == 1

    async def test_two_clients_with_one_id_get_each_their_own_answer(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            first, second = await bench.client(), await bench.client()
            first.say(request("acknowledge"))
            second.say(request("measure"))
            await until(lambda: len(bench.heard) == 2)
            by_verb = {act.verb: act.request_id for act in bench.heard}
            assert len(set(by_verb.values())) == 2
            bench.console.answer(by_verb["measure"], "accepted", ("for the second",))
            bench.console.answer(by_verb["acknowledge"], "accepted", ("for the first",))
            assert (await first.reply())["reasons"] == ["for the first"]
            assert (await second.reply())["reasons"] == ["for the second"]

    @pytest.mark.parametrize("unknown", ["", "a1", "7/a1", "x/a1", "1/zz", "²/a1", "-1/a1"])
    async def test_an_answer_to_nobody_is_ignored(self, path: Path, unknown: str) -> None:
        async with Bench(path).serving() as bench:
            await bench.client()
            bench.console.answer(unknown, "confirmed")

    async def test_nothing_follows_the_last_word(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            await client.ask(request("pause"))
            own = bench.heard[0].request_id
            for stage in ("not_confirmed", "confirmed", "confirmed", "refused"):
                bench.console.answer(own, stage)
            stages = [(await client.reply())["stage"] for _ in range(2)]
            assert stages == ["not_confirmed", "confirmed"]
            assert (await client.ask(request("status", "a2")))["stage"] == "state"

    async def test_when_ids_run_out_only_what_lowers_is_still_taken(self, path: Path) -> None:
        async with Bench(path, script=accept, limits=ConsoleLimits(ids=2)).serving() as bench:
            client = await bench.client()
            await client.ask(request("measure", "a1"))
            await client.ask(request("measure", "a2"))
            assert "connect again" in (await client.ask(request("measure", "a3")))["reasons"][0]
            assert (await client.ask(request("pause", "a4")))["stage"] == "accepted"


class TestServing:
    async def test_status_is_the_snapshot_of_the_channel_asked_for(self, path: Path) -> None:
        async with Bench(path, channels=("bed-1", "bed-2")).serving() as bench:
            client = await bench.client()
            assert (await client.ask(request("status", channel="bed-2")))["state"]["channel"] == "bed-2"
            assert (await client.reply())["stage"] == "end"
            assert (await client.ask(request("status", "a2", channel="bed-3")))["stage"] == "refused"

    async def test_a_confirmation_is_not_lost_to_a_state_that_is_not_json(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            await client.ask(request("pause"))
            bench.console.answer(bench.heard[0].request_id, "confirmed", state={"odd": {1, 2}})
            bare = {"id": "a1", "stage": "confirmed", "reasons": [], "state": None, "problems": []}
            assert await client.reply() == bare

    async def test_a_second_console_on_the_same_path_is_refused(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            with pytest.raises(ConsoleUnavailable):
                await Bench(path).console.run()
            client = await bench.client()
            assert (await client.ask(request("pause")))["stage"] == "accepted"

    async def test_cancelling_closes_every_client_and_removes_the_socket(self, path: Path) -> None:
        """Faults row 80."""
        async with Bench(path, authenticate=hang).serving() as bench:
            watcher, waiter = await bench.client(), await bench.client()
            await watcher.ask(request("watch"))
            waiter.say(request("start"))
            await bench.client()
        await watcher.until_closed()
        await waiter.until_closed()
        assert not path.exists()
        assert not bench.console.listening.is_set()


class TestListening:
    """A panel says for days that somebody can see it; it is a fact, so nobody but the console answers."""

    async def test_it_is_handed_on_and_answered_at_once_and_its_id_may_repeat(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            for _ in range(3):
                reply = await client.ask(request("listening", by=None, pin=None))
                assert (reply["id"], reply["stage"], reply["state"]) == ("a1", "accepted", None)
        assert [(one.verb, one.args["listener"]) for one in bench.heard] == [("listening", "panel")] * 3

    async def test_it_spends_no_ids_so_a_shift_is_not_its_end(self, path: Path) -> None:
        async with Bench(path, limits=ConsoleLimits(ids=2), script=accept).serving() as bench:
            client = await bench.client()
            for number in range(5):
                assert (await client.ask(request("listening", f"l{number}")))["stage"] == "accepted"
            assert (await client.ask(request("measure", "m1")))["stage"] == "accepted"

    async def test_a_request_with_the_same_id_still_hears_its_last_word(self, path: Path) -> None:
        """Law 5: "confirmed" must not be lost because a screen spoke up meanwhile."""
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(request("pause"))
            assert (await client.ask(request("listening")))["stage"] == "accepted"
            bench.console.answer(bench.heard[0].request_id, "confirmed")
            assert (await client.reply())["stage"] == "confirmed"

    async def test_a_listener_the_daemon_could_not_take_in_does_not_believe_it_counts(
        self, path: Path
    ) -> None:
        def fail(bench: Bench, act: PersonAct) -> None:
            raise RuntimeError("planted")

        async with Bench(path, script=fail).serving() as bench:
            reply = await (await bench.client()).ask(request("listening"))
        assert (reply["stage"], "nobody counts" in reply["reasons"][0]) == ("refused", True)


class TestConsulting:
    """Requirements 3.1 (59), (63): what may be ordered and what an order would come to, without entering it."""

    @pytest.mark.parametrize("verb", ["derive", "library"])
    async def test_it_is_answered_without_a_name_or_a_pin_and_nobody_hears_of_it(
        self, path: Path, verb: str
    ) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            args = {"weight_kg": "70"} if verb == "derive" else {}
            told = await client.ask(request(verb, by=None, pin=None, args=args))
            end = await client.reply()
        assert (told["stage"], told["state"], told["problems"]) == ("state", bench.known, [])
        assert (end["stage"], end["state"]) == ("end", None)
        (asked,) = bench.consulted
        assert asked[:2] == ("bed-1", verb)
        assert bench.heard == bench.refused == []

    async def test_a_question_that_fails_inside_is_refused_and_the_client_stays(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            bench.known = {"odd": {1, 2}}
            client = await bench.client()
            assert (await client.ask(request("library", pin=None)))["state"] is None
            assert (await client.reply())["stage"] == "end"
            assert (await client.ask(request("pause", "a2")))["stage"] == "accepted"

    async def test_problems_of_an_order_reach_the_one_who_asked(self, path: Path) -> None:
        problem = {"code": "dose_above_soft", "field": "dose_mg_per_kg", "text": "dose 0.6", "is_soft": True}

        def refuse(bench: Bench, act: PersonAct) -> None:
            bench.console.answer(act.request_id, "refused", ("dose 0.6",), None, (problem,))

        async with Bench(path, script=refuse).serving() as bench:
            client = await bench.client()
            reply = await client.ask(request("order"))
            lacking = await client.ask(request("order", "a2", args={"patient": "tok-1"}))
        assert (reply["stage"], reply["problems"]) == ("refused", [problem])
        assert [one["field"] for one in lacking["problems"]][:2] == ["drug", "weight_kg"]
