"""A third party's client drives the simulated pump: pymodbus's own, which knows nothing of us, over TCP and on a pty."""

from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ModbusIOException
from sim_process import simulated

pytestmark = pytest.mark.hil

RUN, CLEAR_ALARM = 0, 3  # coils
RATE, TARGET, WATCHDOG, MODEL = 0, 2, 5, 7  # holding registers
UNIT = 1


@pytest.mark.parametrize("medium", ["tcp", "pty"])
def test_pymodbus_runs_watches_and_stops_the_pump(medium: str, tmp_path: Path) -> None:
    """The default map (docs/modbus-map.md): 26.2 mL/h with a limit of 5 mL and a watchdog of 10 s."""
    with simulated(f"modbus-{'tcp' if medium == 'tcp' else 'rtu'}", medium, tmp_path) as pump:
        client: ModbusTcpClient | ModbusSerialClient
        if medium == "tcp":
            client = ModbusTcpClient("127.0.0.1", port=int(pump.port.rpartition(":")[2]))
        else:
            client = ModbusSerialClient(pump.port, baudrate=19200)
        assert client.connect()
        assert client.read_holding_registers(MODEL, count=1, device_id=UNIT).registers == [1]
        client.write_coil(CLEAR_ALARM, True, device_id=UNIT)
        client.write_registers(TARGET, [0, 5000], device_id=UNIT)
        client.write_registers(RATE, [0, 26200], device_id=UNIT)
        client.write_register(WATCHDOG, 10, device_id=UNIT)
        assert not client.write_coil(RUN, True, device_id=UNIT).isError()
        running = client.read_input_registers(0, count=5, device_id=UNIT).registers
        assert (running[0], running[3:]) == (1, [0, 26200])
        assert pump.inject("truth")["rate_nl_h"] == 26_200_000
        client.write_coil(RUN, False, device_id=UNIT)
        assert client.read_input_registers(0, count=1, device_id=UNIT).registers == [0]
        assert not pump.inject("truth")["running"]
        assert client.read_holding_registers(100, count=1, device_id=UNIT).exception_code == 2
        assert client.report_device_id(device_id=UNIT).exception_code == 1, "told, not left waiting"
        client.retries = 0
        with pytest.raises(ModbusIOException):
            client.read_coils(0, count=1, device_id=UNIT + 1)
        client.close()
