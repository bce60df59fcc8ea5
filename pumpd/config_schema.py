"""The configuration's JSON Schema, for editors that complete and check a TOML file while it is written.

Theory of operation. An editor (Even Better TOML, taplo) reads a schema and knows of pumpd nothing. So the schema is made
of the same models, the same family tables and the same rule table that `pumpd check` uses, and nothing is written here
that stands there. It can say less than `check`: that two channels name one port, or that a hash is a copy, is between
places of the file. Whatever it accepts is therefore not yet good; whatever it refuses is wrong.

Draft 7 with `definitions`, because that is what the editors' readers know best. TOML has no null: a key is there with a
value, or left out.
"""

from typing import Any, cast

from drivers.registry import FamilyUnknown, Option, families, family
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.tighten import Setting, settings
from pumpd.config import Config
from pumpd.config_checks import LEAST_USERS
from pumpd.core.library import SYRINGES

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_KINDS: dict[type, str] = {int: "integer", str: "string", bool: "boolean"}


def config_schema() -> Schema:
    """The schema of the whole file. A family that is installed and cannot be imported is left out."""
    made = Config.model_json_schema(ref_template="#/definitions/{model}")
    schema = cast(Schema, _plain(made))
    parts = cast(dict[str, Schema], schema.pop("$defs"))
    parts["Pump"] = _pump(parts["Pump"])
    _between_keys(schema, parts)
    schema["properties"]["limits"] |= _limit_table()
    schema["properties"]["shadow"] |= _limit_table()
    title = "pumpd's configuration, usually /etc/pumpd/pumpd.toml"
    return {"$schema": DRAFT, **schema, "title": title, "definitions": parts}


def _plain(node: object) -> object:
    """The same without what TOML cannot write (null) and without titles that only repeat the key."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    choices = [one for one in node.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        node = {**choices[0], **{key: value for key, value in node.items() if key != "anyOf"}}
    # Below "properties" the keys are the file's own, and one of them may be called as a word of the schema is.
    return {
        key: {name: _plain(one) for name, one in value.items()} if key == "properties" else _plain(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }


def _pump(base: Schema) -> Schema:
    """One table for each family, told apart by `driver`."""
    tables = []
    for name in families():
        try:
            tables.append(_family_table(name, family(name).OPTIONS, base))
        except FamilyUnknown:
            continue
    return {"description": base.get("description", ""), "type": "object", "oneOf": tables}


def _family_table(name: str, options: tuple[Option, ...], base: Schema) -> Schema:
    own = dict(base["properties"])
    own["driver"] = {"const": name, "description": own["driver"]["description"]}
    return {
        "title": name,
        "type": "object",
        "properties": {**own, **{one.key: _option(one) for one in options}},
        "required": ["driver", "port", *(one.key for one in options if one.default is None)],
        "additionalProperties": False,
    }


def _option(option: Option) -> Schema:
    made: Schema = {"type": _KINDS[option.kind], "description": option.words}
    if option.choices:
        made["enum"] = list(option.choices)
    if option.default is not None:
        made["default"] = option.default
    if option.lowest is not None:
        made["minimum"] = option.lowest
    if option.highest is not None:
        made["maximum"] = option.highest
    if option.pattern:
        made["pattern"] = f"^(?:{option.pattern})$"
    return made


def _limit_table() -> Schema:
    return {
        "type": "object",
        "properties": {one.key: _limit(one) for one in settings(DEFAULT_RULES)},
        "additionalProperties": False,
    }


def _limit(one: Setting) -> Schema:
    low, high = sorted((one.default, one.tightest))
    words = f"{', '.join(one.rows)}: {one.signal}, {one.unit}, {one.default} (default) to {one.tightest} (tightest)"
    return {
        "type": "integer",
        "description": words,
        "minimum": low,
        "maximum": high,
        "multipleOf": one.step,
        "default": one.default,
    }


def _between_keys(schema: Schema, parts: dict[str, Schema]) -> None:
    """What `config_checks` says about keys of one table, as far as a schema can say it."""
    pairs = (("cert_file", "key_file"), ("username", "password_file"))
    parts["Broker"]["dependencies"] = {key: list(pair) for pair in pairs for key in pair}
    parts["Broker"] |= {
        "if": {"properties": {"tls": {"const": False}}, "required": ["tls"]},
        "then": {"not": {"anyOf": [{"required": [key]} for key in ("ca_file", "cert_file", "key_file")]}},
        "else": {"required": ["ca_file"]},
    }
    parts["Channel"]["dependencies"] = {"line_pressure_limit_mmhg": ["transducer"]}
    named = {"minItems": 1, "uniqueItems": True}
    channel = parts["Channel"]["properties"]
    channel["monitors"] |= named
    channel["syringes"] |= {**named, "items": {"enum": list(SYRINGES)}}
    parts["User"]["properties"]["roles"] |= named
    a_nurse = {"properties": {"roles": {"contains": {"const": "nurse"}}}}
    schema["properties"]["users"] |= {"minItems": LEAST_USERS, "contains": a_nurse}
    schema["properties"]["channels"] |= {"minItems": 1}
