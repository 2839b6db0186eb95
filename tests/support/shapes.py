"""What a documented example looks like, and whether something that came is one."""

from __future__ import annotations

import re
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
URL = re.compile(r"https?://[\w.:\[\]-]+/\S+")


class Maybe:
    """A shape, or null."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Each:
    """An object whose keys are ids and whose values have one shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


def check(value: Any, shape: Any, where: str = "it") -> None:
    """Fail where a documented field is missing or is not what it should be; more fields may be there.

    A shape is a type, a pattern, a set of allowed values, an object of shapes, a list with one shape for all
    its items, `Maybe` or `Each`.
    """
    match shape:
        case dict():
            assert isinstance(value, dict), where
            missing = set(shape) - set(value)
            assert not missing, f"{where} has no {', '.join(sorted(missing))}"
            for name, part in shape.items():
                check(value[name], part, f"{where}.{name}")
        case list():
            assert isinstance(value, list), where
            for number, item in enumerate(value):
                check(item, shape[0], f"{where}[{number}]")
        case set():
            assert value in shape, f"{where} is {value!r}"
        case re.Pattern():
            assert isinstance(value, str), where
            assert shape.fullmatch(value), f"{where} is {value!r}"
        case Maybe():
            if value is not None:
                check(value, shape.shape, where)
        case Each():
            assert isinstance(value, dict), where
            for key, item in value.items():
                check(item, shape.shape, f"{where}.{key}")
        case type():
            assert type(value) is shape, f"{where} is {value!r}, no {shape.__name__}"
        case _:
            raise TypeError(f"no shape: {shape!r}")
