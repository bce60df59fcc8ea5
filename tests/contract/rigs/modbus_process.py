"""`hil-sim serve --pump modbus-rtu|modbus-tcp` as a process of its own, with a driver in front of it."""

import asyncio
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from drivers.conformance.seat import Seat
from drivers.modbus.binding import Binding
from drivers.modbus.driver import ModbusDriver, ModbusLine
from drivers.modbus.library import load_map


class Served:
    """One simulator: RTU on a pty, Modbus/TCP on TCP."""

    def __init__(self, pump: str, folder: Path) -> None:
        self._pump = pump
        self._folder = folder

    async def __aenter__(self) -> "Served":
        listen = "tcp:0" if self._pump == "modbus-tcp" else f"pty:{self._folder / 'pump'}"
        self._control = str(self._folder / "control")
        words = ["serve", "--pump", self._pump, "--listen", listen, "--control", self._control]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hil_sim.cli", *words, stdout=asyncio.subprocess.PIPE
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            ready = (await self.process.stdout.readline()).decode().split()
        assert ready[:1] == ["READY"], ready
        where = ready[1].removeprefix("pump=")
        self.port = f"tcp:{where}" if listen.startswith("tcp") else where
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    def seat(self) -> Seat:
        """A driver, running."""
        loop = asyncio.get_running_loop()
        transport = "tcp" if self._pump == "modbus-tcp" else "rtu"
        line = ModbusLine(self.port, Binding("PUMPD-1"), load_map("pumpd-default"), transport)
        return Seat(lambda hear: ModbusDriver(line, hear, lambda: int(loop.time() * 1000)))

    async def fault(self, name: str, **arguments: object) -> None:
        """Begin a fault."""
        await self._ask({"do": "fault", "name": name, **arguments})

    async def truth(self) -> dict[str, Any]:
        """What is true of the pump."""
        return await self._ask({"do": "truth"})

    async def _ask(self, wanted: dict[str, object]) -> dict[str, Any]:
        reader, writer = await asyncio.open_unix_connection(self._control)
        writer.write(json.dumps(wanted).encode() + b"\n")
        async with asyncio.timeout(5):
            answer: dict[str, Any] = json.loads(await reader.readline())
        assert answer.get("ok"), answer
        writer.close()
        await writer.wait_closed()
        return answer
