"""The tables `[[channels.gateways]]`: programs of others that send a monitor's numbers in a shape of their own.

Theory of operation. A gateway's table names the topic, the shape, and for each of its words the signal and the unit that
word comes in (`nibp_sys = "sys kPa"`); what is not in the table is not believed. What single keys cannot show is held
together here: a shape needs its keys, a cuff needs both its pressures, a word its unit. A native message carries the
patient's token and is refused when it is another's; a gateway that knows no patients cannot be held to that, and is
refused itself unless the site writes down why it accepts that (facts/faults.md rows 61, 62).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field

from interlocks.vocabulary import Signal
from pumpd.config_words import Fault, Loc
from pumpd.core.measured_units import meaning

Tree = Mapping[str, object]

#: The rows that VSCapture's program for Philips monitors publishes: names as the monitor's maker spells them, numbers as
#: texts, the poll's stamp without a zone, no units (facts/requirements.md 5.1, source X1).
VSCAPTURE: Final = {
    "NOM_PRESS_BLD_NONINV_SYS": "sys mm[Hg]",
    "NOM_PRESS_BLD_NONINV_DIA": "dia mm[Hg]",
    "NOM_PRESS_BLD_NONINV_MEAN": "map mm[Hg]",
    "NOM_PLETH_PULS_RATE": "hr bpm",
    "NOM_PULS_OXIM_SAT_O2": "spo2 %",
    "NOM_RESP_RATE": "rr rpm",
}
#: Keys that a shape must be given; a shape that is known by name brings its own.
_NEEDED: Final = {
    "vscapture": ("zone",),
    "rows": ("names", "stamp", "time_key", "name_key", "value_key"),
    "flat": ("names", "stamp", "time_key"),
}
_OUT_OF_PLACE: Final = {
    "vscapture": ("stamp", "time_key", "name_key", "value_key", "unit_key"),
    "rows": (),
    "flat": ("name_key", "value_key", "unit_key"),
}
_KEY = Annotated[str, Field(min_length=1, max_length=64)]


class Gateway(BaseModel):
    """One gateway of one monitor."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    device: str = Field(description="which of this channel's devices it speaks for", examples=["monitor-1"])
    topic: str = Field(
        pattern=r"^[^+#\x00]{1,200}$",
        description="where it publishes, without + and #",
        examples=["vscapture/bed-1"],
    )
    format: Literal["vscapture", "rows", "flat"] = Field(
        description="its shape: vscapture, rows (a list of objects, each one number) or flat (one object)",
        examples=["vscapture"],
    )
    zone: str | None = Field(None, description="zone of stamps that carry none", examples=["Europe/Vienna"])
    stamp: Literal["unix_s", "unix_ms", "iso8601", "dd-mm-yyyy"] | None = Field(
        None, description="how it writes when it was measured", examples=["unix_ms"]
    )
    time_key: _KEY | None = Field(None, description="key of the stamp", examples=["ts"])
    name_key: _KEY | None = Field(None, description="rows: key of the name", examples=["name"])
    value_key: _KEY | None = Field(None, description="rows: key of the number", examples=["value"])
    unit_key: _KEY | None = Field(None, description="rows: key of the unit", examples=["unit"])
    patient_key: _KEY | None = Field(None, description="key of the patient's token", examples=["patient"])
    device_key: _KEY | None = Field(None, description="key of the monitor's name", examples=["DeviceID"])
    device_is: _KEY | None = Field(None, description="what must stand there", examples=["MX450-3"])
    cuff: Literal["held", "measured"] = Field(
        "held",
        description="held: it repeats the last cuff reading under newer stamps; measured: never",
        examples=["held"],
    )
    names: dict[str, str] = Field(
        {}, description="its word to our signal and the unit it comes in", examples=[{"nibp_sys": "sys kPa"}]
    )
    accepted_risk: str = Field(
        "",
        max_length=200,
        description="why this site accepts numbers that do not say whose they are",
        examples=["bench only, one patient, one monitor"],
    )


def gateway_faults(tree: Tree) -> Iterator[Fault]:
    """Everything wrong between the keys of the gateways' tables."""
    channels = tree.get("channels")
    topics: dict[object, object] = {}
    for i, row in enumerate(channels if isinstance(channels, list) else []):
        gateways = row.get("gateways") if isinstance(row, dict) else None
        served: set[object] = set()
        for k, one in enumerate(gateways if isinstance(gateways, list) else []):
            if not isinstance(one, dict):
                continue
            loc: Loc = ("channels", i, "gateways", k)
            yield from _faults_of(one, loc)
            yield from _faults_of_place(one, row, loc, served)
            topic = one.get("topic")
            if isinstance(topic, str) and topics.setdefault(topic, loc) != loc:
                yield Fault((*loc, "topic"), "belongs to an earlier gateway; each has a topic of its own")


def _faults_of_place(one: Tree, row: Tree, loc: Loc, served: set[object]) -> Iterator[Fault]:
    device, topic = one.get("device"), one.get("topic")
    monitors = row.get("monitors")
    devices = [
        *(monitors if isinstance(monitors, list) else []),
        row.get("transducer"),
        row.get("air_sensor"),
    ]
    if isinstance(device, str) and device not in devices:
        there = ", ".join(str(name) for name in devices if name)
        yield Fault((*loc, "device"), f"is no device of this channel; there are {there}")
    if isinstance(device, str) and device in served:
        yield Fault((*loc, "device"), "already has a gateway; two would speak into each other")
    served.add(device)
    if isinstance(topic, str) and topic.startswith("pumpd/"):
        yield Fault((*loc, "topic"), "topics under pumpd/ are for native messages; give the gateway's own")


def _faults_of(one: Tree, loc: Loc) -> Iterator[Fault]:
    shape = one.get("format")
    if isinstance(shape, str) and shape in _NEEDED:
        for key in _NEEDED[shape]:
            if key not in one:
                yield Fault(loc, f"format {shape} needs {key}")
        for key in _OUT_OF_PLACE[shape]:
            if key in one:
                yield Fault((*loc, key), f"has no use with format {shape}; remove it")
    zone = one.get("zone")
    if isinstance(zone, str) and zone not in available_timezones():
        yield Fault((*loc, "zone"), "is no zone of the IANA list, for example Europe/Vienna")
    if ("device_key" in one) != ("device_is" in one):
        yield Fault(loc, "device_key and device_is go together; give both or neither")
    if "patient_key" not in one and not one.get("accepted_risk"):
        text = "its messages do not say whose they are (no patient_key): another patient's numbers would be believed"
        yield Fault(loc, f"{text}; write why this site accepts that as accepted_risk, or use a native feed")
    yield from _faults_of_names(one, loc)


def _faults_of_names(one: Tree, loc: Loc) -> Iterator[Fault]:
    names = one.get("names", {})
    if not isinstance(names, dict):
        return
    own = VSCAPTURE if one.get("format") == "vscapture" else {}
    taken: dict[Signal, str] = {}
    for word, said in {**own, **names}.items():
        if not isinstance(said, str):
            continue
        try:
            signal, _ = meaning(said)
        except ValueError as error:
            yield Fault((*loc, "names", word), str(error))
            continue
        earlier = taken.setdefault(signal, word)
        if earlier != word:
            where = (*loc, "names", word) if word in names else (*loc, "names", earlier)
            yield Fault(where, f"{signal} already comes as {earlier}; of each signal one word is believed")
    if (Signal.SYS in taken) != (Signal.DIA in taken):
        yield Fault((*loc, "names"), "a cuff reading is sys and dia together; name both")
