"""Text files that begin with what is to be known of them: YAML between two ``---`` lines."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel

_FORM = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)

Head = TypeVar("Head", bound=BaseModel)


def parted(text: str, head: type[Head], *, where: str) -> tuple[Head, str]:
    """Part a file into its front matter and the text behind it.

    Args:
        text: the file's content.
        head: the model of its front matter.
        where: the file's name, for errors.

    Raises:
        ValueError: there is no front matter, or not what the model asks for.
    """
    parts = _FORM.match(text)
    if parts is None:
        raise ValueError(f"{where}: the file begins with front matter between two '---' lines")
    return head.model_validate(read_yaml(parts[1])), parts[2]


def read_yaml(text: str) -> Any:
    """Read YAML, by libyaml where PyYAML was built with it: many times as fast."""
    import yaml  # noqa: PLC0415 - loaded where it is used

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
