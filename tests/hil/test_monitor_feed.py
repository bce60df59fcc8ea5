"""The simulated bedside on a real broker: status, vitals, line pressure, a reading on request, restarts."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import paho.mqtt.client
import patience
import pytest
from real_mosquitto import Mosquitto

from hil_sim.clock import SimClock
from hil_sim.fittings import Fittings
from hil_sim.monitors.bedside import Fitted, MonitorSettings
from hil_sim.monitors.publish import publish_monitors
from hil_sim.patient.body import Body

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

SPEED = 60.0
NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.close()


@dataclass
class Bench:
    """A bed with a still line, whose treatment time is the clock's."""

    clock: SimClock
    body: Body = field(default_factory=lambda: Body(70.0, 2000.0))
    cuff_active: bool = False
    fittings: Fittings = field(default_factory=Fittings)
    is_finger_bloodless: bool = False
    displaced_nl: float = 0.0

    @property
    def treatment_s(self) -> float:
        return self.clock.treatment_s()

    def line_pressure_mmhg(self) -> float:
        return 31.0


@asynccontextmanager
async def listener(broker: Mosquitto) -> AsyncIterator[aiomqtt.Client]:
    """Subscribe to all of pumpd; a broker that is just starting is tried again until it answers."""
    while True:
        try:
            async with aiomqtt.Client("127.0.0.1", broker.port, socket_options=NODELAY) as client:
                await client.subscribe("pumpd/v1/#", qos=1)
                yield client
                return
        except aiomqtt.MqttError:
            await asyncio.sleep(0.02)


@asynccontextmanager
async def bedside(broker: Mosquitto, bench: Bench) -> AsyncIterator[asyncio.Task[None]]:
    settings = MonitorSettings(
        nibp_error_sd_mmhg=0.0, nibp_failure_share=0.0, nibp_artefact_share=0.0, line_noise_sd_mmhg=0.0
    )
    where = (bench, "127.0.0.1", broker.port, "bed-1", "tok-4711", bench.clock)
    task = asyncio.create_task(
        publish_monitors(*where, settings=settings, fitted=Fitted(True, True, True), seed=3)
    )
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(client: aiomqtt.Client, topic: str, needle: bytes) -> bytes:
    """Return the first payload on `topic` that holds `needle`."""
    async for message in client.messages:
        body = message.payload
        if message.topic.matches(topic) and isinstance(body, bytes) and needle in body:
            return body
    raise AssertionError("the session ended")


async def reading(client: aiomqtt.Client) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(await until(client, "pumpd/v1/vitals/bed-1/monitor-1", b"NONINV_SYS"))
    return body


async def test_a_subscriber_sees_status_vitals_pressure_and_an_extra_reading_on_request(
    mosquitto: Mosquitto,
) -> None:
    """Design 9; contracts of the native payload v1."""
    bench = Bench(SimClock(SPEED))
    async with asyncio.timeout(30.0), listener(mosquitto) as client, bedside(mosquitto, bench):
        await until(client, "pumpd/v1/status/bed-1/+", b"online")
        beats = json.loads(await until(client, "pumpd/v1/vitals/bed-1/monitor-1", b"PULS_RATE"))
        assert [value["unit"] for value in beats["values"]] == ["{beat}/min", "%"]
        line = json.loads(await until(client, "pumpd/v1/vitals/bed-1/transducer-1", b"INFUSION_LINE"))
        assert line["values"][0]["value"] == 31.0
        first, second = await reading(client), await reading(client)
        assert [value["value"] for value in first["values"]][:3] == [125, 78, 94]
        assert first["values"][3]["name"] == "MDC_PULS_RATE_NON_INV"
        assert second["measured_at_ms"] - first["measured_at_ms"] == pytest.approx(75_000, abs=2_000)
        request = {"v": 1, "want": "nibp", "reason": "BP1", "seq": 1}
        await client.publish("pumpd/v1/request/bed-1", json.dumps(request), qos=1)
        extra = await reading(client)
    # The next automatic reading would be 300 s after the second; only a request brings one within a minute.
    assert extra["measured_at_ms"] - second["measured_at_ms"] < 60_000


async def test_button_and_air_sensor_are_devices_of_their_own_and_a_press_is_told_at_once(
    mosquitto: Mosquitto,
) -> None:
    """Clinical.md 3.2, AI1 and BT1; a cut wire is silence while the link stays up."""
    bench = Bench(SimClock(1.0))
    button, air = "pumpd/v1/vitals/bed-1/button-1", "pumpd/v1/vitals/bed-1/air-sensor-1"
    async with asyncio.timeout(30.0), listener(mosquitto) as client, bedside(mosquitto, bench):
        await until(client, "pumpd/v1/status/bed-1/button-1", b"online")
        rest = json.loads(await until(client, button, b"BUTTON"))
        assert rest["values"] == [{"name": "X_BEDSIDE_BUTTON", "value": 0, "unit": "1", "quality": "ok"}]
        bench.fittings.press()
        bench.fittings.release()
        pressed = json.loads(await until(client, button, b'"value":1'))
        released = json.loads(await until(client, button, b'"value":0'))
        assert released["measured_at_ms"] == pressed["measured_at_ms"] + 1
        bench.fittings.air.enter(60.0, bench.treatment_s, 0.0)
        bubble = json.loads(await until(client, air, b'"value":60.0'))
        assert [value["name"] for value in bubble["values"]] == ["X_AIR_BUBBLE", "X_AIR_15MIN"]
        breath = json.loads(await until(client, "pumpd/v1/vitals/bed-1/monitor-1", b"RESP_RATE"))
        assert breath["values"][0]["value"] in (13, 14, 15)


async def test_leaving_says_offline_although_the_disconnect_is_clean(mosquitto: Mosquitto) -> None:
    """Faults row 53: a monitor that goes is not a monitor with nothing to say."""
    bench = Bench(SimClock(SPEED))
    async with asyncio.timeout(30.0), listener(mosquitto) as client:
        async with bedside(mosquitto, bench):
            await until(client, "pumpd/v1/status/bed-1/monitor-1", b"online")
        assert await until(client, "pumpd/v1/status/bed-1/monitor-1", b"offline") == b"offline"


async def test_a_broker_that_dies_is_found_again(mosquitto: Mosquitto) -> None:
    """Faults row 41: publishing goes on after the broker's restart, with the numbering unbroken."""
    bench = Bench(SimClock(SPEED))
    async with asyncio.timeout(30.0), bedside(mosquitto, bench) as task:
        async with listener(mosquitto) as client:
            before = json.loads(await until(client, "pumpd/v1/vitals/bed-1/transducer-1", b"seq"))
        mosquitto.kill()
        mosquitto.start()
        async with listener(mosquitto) as client:
            after = json.loads(await until(client, "pumpd/v1/vitals/bed-1/transducer-1", b"seq"))
        assert not task.done()
    assert after["boot"] == before["boot"]
    assert after["seq"] > before["seq"]


async def test_an_injected_fault_reaches_the_wire(mosquitto: Mosquitto) -> None:
    """Faults row 61."""
    bench = Bench(SimClock(SPEED))
    vars(bench)["monitor_faults"] = {"wrong_patient": {"patient": "tok-9"}}
    async with asyncio.timeout(30.0), listener(mosquitto) as client, bedside(mosquitto, bench):
        assert (
            json.loads(await until(client, "pumpd/v1/vitals/bed-1/monitor-1", b"seq"))["patient"] == "tok-9"
        )


async def test_leaving_a_frozen_broker_is_leaving_all_the_same(mosquitto: Mosquitto) -> None:
    """Faults row 42: a farewell that nobody takes must not keep the simulator alive."""
    bench = Bench(SimClock(SPEED))
    async with asyncio.timeout(20.0), bedside(mosquitto, bench) as task:
        async with listener(mosquitto) as client:
            await until(client, "pumpd/v1/vitals/bed-1/transducer-1", b"seq")
        mosquitto.freeze()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def test_leaving_while_a_frozen_broker_is_asked_leaves_nothing_behind(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    """Faults row 42: a broker that thaws must not find a session that nobody has."""
    mosquitto.freeze()
    async with asyncio.timeout(20.0), bedside(mosquitto, Bench(SimClock(SPEED))) as task:
        await patience.until(_library_tasks)
        await _leaves(task)
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


async def test_leaving_before_the_line_to_the_broker_is_open_leaves_nothing_behind(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library opens it in a thread, which goes on although nobody waits for it any more."""
    begun, may_go_on = threading.Event(), threading.Event()
    connect = paho.mqtt.client.Client.connect

    def slow(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        may_go_on.wait(10.0)
        return connect(*args, **kwargs)

    monkeypatch.setattr(paho.mqtt.client.Client, "connect", slow)
    mosquitto.freeze()
    async with asyncio.timeout(20.0), bedside(mosquitto, Bench(SimClock(SPEED))) as task:
        await patience.until(begun.is_set)
        asyncio.get_running_loop().call_later(0.1, may_go_on.set)
        await _leaves(task)


async def _leaves(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await asyncio.get_running_loop().shutdown_default_executor()  # where the library connects
    await patience.until(lambda: not _library_tasks(), 1.0)


def _library_tasks() -> list[str]:
    """Tasks of the MQTT library's that keep a connection, by the name of their coroutine."""
    names = [getattr(one.get_coro(), "__qualname__", "") for one in asyncio.all_tasks()]
    return [one for one in names if one.startswith("Client.")]
