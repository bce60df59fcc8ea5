"""Frozen values that are quickly made: the same classes, filled in before anybody else has seen them.

Theory of operation. A frozen dataclass sets each field through its own guard, some 70 ns a field, and the values of one
decision have two hundred fields. Here a class with slots gets a twin of the same layout that has no guard. A new value is
filled as a twin, where setting a field is one store into its slot, and then becomes what it is; Python lets an object
change between classes of one layout. So the guard stands before every reference that leaves the constructor, and what the
class is, compares to, prints and hashes as stays as `dataclasses` made it.

For frozen dataclasses with slots and no base of their own, whose `__post_init__` would be passed by; others are refused.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields
from typing import Any, TypeVar

_Kind = TypeVar("_Kind", bound=type)


def twin_of(kind: type) -> type:
    """Return a class of the same layout whose fields can be set.

    Raises:
        TypeError: the class has a base, no slots, or checks of its own.
    """
    if hasattr(kind, "__post_init__") or "__slots__" not in vars(kind) or kind.__bases__ != (object,):
        raise TypeError(
            f"{kind.__name__}: only a dataclass with slots, no base and no __post_init__ is copied"
        )
    return type(kind.__name__, (), {"__slots__": tuple(one.name for one in fields(kind))})


def written(head: str, lines: list[str], names: dict[str, Any]) -> Any:
    """Return the function of this head and these lines, as `dataclasses` writes `__init__` for each class."""
    exec("\n".join([f"def made{head}:", *(f"    {line}" for line in lines)]), names)
    return names["made"]


def computed(work_out: Callable[[Any], Any]) -> Any:
    """Return a field that a quick class works out from the fields before it; it is neither compared nor shown."""
    return field(init=False, repr=False, compare=False, metadata={"work_out": work_out})


def quick(kind: _Kind) -> _Kind:
    """Give a frozen dataclass a constructor that fills a twin; parameters and outcome are the same.

    Raises:
        TypeError: see `twin_of`.
    """
    # Names that no field has: a field may well be called "kind".
    names: dict[str, Any] = {"kind__": kind, "twin__": twin_of(kind), "thaw__": object.__setattr__}
    parameters, lines = ["self"], ["thaw__(self, '__class__', twin__)"]
    for one in fields(kind):
        if one.init:
            parameter, value = _field(one, names)
            parameters.append(parameter)
        else:
            # What follows from the fields before it, and is neither compared nor shown.
            names[f"work_out__{one.name}"], value = one.metadata["work_out"], f"work_out__{one.name}(self)"
        lines.append(f"self.{one.name} = {value}")
    if any(one.kw_only for one in fields(kind)):
        raise TypeError(f"{kind.__name__}: fields by keyword only are not known here")
    made = written(f"({', '.join(parameters)})", [*lines, "self.__class__ = kind__"], names)
    made.__annotations__ = vars(kind)["__init__"].__annotations__
    made.__name__, made.__qualname__ = "__init__", f"{kind.__qualname__}.__init__"
    type.__setattr__(kind, "__init__", made)
    return kind


def _field(one: "Field[Any]", names: dict[str, Any]) -> tuple[str, str]:
    """Return the parameter and the value of a field; its default goes into `names`."""
    if one.default is not MISSING:
        names[f"default__{one.name}"] = one.default
        return f"{one.name}=default__{one.name}", one.name
    if one.default_factory is not MISSING:
        names[f"make__{one.name}"] = one.default_factory
        names["unset__"] = MISSING
        return f"{one.name}=unset__", f"make__{one.name}() if {one.name} is unset__ else {one.name}"
    return one.name, one.name
