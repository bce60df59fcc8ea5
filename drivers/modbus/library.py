"""The register maps that come with the package, and those in a site's own files.

Theory of operation. A map is named in the configuration by the name of one that is packaged, or by a path that
ends in `.toml`. It is read once, when the line is made, so that a wrong one is refused before anything is opened.
"""

from pathlib import Path

from drivers.modbus.layout import RegisterMap
from drivers.modbus.parse_map import MapRefused, parse_map

_MAPS = Path(__file__).parent / "maps"


def packaged_maps() -> tuple[str, ...]:
    """Names of the maps that come with the package."""
    names = (entry.name for entry in _MAPS.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_map(name: str) -> RegisterMap:
    """A packaged map by name, or a site's own by path.

    Raises:
        MapRefused: there is none, or it cannot be used.
    """
    if name.endswith(".toml"):
        try:
            return parse_map(Path(name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise MapRefused(f"register map {name}: cannot be read: {error}") from error
    if name not in packaged_maps():
        raise MapRefused(
            f"register map {name!r}: not one of {', '.join(packaged_maps())}, nor a path to a .toml"
        )
    return parse_map((_MAPS / f"{name}.toml").read_text(encoding="utf-8"))
