"""Composed signatures: a dataclass parameter may stand for its fields."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import MISSING, fields
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

Function = Callable[..., Awaitable[Any]]


class Spread:
    """Marks a dataclass parameter whose fields are the tool's own arguments."""


def parameters(fn: Function) -> list[Parameter]:
    """A function's parameters, by keyword; a ``Spread`` one is replaced by its fields."""
    return list(_parameters(fn))


def gathered(fn: Function, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as the function takes them, with the fields of its ``Spread`` parameters combined.

    Arguments that it does not take are left out.
    """
    names, spread = _shape(fn)
    made = {
        name: of(**{field.name: arguments[field.name] for field in fields(of)}) for name, of in spread.items()
    }
    return {name: made[name] if name in made else arguments[name] for name in names}


def give_signature(fn: Callable[..., Any], of: list[Parameter], returns: Any) -> None:
    """Make a function that takes keywords look as if it had been written with these parameters."""
    fn.__signature__ = Signature(of, return_annotation=returns)  # type: ignore[attr-defined]
    fn.__annotations__ = {p.name: p.annotation for p in of} | {"return": returns}


@functools.cache
def _shape(fn: Function) -> tuple[tuple[str, ...], dict[str, type[Any]]]:
    """The names of a function's parameters, and the dataclasses of its ``Spread`` ones."""
    hints = get_type_hints(fn, include_extras=True)
    names = tuple(signature(fn).parameters)
    return names, {name: hints[name].__origin__ for name in names if _is_spread(hints[name])}


def _parameters(fn: Function) -> Iterator[Parameter]:
    hints = get_type_hints(fn, include_extras=True)
    for name, parameter in signature(fn).parameters.items():
        if _is_spread(hints[name]):
            yield from _fields(hints[name].__origin__)
        else:
            yield parameter.replace(annotation=hints[name], kind=Parameter.KEYWORD_ONLY)


def _fields(of: type[Any]) -> Iterator[Parameter]:
    hints = get_type_hints(of, include_extras=True)
    for field in fields(of):
        default = field.default if field.default_factory is MISSING else field.default_factory()
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])


def _is_spread(hint: Any) -> bool:
    return Spread in getattr(hint, "__metadata__", ())
