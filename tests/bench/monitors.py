"""The monitors of every bed in one process: vital signs at a steady pace, and crossings at random instants.

Theory of operation. One thread, one socket, no queue: paho's client without its thread writes a message to the socket in
the call that publishes it, so the stamp taken just before is the instant at which it left. Vital signs go out bed by bed,
spread over their period. A crossing is a bubble of air over the limit of row AI1, whose first reading pauses: the one
message with a limit in it that acts at once, may be repeated within a second, and clears with the next good reading.

Orders come on standard input, a JSON object a line, and are answered on standard output when they are done:
`pace` sets the messages a second and bed (0: silence), `send` publishes what is given, `cross` lets the named beds cross
within so many seconds and tells when each was published.
"""

import json
import random
import select
import sys
from time import monotonic, monotonic_ns, time
from typing import Any

import paho.mqtt.client as mqtt

AIR_HZ = 2.0
BUBBLE_UL = 90.0
WORDS = {
    "sys": ("MDC_PRESS_BLD_NONINV_SYS", 150021, "mm[Hg]"),
    "dia": ("MDC_PRESS_BLD_NONINV_DIA", 150022, "mm[Hg]"),
    "hr": ("MDC_PULS_OXIM_PULS_RATE", 149530, "{beat}/min"),
    "spo2": ("MDC_PULS_OXIM_SAT_O2", 150456, "%"),
    "air": ("X_AIR_BUBBLE", None, "uL"),
}

Orders = list[dict[str, Any]]


def patient_of(bed: int) -> str:
    """Who lies there: nobody lies in two beds."""
    return f"tok-bench-{bed}"


class Monitors:
    """All beds' devices: `monitor-B`, `air-B` and any cuff."""

    def __init__(self, port: int, beds: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._beds = beds
        self._boot = f"b{monotonic_ns():x}"[:16]
        self._seq = 0
        self._hz = 0.0
        self._newest_ms: dict[str, int] = {}
        self._due: list[tuple[float, int, str]] = []  # when (monotonic s), bed, what: "vitals" or "air"
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1_000)
        self.client.connect("127.0.0.1", port, keepalive=60)
        self.client.socket().setsockopt(6, 1, 1)  # TCP_NODELAY
        until = monotonic() + 5.0
        while not self.client.is_connected() and monotonic() < until:
            self.client.loop(0.1)

    def pace(self, hz: float) -> None:
        """From now on so many messages of vital signs a second and bed, and two of the air sensor."""
        self._hz = hz
        now = monotonic()
        self._due = []
        if hz:
            for bed in range(1, self._beds + 1):
                self._due.append((now + self._chance.random() / hz, bed, "vitals"))
                self._due.append((now + self._chance.random() / AIR_HZ, bed, "air"))

    def turn(self, until: float) -> None:
        """Publish what is due and read the broker's answers, until `until` (monotonic s)."""
        while (now := monotonic()) < until:
            next_due = min((when for when, _, _ in self._due), default=until)
            wait_s = max(0.0, min(next_due, until) - now)
            if select.select([self.client.socket()], [], [], wait_s)[0]:
                self.client.loop_read()
            self.client.loop_misc()
            self._publish_due()

    def _publish_due(self) -> None:
        now = monotonic()
        for index, (when, bed, what) in enumerate(self._due):
            if when > now:
                continue
            if what == "vitals":
                # A pulse that never moves is refused after five minutes.
                self.send(bed, f"monitor-{bed}", hr=72.0 + int(now // 60) % 2, spo2=97.0)
                self._due[index] = (max(when + 1 / self._hz, now), bed, what)
            else:
                self.send(bed, f"air-{bed}", air=0.0)
                self._due[index] = (max(when + 1 / AIR_HZ, now), bed, what)

    def send(self, bed: int, device: str, ago_s: float = 0.0, **values: float) -> int:
        """One message; the instant just before it left, monotonic ns."""
        self._seq += 1
        entries: Orders = []
        for signal, value in values.items():
            name, code, unit = WORDS[signal]
            entry: dict[str, Any] = {"name": name, "value": value, "unit": unit, "quality": "ok"}
            entries.append(entry if code is None else {**entry, "code": code})
        measured_ms = round((time() - ago_s) * 1000)
        if not ago_s:
            # A sensor does not measure twice in a millisecond; a crossing right behind a sample would be no news.
            measured_ms = self._newest_ms[device] = max(measured_ms, self._newest_ms.get(device, 0) + 1)
        message = {
            "v": 1,
            "device": device,
            "boot": self._boot,
            "seq": self._seq,
            "patient": patient_of(bed),
            "measured_at_ms": measured_ms,
            "values": entries,
        }
        payload = json.dumps(message)
        left_ns = monotonic_ns()
        self.client.publish(f"pumpd/v1/vitals/bed-{bed}/{device}", payload, qos=1)
        return left_ns

    def cross(self, beds: list[int], over_s: float) -> dict[str, int]:
        """Let each of these beds cross once, at random within `over_s`; when each was published, ns."""
        now = monotonic()
        left: dict[str, int] = {}
        for when, bed in sorted((now + self._chance.random() * over_s, bed) for bed in beds):
            self.turn(when)
            left[str(bed)] = self.send(bed, f"air-{bed}", air=BUBBLE_UL)
        return left


def told(monitors: Monitors, order: dict[str, Any]) -> dict[str, Any]:
    """Do what the bench says; what to answer."""
    match order["do"]:
        case "pace":
            monitors.pace(order["hz"])
        case "send":
            monitors.send(order["bed"], order["device"], order.get("ago_s", 0.0), **order["values"])
        case "cross":
            return {"left": monitors.cross(order["beds"], order["over_s"])}
    return {}


def main() -> None:
    """`monitors.py BROKER-PORT BEDS SEED`, until standard input ends."""
    port, beds, seed = map(int, sys.argv[1:4])
    monitors = Monitors(port, beds, seed)
    print("{}", flush=True)
    while True:
        monitors.turn(monotonic() + 0.02)
        if select.select([sys.stdin], [], [], 0)[0]:
            if not (line := sys.stdin.readline()):
                return
            print(json.dumps(told(monitors, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
