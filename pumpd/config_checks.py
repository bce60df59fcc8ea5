"""What must hold between keys of the configuration, where each key by itself is right.

Theory of operation. These checks read the parsed tree, not the typed model: the model exists only when every
single key is right, and a person should hear of a second channel on the same port in the same breath as of a
mistyped baud rate. So everything here takes any tree and passes over what does not have the right shape; the
model says what is wrong with that.
"""

import posixpath
from collections.abc import Iterator, Mapping

from pumpd.config_gateways import gateway_faults
from pumpd.config_limits import limit_faults
from pumpd.config_pumps import pump_faults
from pumpd.config_words import Fault, Loc, nearest
from pumpd.core.library import SYRINGES

Tree = Mapping[str, object]

LEAST_USERS = 2
#: Channel keys that name one device each.
OWN_DEVICES = ("transducer", "air_sensor", "button")
ROLES = frozenset({"prescriber", "nurse", "engineer"})


def cross_faults(tree: Tree) -> Iterator[Fault]:
    """Everything wrong between keys."""
    yield from _broker_faults(tree)
    yield from _user_faults(tree)
    yield from _channel_faults(tree)
    yield from _sounder_faults(tree)
    yield from _path_faults(tree)
    yield from limit_faults(tree)
    yield from pump_faults(tree)
    yield from gateway_faults(tree)


def _rows(tree: Tree, key: str) -> list[Tree]:
    """Tables of an array of tables; a wrong entry becomes an empty table so that positions stay true."""
    rows = tree.get(key)
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _strings(row: Tree, key: str) -> list[str]:
    entries = row.get(key)
    return [entry for entry in entries if isinstance(entry, str)] if isinstance(entries, list) else []


def _repeated(entries: list[tuple[Loc, object]]) -> Iterator[tuple[Loc, Loc]]:
    """Each later place of a text that was there before, with the first place."""
    first: dict[str, Loc] = {}
    for loc, text in entries:
        if isinstance(text, str):
            if text in first:
                yield loc, first[text]
            first.setdefault(text, loc)


def _broker_faults(tree: Tree) -> Iterator[Fault]:
    broker = tree.get("broker")
    if not isinstance(broker, dict):
        return
    for one, other in (
        ("cert_file", "key_file"),
        ("key_file", "cert_file"),
        ("username", "password_file"),
        ("password_file", "username"),
    ):
        if one in broker and other not in broker:
            yield Fault(("broker", one), f"is given without {other}; give both or neither")
    if broker.get("tls", True) is True and "ca_file" not in broker:
        yield Fault(
            ("broker",), "tls needs ca_file, who may sign the broker's certificate; or say tls = false"
        )
    if broker.get("tls", True) is False:
        for key in ("ca_file", "cert_file", "key_file"):
            if key in broker:
                yield Fault(("broker", key), "has no use with tls = false; set tls = true or remove it")


def _user_faults(tree: Tree) -> Iterator[Fault]:
    if not isinstance(tree.get("users"), list):
        return
    users = _rows(tree, "users")
    if len(users) < LEAST_USERS:
        yield Fault(
            ("users",),
            f"{len(users)} configured, at least {LEAST_USERS} are needed: "
            "an order is verified by a second person; add a [[users]] table",
        )
    roles = {role for user in users for role in _strings(user, "roles")}
    if "nurse" not in roles and roles <= ROLES:  # a mistyped role is told by itself
        yield Fault(("users",), 'nobody is a nurse; give at least one user roles = ["nurse"]')
    for loc, _ in _repeated([(("users", i, "name"), user.get("name")) for i, user in enumerate(users)]):
        yield Fault(loc, "this name is taken by an earlier user; every person has a name of their own")
    for loc, _ in _repeated([(("users", i, "pin_scrypt"), u.get("pin_scrypt")) for i, u in enumerate(users)]):
        yield Fault(
            loc, "is a copy of an earlier user's; one person could verify alone, so hash each PIN apart"
        )
    for i, user in enumerate(users):
        yield from _list_faults(user, ("users", i, "roles"))


def _channel_faults(tree: Tree) -> Iterator[Fault]:
    if not isinstance(tree.get("channels"), list):
        return
    channels = _rows(tree, "channels")
    if not channels:
        yield Fault(("channels",), "there are none; add a [[channels]] table with a pump")
    for loc, _ in _repeated([(("channels", i, "name"), row.get("name")) for i, row in enumerate(channels)]):
        yield Fault(loc, "this name is taken by an earlier channel; every channel has a name of its own")
    ports: list[tuple[Loc, object]] = []
    for i, row in enumerate(channels):
        pump = row.get("pump")
        ports.append((("channels", i, "pump", "port"), _one_name(pump)))
        yield from _list_faults(row, ("channels", i, "monitors"))
        yield from _list_faults(row, ("channels", i, "syringes"))
        if "line_pressure_limit_mmhg" in row and "transducer" not in row:
            text = "limits nothing without a transducer; name the transducer or remove it"
            yield Fault(("channels", i, "line_pressure_limit_mmhg"), text)
        for place, key in enumerate(_strings(row, "syringes")):
            if key not in SYRINGES:
                near = nearest(key, tuple(SYRINGES))
                guess = f"; did you mean {near[0]}?" if near else ""
                text = f"is not in the table of syringes ({', '.join(SYRINGES)}){guess}"
                yield Fault(("channels", i, "syringes", place), text)
    for loc, earlier in _repeated(ports):
        if not _share_a_line(channels[int(loc[1])], channels[int(earlier[1])]):
            owner = channels[int(earlier[1])].get("name")
            text = f"this port belongs to channel {owner}; pumps of one line are of one family and have an address each"
            text += ", written in each table"
            yield Fault(loc, text)
    yield from _device_faults(channels)


def _one_name(pump: object) -> str | None:
    """A port as its other spellings would be written too. Links are not followed: that opens the file system."""
    port = pump.get("port") if isinstance(pump, dict) else None
    if not isinstance(port, str):
        return None
    return port.lower() if port.startswith("tcp:") else "/" + posixpath.normpath(port).lstrip("/")


def _path_faults(tree: Tree) -> Iterator[Fault]:
    """One path, one purpose: what is opened for two would destroy one of them."""
    places: list[tuple[Loc, object]] = []
    for table, keys in (
        ("journal", ("path",)),
        ("console", ("socket",)),
        ("broker", ("ca_file", "cert_file", "key_file", "password_file")),
        ("library", ("file",)),
    ):
        row = tree.get(table)
        values = [(key, row.get(key) if isinstance(row, dict) else None) for key in keys]
        places += [((table, key), posixpath.normpath(v)) for key, v in values if isinstance(v, str)]
    for loc, first in _repeated(places):
        # A certificate and its key, or its authority, may lie in one file.
        if {loc[0], first[0]} != {"broker"}:
            yield Fault(loc, f"is {first[0]}.{first[1]} already; each file has one purpose")


def _share_a_line(one: Tree, other: Tree) -> bool:
    """Two pumps in a chain: the same family, told apart by address or unit."""
    pumps = [pump if isinstance(pump := row.get("pump"), dict) else {} for row in (one, other)]
    numbers = [pump.get("address", pump.get("unit")) for pump in pumps]
    return (
        pumps[0].get("driver") == pumps[1].get("driver") and None not in numbers and numbers[0] != numbers[1]
    )


def _device_faults(channels: list[Tree]) -> Iterator[Fault]:
    """A device measures one patient: it must not speak for two beds."""
    bed_of: dict[str, object] = {}
    for i, row in enumerate(channels):
        bound: list[tuple[str, str]] = [("monitors", device) for device in _strings(row, "monitors")]
        bound += [(key, device) for key in OWN_DEVICES if isinstance(device := row.get(key), str)]
        for key, device in bound:
            bed = bed_of.setdefault(device, row.get("bed"))
            if bed != row.get("bed"):
                text = f"{device} is already bound to bed {bed}; a device measures one patient, bind another"
                yield Fault(("channels", i, key), text)


def _sounder_faults(tree: Tree) -> Iterator[Fault]:
    rows = _rows(tree, "sounders")
    for loc, _ in _repeated([(("sounders", i, "device"), row.get("device")) for i, row in enumerate(rows)]):
        yield Fault(loc, "this device belongs to an earlier sounder; two would sound into each other")


def _list_faults(row: Tree, loc: Loc) -> Iterator[Fault]:
    """A list that is there holds something, and nothing twice."""
    key = str(loc[-1])
    if row.get(key) == []:
        yield Fault(loc, "is empty; name at least one, or see what leaving the key out means")
    entries = _strings(row, key)
    for entry in sorted({entry for entry in entries if entries.count(entry) > 1}):
        yield Fault(loc, f"{entry} stands there more than once; name it once")
