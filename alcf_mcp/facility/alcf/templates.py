"""Job scripts to start from, for ``submit_job``: a login shell runs them, and they hold no ``#PBS`` lines.

A template is a shell script whose first comment describes it in YAML. Its placeholders in braces are to be
filled in before use.
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

    ``fill_in`` says what goes into each of the ``{placeholders}``; ``text`` is the whole script.
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
    """All templates, sorted by name."""
    return tuple(_parse(name, text) for name, text in read_all("templates", ".sh"))


def read_template(name: str) -> Template:
    """The template with this name.

    Raises:
        InvalidCall: there is no such template.
    """
    for template in list_templates():
        if template.name == name.strip().lower():
            return template
    names = ", ".join(template.name for template in list_templates())
    raise InvalidCall(f"There is no job script template {name!r}", hint=f"Available templates: {names}.")


def _parse(name: str, text: str) -> Template:
    header = _HEADER.match(text)
    if header is None:
        raise ValueError(f"{name}.sh: the comment below a template's first line must describe it")
    head = read_yaml(re.sub(r"^# ?", "", header[1], flags=re.MULTILINE))
    return Template.model_validate({**head, "name": name, "text": text})
