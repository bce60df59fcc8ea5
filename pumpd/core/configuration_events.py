"""What befalls the configuration file while the daemon runs: a fact like any other, in the mailbox of every channel."""

from dataclasses import dataclass
from typing import Literal

from interlocks.vocabulary import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationEdited:
    """The file on the disk no longer says what is in force; `reason` "": it says so again."""

    at: Stamp
    reason: str
    kind: Literal["configuration_edited"] = "configuration_edited"
