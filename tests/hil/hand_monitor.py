"""A monitor and a line transducer played by the test: their values, and the times they claim to be of.

Theory of operation. A test of limits wants full control of what was measured when. Pulse and saturation go
out once a second, the line pressure five times a second, both from one thread and each stamped when it is
sent. Cuff readings go out when the test says so, and may be of an earlier time, as readings that come over a
slow network are; up to 120 s they count (facts/clinical.md 4). So two readings a minute apart, which a
baseline needs, take no minute here. The sequence is the device's own; `by_hand` keeps the thread quiet
meanwhile, so that a message sent by another program is in order.
"""

import json
import subprocess
import threading
import time
from collections import deque
from typing import Any

import paho.mqtt.client as mqtt
from real_time import go_ahead_here

PERIOD_S = 0.2
PULSE_EVERY = 5
BASELINE_APART_S = 61.0

_WORDS: dict[str, tuple[str, int | None, str]] = {
    "sys": ("MDC_PRESS_BLD_NONINV_SYS", 150021, "mm[Hg]"),
    "dia": ("MDC_PRESS_BLD_NONINV_DIA", 150022, "mm[Hg]"),
    "hr": ("MDC_PULS_OXIM_PULS_RATE", 149530, "{beat}/min"),
    "spo2": ("MDC_PULS_OXIM_SAT_O2", 150456, "%"),
    "line": ("X_PRESS_INFUSION_LINE", None, "mm[Hg]"),
}


class HandMonitor:
    """monitor-N and transducer-N at bed-N; the only bed is bed-1."""

    def __init__(self, port: int, patient: str, number: int = 1) -> None:
        self._number = number
        self.hr, self.spo2, self.line_mmhg = 72.0, 97.0, 20.0
        self.next_line_mmhg: deque[float] = deque()
        self._port = port
        self._patient = patient
        self._boot = f"b{time.monotonic_ns():x}"[:16]
        self._seq = 0
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda *_: go_ahead_here()
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._thread = threading.Thread(target=self._publish_on, daemon=True)

    def start(self) -> None:
        self._client.connect_async("127.0.0.1", self._port, keepalive=5)
        self._client.loop_start()
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def cuff(self, sys: float, dia: float, ago_s: float = 0.0, patient: str = "") -> None:
        """A cuff reading, mmHg, measured `ago_s` before now, of the bed's patient if nobody else is named."""
        with self._lock:
            topic, payload = self._message(
                f"monitor-{self._number}", ago_s, patient or self._patient, sys=sys, dia=dia
            )
            self._client.publish(topic, payload, qos=1)

    def baseline(self, sys: float = 124.0, dia: float = 78.0) -> None:
        """Two readings, 61 s apart, the newer one of now."""
        self.cuff(sys, dia, BASELINE_APART_S)
        self.cuff(sys, dia)

    def cuff_by_mosquitto_pub(self, sys: float, dia: float) -> None:
        """The same reading as an engineer sends it by hand, with Debian's own program."""
        with self._lock:
            topic, payload = self._message(f"monitor-{self._number}", 0.0, self._patient, sys=sys, dia=dia)
            argv = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self._port), "-q", "1"]
            subprocess.run([*argv, "-t", topic, "-m", payload], check=True, timeout=10)

    def _publish_on(self) -> None:
        go_ahead_here()
        turn = 0
        while not self._ended.wait(PERIOD_S):
            with self._lock:
                pressure = self.next_line_mmhg.popleft() if self.next_line_mmhg else self.line_mmhg
                self._send(f"transducer-{self._number}", line=pressure)
                if turn % PULSE_EVERY == 0:
                    # A pulse that never moves is refused after five minutes: a beat more in every other minute.
                    self._send(f"monitor-{self._number}", hr=self.hr + turn // 600 % 2, spo2=self.spo2)
            turn += 1

    def _send(self, device: str, **values: float) -> None:
        topic, payload = self._message(device, 0.0, self._patient, **values)
        self._client.publish(topic, payload, qos=1)

    def _message(self, device: str, ago_s: float, patient: str, **values: float) -> tuple[str, str]:
        self._seq += 1
        entries: list[dict[str, Any]] = []
        for signal, value in values.items():
            name, code, unit = _WORDS[signal]
            entry: dict[str, Any] = {"name": name, "value": value, "unit": unit, "quality": "ok"}
            entries.append(entry if code is None else {**entry, "code": code})
        message = {
            "v": 1,
            "device": device,
            "boot": self._boot,
            "seq": self._seq,
            "patient": patient,
            "measured_at_ms": round((time.time() - ago_s) * 1000),
            "values": entries,
        }
        return f"pumpd/v1/vitals/bed-{self._number}/{device}", json.dumps(message)
