"""Job scripts to start from, for ``submit_job``: they are run by a login shell, and hold no ``#PBS`` lines.

A template is a shell script whose first comment, as YAML, tells what it is for. Whoever uses it fills in what
stands in braces.
"""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel

from alcf_mcp.data import read_all
from alcf_mcp.front_matter import read_yaml
from alcf_mcp.iri.errors import InvalidCall

_HEADER = re.compile(r"\A#!.*\n((?:#.*\n)+)")


class Template(BaseModel, frozen=True, extra="forbid"):
    """A job script to start from.

    ``fill_in`` tells what goes into each of its ``{placeholders}``; ``text`` is the whole script.
    """

    name: str
    title: str
    description: str
    machine: str
    as_of: str
    sources: tuple[str, ...]
    fill_in: dict[str, str]
    text: str


@cache
def list_templates() -> tuple[Template, ...]:
    """All templates, by name."""
    return tuple(_parse(name, text) for name, text in read_all("templates", ".sh"))


def read_template(name: str) -> Template:
    """The template of that name.

    Raises:
        InvalidCall: there is none.
    """
    for template in list_templates():
        if template.name == name.strip().lower():
            return template
    names = ", ".join(template.name for template in list_templates())
    raise InvalidCall(f"There is no job script template {name!r}", hint=f"There are: {names}.")


def _parse(name: str, text: str) -> Template:
    header = _HEADER.match(text)
    if header is None:
        raise ValueError(f"{name}.sh: a template tells in the comment below its first line what it is for")
    head = read_yaml(re.sub(r"^# ?", "", header[1], flags=re.MULTILINE))
    return Template.model_validate({**head, "name": name, "text": text})
