"""Modbus requests and answers as ours: built and taken apart by pymodbus, believed only after a look of our own.

Theory of operation. pymodbus knows the PDUs and both framings, and it is used for that alone: its framers and PDU
classes, handed one whole frame at a time. Its client is not used, because it keeps a queue, a lock and retries of
its own, behind which a stop once waited 11.92 s (facts/faults.md F1); here there is nothing to set `retries=0` on.
Nor does it cut the stream, see `framing.py`. Its import takes some 70 ms; the emergency stop pays them only where a Modbus
pump is configured (decision 0025).

Its decoders are lenient (a coil written back as 0001 counts as on, what stands behind the last register is passed
over), so the bytes are looked at before they are handed over: a PDU must be exactly as long as it says.

Source: facts/protocols.md 6, facts/ecosystem.md 2.
"""

import struct
from dataclasses import dataclass

from pymodbus import ModbusException
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from drivers.contract import PumpAlarm

#: Exceptions that say: nothing was done. Any other leaves that open, so it is no answer (facts/protocols.md 6).
REFUSALS = {
    1: "exception 1, it does not know this function",
    2: "exception 2, it has no such address",
    3: "exception 3, it does not take this value",
    4: "exception 4, the device failed",
    6: "exception 6, the device is busy",
}
_READS = {
    1: ReadCoilsRequest,
    2: ReadDiscreteInputsRequest,
    3: ReadHoldingRegistersRequest,
    4: ReadInputRegistersRequest,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `values`: what is written, words or bits; function 23 writes them to `write_address`."""

    function: int
    address: int
    count: int
    values: tuple[int, ...] = ()
    write_address: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `text`: the PDU behind its function; `words`: registers or bits; `alarm`: news among the alarm bits."""

    unit: int
    number: int
    function: int
    text: bytes
    words: tuple[int, ...] = ()
    exception: int = 0
    alarm: PumpAlarm | None = None

    @property
    def error(self) -> str | None:
        """The device's refusal in words, None if it did not refuse."""
        return REFUSALS.get(self.exception) if self.exception else None


#: Neither keeps anything between two frames: each is handed exactly one, see `framing.py`.
_RTU = FramerRTU(DecodePDU(is_server=False))
_MBAP = FramerSocket(DecodePDU(is_server=False))


def check(body: bytes) -> bytes:
    """CRC-16/MODBUS of unit and PDU as it stands on the wire, low byte first."""
    return FramerRTU.compute_CRC(body).to_bytes(2, "big")


def frame(request: Request, unit: int, number: int, *, is_tcp: bool) -> bytes:
    """The bytes of a request. `number`: transaction id; RTU has none."""
    message = _message(request)
    message.dev_id, message.transaction_id = unit, number if is_tcp else 0
    return (_MBAP if is_tcp else _RTU).buildFrame(message)


def _message(request: Request) -> ModbusPDU:
    match request.function:
        case 1 | 2 | 3 | 4 as function:
            return _READS[function](address=request.address, count=request.count)
        case 5:
            return WriteSingleCoilRequest(address=request.address, bits=[bool(request.values[0])])
        case 6:
            return WriteSingleRegisterRequest(address=request.address, registers=list(request.values))
        case 15:
            return WriteMultipleCoilsRequest(address=request.address, bits=[bool(v) for v in request.values])
        case 16:
            return WriteMultipleRegistersRequest(address=request.address, registers=list(request.values))
    return ReadWriteMultipleRegistersRequest(
        read_address=request.address,
        read_count=request.count,
        write_address=request.write_address,
        write_registers=list(request.values),
    )


def parse(whole: bytes, *, is_tcp: bool) -> Reply | None:
    """Read one whole frame; None if it is no answer that this family's devices give."""
    pdu = whole[7:] if is_tcp else whole[1:-2]
    if not _is_sound(pdu) or (is_tcp and whole[2:6] != struct.pack(">HH", 0, len(whole) - 6)):
        return None
    framer = _MBAP if is_tcp else _RTU
    try:
        used, message = framer.handleFrame(whole, 0, 0)
    except (ModbusException, struct.error, IndexError, ValueError):
        return None
    if message is None or used != len(whole):
        return None
    is_exception = isinstance(message, ExceptionResponse)
    words = () if is_exception else (*map(int, message.bits), *message.registers)
    return Reply(
        message.dev_id,
        message.transaction_id,
        message.function_code & 0x7F,
        pdu[1:],
        words,
        message.exception_code if is_exception else 0,
    )


def _is_sound(pdu: bytes) -> bool:
    if len(pdu) < 2:
        return False
    function = pdu[0]
    if function & 0x80:
        return len(pdu) == 2
    if function in (1, 2):
        return len(pdu) == 2 + pdu[1] and pdu[1] >= 1
    if function in (3, 4, 23):
        return len(pdu) == 2 + pdu[1] and pdu[1] >= 2 and pdu[1] % 2 == 0
    if function == 5:
        return len(pdu) == 5 and pdu[3:5] in (b"\xff\x00", b"\x00\x00")
    return function in (6, 15, 16) and len(pdu) == 5


def fits(request: Request, reply: Reply) -> bool:
    """This can be the answer to that request: its function, its size, and the address and value it repeats."""
    if reply.function != request.function:
        return False
    if reply.exception:
        return reply.exception in REFUSALS
    match request.function:
        case 1 | 2:
            return len(reply.text) == 1 + (request.count + 7) // 8
        case 3 | 4 | 23:
            return len(reply.words) == request.count
        case 5:
            value = 0xFF00 if request.values[0] else 0
            return reply.text == struct.pack(">HH", request.address, value)
        case 6:
            return reply.text == struct.pack(">HH", request.address, request.values[0])
    return reply.text == struct.pack(">HH", request.address, len(request.values))
