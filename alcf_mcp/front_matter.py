"""Text files with front matter: YAML between two ``---`` lines at the beginning."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel

_FORM = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)

Head = TypeVar("Head", bound=BaseModel)


def parted(text: str, head: type[Head], *, where: str) -> tuple[Head, str]:
    """Split a file into its front matter and the text after it.

    Args:
        text: the file's content.
        head: the model of its front matter.
        where: the file's name, for errors.

    Raises:
        ValueError: the front matter is missing or does not fit the model.
    """
    parts = _FORM.match(text)
    if parts is None:
        raise ValueError(f"{where}: the file must begin with front matter between two '---' lines")
    return head.model_validate(read_yaml(parts[1])), parts[2]


def read_yaml(text: str) -> Any:
    """Read YAML, with libyaml if PyYAML was built with it: that is many times faster."""
    import yaml  # noqa: PLC0415 - loaded where it is used

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
