"""Which words a fault may name as `command`: each family of pumps has its own, and another's would never be met.

Theory of operation. A fault of the wire can be limited to one command. A word that the pump's host never says makes a fault
that waits for ever, which looks like one that was survived; so it is refused, with the words that the family has. They are
read from the faces where those keep a table. A word's beginning will do ("ST"), as will a word with its value.
"""

from hil_sim.modbus_maps import layout_named
from hil_sim.parts import PumpFace
from hil_sim.pumps.alaris import HALVES, QUERIES
from hil_sim.pumps.chemyx import ChemyxPump
from hil_sim.pumps.harvard import HarvardPump
from hil_sim.pumps.harvard_commands import ACTIONS as HARVARD_ACTIONS
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import Layout
from hil_sim.pumps.new_era import NewEraPump
from hil_sim.pumps.new_era_commands import COMMANDS as NEW_ERA_COMMANDS

ANY = "*"
NEW_ERA = tuple(sorted(NEW_ERA_COMMANDS))
HARVARD = tuple(sorted(word.upper() for word in HARVARD_ACTIONS))
ALARIS = tuple(sorted({*QUERIES, *HALVES, "INF_START", "INF_STOP"}))
CHEMYX = (
    *("DISPENSED VOLUME", "ELAPSED TIME", "PAUSE", "PUMP STATUS", "SET DELAY", "SET DIAMETER", "SET RATE"),
    *("SET UNITS", "SET VOLUME", "START", "STOP", "VIEW PARAMETER"),
)
_FAMILIES = {
    "new_era": NEW_ERA,
    "new_era-basic": NEW_ERA,
    "harvard": HARVARD,
    "chemyx": CHEMYX,
    "alaris": ALARIS,
}


def _of_layout(layout: Layout) -> tuple[str, ...]:
    reads = (f"READ_{space.upper()}" for space in ("coil", "discrete", "holding", "input"))
    return tuple(sorted({"STOP", "RUN", "IDENTITY", *reads, *(name.upper() for name in layout.fields)}))


def words_of_family(family: str, map_name: str = "") -> tuple[str, ...]:
    """The words of a family; `map_name`: a Modbus pump's register map. Raises ValueError: no such map."""
    return _FAMILIES[family] if family in _FAMILIES else _of_layout(layout_named(map_name))


def words_of(pump: PumpFace) -> tuple[str, ...]:
    """The words of this very pump."""
    if isinstance(pump, ModbusPump):
        return _of_layout(pump.layout)
    known = {NewEraPump: NEW_ERA, HarvardPump: HARVARD, ChemyxPump: CHEMYX}
    return next((words for face, words in known.items() if isinstance(pump, face)), ALARIS)


def why_unknown(command: str, words: tuple[str, ...]) -> str:
    """Why a fault with this `command` would never meet anything; "" when it may. Empty means a bare query."""
    wanted = command.upper()
    if wanted in ("", ANY) or any(one.startswith(wanted) or wanted.startswith(one) for one in words):
        return ""
    return f"the pump knows no command {command!r}; it knows {', '.join(words)}, or * for all"
