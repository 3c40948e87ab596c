"""Checks a value by the part of JSON Schema that our manifest's uses. 300 DAGs are read at each parse: a whole
validator takes longer than drawing them. A test holds both to the same verdicts."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}

# What a schema may say besides; it needs no check.
_WORDS = {"$schema", "title", "description", "default", "examples", "propertyNames"}
_KNOWN = {
    *("type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems"),
    *("properties", "required", "additionalProperties", "items", "oneOf", "anyOf"),
}


def find_problem(schema: Json | bool, value: Any, place: str = "$") -> str | None:
    """What is wrong first, with its place: `$.tasks[2].retries: 'many' is no integer`; None where nothing is."""
    if isinstance(schema, bool):
        return None if schema else f"{place} is not known"
    if unknown := schema.keys() - _KNOWN - _WORDS:
        raise NotImplementedError(f"the check knows no {unknown}")
    if "oneOf" in schema or "anyOf" in schema:
        return _check_choice(schema.get("oneOf") or schema["anyOf"], value, place)
    return _check_itself(schema, value, place) or _check_content(schema, value, place)


def _check_itself(schema: Json, value: Any, place: str) -> str | None:
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if types and not any(_is_type(name, value) for name in types):
        return f"{place}: {value!r} is no {' or '.join(types)}"
    if "const" in schema and value != schema["const"]:
        return f"{place}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{place}: {value!r} is none of {schema['enum']}"
    return None


def _check_content(schema: Json, value: Any, place: str) -> str | None:
    if isinstance(value, str):
        return _check_text(schema, value, place)
    if isinstance(value, dict):
        return _check_object(schema, value, place)
    if isinstance(value, list):
        return _check_list(schema, value, place)
    if _is_number(value) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{place}: {value!r} is out of range"
    return None


def _is_type(name: str, value: Any) -> bool:
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_text(schema: Json, text: str, place: str) -> str | None:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return f"{place}: {text[:40]!r} is too short or too long"
    if "pattern" in schema and re.search(schema["pattern"], text) is None:
        return f"{place}: {text!r} does not match {schema['pattern']}"
    return None


def _check_object(schema: Json, value: Json, place: str) -> str | None:
    for name in schema.get("required", ()):
        if name not in value:
            return f"{place}: {name} is missing"
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, inner in value.items():
        problem = find_problem(properties.get(name, others), inner, f"{place}.{name}")
        if problem is not None:
            return problem
    return None


def _check_list(schema: Json, value: list[Any], place: str) -> str | None:
    if len(value) < schema.get("minItems", 0):
        return f"{place}: there are too few"
    problems = (find_problem(schema.get("items", {}), inner, f"{place}[{n}]") for n, inner in enumerate(value))
    return next((problem for problem in problems if problem is not None), None)


def _check_choice(options: list[Json], value: Any, place: str) -> str | None:
    """Of options that name themselves by a constant, only the one that is named tells what is wrong."""
    problems = [find_problem(option, value, place) for option in options]
    if None in problems:
        return None
    named = [text for option, text in zip(options, problems, strict=True) if _is_named(option, value)]
    return (named or [f"{place}: {value!r} is none of what may stand here"])[0]


def _is_named(option: Json, value: Any) -> bool:
    constants = {name: rule["const"] for name, rule in option.get("properties", {}).items() if "const" in rule}
    return bool(constants) and isinstance(value, dict) and all(value.get(n) == c for n, c in constants.items())
