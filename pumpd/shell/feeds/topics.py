"""The topic names of version 1, in one place. docs/mqtt/asyncapi.yaml documents them; a test compares.

No topic raises a rate or resumes: pumpd subscribes to vitals and status only, and everything else it
publishes (facts/faults.md section 6, "no resume from any MQTT topic at all").
"""

import re
from typing import NamedTuple

ROOT = "pumpd/v1"
ONLINE = b"online"
OFFLINE = b"offline"


class Address(NamedTuple):
    """A received topic, taken apart."""

    kind: str  # "vitals" or "status"
    bed: str
    device: str


def parse(topic: str) -> Address | None:
    """Take a vitals or status topic apart; None for any other topic."""
    parts = topic.split("/")
    if len(parts) != 5 or f"{parts[0]}/{parts[1]}" != ROOT or parts[2] not in ("vitals", "status"):
        return None
    return Address(parts[2], parts[3], parts[4])


def vitals(bed: str, device: str = "+") -> str:
    """Where a monitor publishes measurements; "+" subscribes to all devices of the bed."""
    return f"{ROOT}/vitals/{bed}/{device}"


def status(bed: str, device: str = "+") -> str:
    """Where a monitor's "online" and its last will are retained."""
    return f"{ROOT}/status/{bed}/{device}"


def request(bed: str) -> str:
    """Where pumpd asks a monitor to start a cuff cycle now."""
    return f"{ROOT}/request/{bed}"


def state(channel: str) -> str:
    """Where pumpd retains the summary of a channel."""
    return f"{ROOT}/state/{channel}"


def alarm(channel: str, key: str) -> str:
    """Where pumpd retains the newest word on one alarm of a channel. A key's topic is lower case, without / + #."""
    return f"{ROOT}/alarm/{channel}/{re.sub('[^a-z0-9-]+', '-', key.lower())}"


def heartbeat(site: str) -> str:
    """Where pumpd says every few seconds that it decides, for a central station that must notice when it does not."""
    return f"{ROOT}/heartbeat/{site}"


def alive(site: str) -> str:
    """Where pumpd retains "online", and its own last will."""
    return f"{ROOT}/alive/{site}"
