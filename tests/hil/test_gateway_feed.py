"""Somebody else's gateway at a real broker: rows as VSCapture publishes them slow a running pump."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hand_monitor import BASELINE_APART_S, HandMonitor
from rig import PATIENT, Rig
from rig_pumps import NEW_ERA, RigPump

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

TABLE = """\
[[channels.gateways]]
device = "monitor-1"
topic = "vscapture/bed-1"
format = "vscapture"
zone = "UTC"
accepted_risk = "bench only, one patient, one monitor"
"""
GATEWAYED = RigPump(NEW_ERA.sim, NEW_ERA.table + TABLE, NEW_ERA.full_nl_h, NEW_ERA.half_nl_h)
PHILIPS = {
    "sys": "NOM_PRESS_BLD_NONINV_SYS",
    "dia": "NOM_PRESS_BLD_NONINV_DIA",
    "hr": "NOM_PLETH_PULS_RATE",
    "spo2": "NOM_PULS_OXIM_SAT_O2",
}


class PolledMonitor(HandMonitor):
    """The monitor is polled: whatever it says, its last cuff reading is said again under the poll's stamp."""

    def __init__(self, port: int, patient: str) -> None:
        super().__init__(port, patient)
        self._held: dict[str, float] = {}

    def baseline(self, sys: float = 124.0, dia: float = 78.0) -> None:
        """What is on the screen when the daemon comes is of no known age; then two readings, 61 s apart."""
        self.cuff(sys + 3, dia, BASELINE_APART_S + 20)
        self.cuff(sys - 2, dia, BASELINE_APART_S)
        self.cuff(sys, dia)

    def _message(self, device: str, ago_s: float, patient: str, **values: float) -> tuple[str, str]:
        if device != "monitor-1":
            return super()._message(device, ago_s, patient, **values)
        self._held |= {key: value for key, value in values.items() if key in ("sys", "dia")}
        at = datetime.fromtimestamp(time.time() - ago_s, UTC)
        stamp = f"{at:%d-%m-%Y %H:%M:%S}.{at.microsecond // 1000:03}"
        rows: list[dict[str, Any]] = [
            {"Timestamp": stamp, "PhysioID": PHILIPS[key], "Value": f"{value:g}", "DeviceID": "MX450"}
            for key, value in {**self._held, **values}.items()
        ]
        rows.append({"Timestamp": stamp, "PhysioID": "NOM_TEMP_BLD", "Value": "36.6", "DeviceID": "MX450"})
        return "vscapture/bed-1", json.dumps(rows)


def test_a_treatment_runs_on_rows_of_a_gateway_and_a_high_pressure_slows_it(
    make_rig: Callable[..., Rig],
) -> None:
    """Rows 55, 60-62: nothing is native, and a reading that is repeated stays one reading."""
    rig = make_rig(pump=GATEWAYED)
    rig.monitor.close()
    rig.monitor = PolledMonitor(rig.broker.port, PATIENT)
    rig.monitor.start()
    rig.start_daemon()
    state = rig.begin()
    assert state["baseline"]["sys"] == 123.0
    rig.monitor.cuff(163.0, 92.0)
    slowed = rig.until_word("SLOWED", 1.0)
    assert "163" in slowed["headline"]
    # Said again each second, it is no second reading: that would pause, three of them stop.
    rig.throughout(lambda one: one["word"] == "SLOWED", 4.0, "one reading, however often it is said")
