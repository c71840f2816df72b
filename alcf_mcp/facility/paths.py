"""The facility's rules for paths, modes and owners, checked before a request is sent.

Source of the rules: the input validation of ALCF's deployment of the API, 2026-08.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import CoreSchema, core_schema

from alcf_mcp.iri.errors import InvalidCall

ROOTS = {"/eagle": "Eagle", "/lus/eagle": "Eagle", "/home": "Home"}
"""The root of each filesystem, and the storage resource that serves it."""

_PATH_CHARACTER = re.compile(r"[\w\-./\\]")
_MODE = re.compile(r"0?[0-7]{3}")
_OWNER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,64}")

_PATH_FORM = "Paths look like /eagle/<project>/… or /home/<username>/…"


class RemotePath(str):
    """An absolute path on one of the facility's filesystems, without doubled or trailing slashes.

    A path is parsed once, where the argument comes in; everything after that relies on its form.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> RemotePath:
        """Parse a path as users write it.

        Raises:
            InvalidCall: the facility would refuse the path; the message says why.
        """
        return text if isinstance(text, RemotePath) else cls(_checked(text.strip()))

    @property
    def filesystem(self) -> str:
        """The name of the storage resource that holds the path."""
        return next(name for root, name in ROOTS.items() if f"{self}/".startswith(f"{root}/"))

    @property
    def is_root(self) -> bool:
        """Whether the path is the root of a filesystem."""
        return self in ROOTS

    @property
    def name(self) -> str:
        """The last segment."""
        return self.rpartition("/")[2]

    @property
    def parent(self) -> RemotePath | None:
        """The parent directory; ``None`` for the root of a filesystem."""
        above = self.rpartition("/")[0]
        return None if self.is_root else RemotePath(above)

    @property
    def canonical(self) -> str:
        """The path under its filesystem's canonical name: ``/eagle`` for ``/lus/eagle``."""
        return self.removeprefix("/lus") if self.startswith("/lus/") else str(self)

    def is_within(self, directory: RemotePath) -> bool:
        """Whether this path is ``directory`` or lies in it, judging by name alone."""
        return f"{self.canonical}/".startswith(f"{directory.canonical}/")

    def __truediv__(self, name: str) -> RemotePath:
        """Return the path of an entry in this directory."""
        return RemotePath(f"{self}/{name}")

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> CoreSchema:
        """Let pydantic parse a string into a path."""
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def _checked(path: str) -> str:
    if not path.startswith("/"):
        home = " '~' is not expanded: write /home/<username>." if path.startswith("~") else ""
        raise InvalidCall(f"The path {path!r} is not absolute", hint=f"{_PATH_FORM}.{home}")
    odd = "".join(dict.fromkeys(char for char in path if not _PATH_CHARACTER.fullmatch(char)))
    if odd:
        raise InvalidCall(
            f"The path {path!r} has characters that the facility refuses: {odd!r}",
            hint="Letters, digits and _ - . / are accepted; rename the file inside a job to reach it.",
        )
    segments = [segment for segment in path.split("/") if segment]
    if "." in segments or ".." in segments:
        raise InvalidCall(
            f"The path {path!r} contains a '.' or '..' segment, which the facility refuses",
            hint="Write the path out in full.",
        )
    plain = "/" + "/".join(segments)
    if not any(f"{plain}/".startswith(f"{root}/") for root in ROOTS):
        raise InvalidCall(
            f"The path {plain!r} lies outside the facility's filesystems",
            hint=f"{_PATH_FORM}, in lower case.",
        )
    return plain


def refuse_root(path: RemotePath) -> None:
    """Refuse to remove or move the root of a filesystem.

    Raises:
        InvalidCall: the path is such a root.
    """
    if path.is_root:
        raise InvalidCall(f"{path!r} is the root of a filesystem", hint="Name a path below it.")


def output_directory(path: RemotePath) -> RemotePath:
    """The directory of an output path; a path with no dot in its last segment is itself a directory."""
    return path if "." not in path.name else path.parent or path


def checked_mode(mode: str) -> str:
    """Return the octal mode if the facility accepts it.

    Raises:
        InvalidCall: the mode is not three octal digits (or four with a leading 0).
    """
    if _MODE.fullmatch(mode):
        return mode
    raise InvalidCall(
        f"{mode!r} is not a valid mode",
        hint="Write three octal digits for owner, group and others: '750' is rwxr-x---, '640' is rw-r-----.",
    )


def checked_owner(owner: str, group: str) -> None:
    """Check the names for ``chown``; an empty name leaves that part unchanged.

    Raises:
        InvalidCall: both are empty, or one is not a valid name.
    """
    if not owner and not group:
        raise InvalidCall("Neither an owner nor a group is given", hint="Name at least one of them.")
    if owner and not _OWNER.fullmatch(owner):
        raise InvalidCall(
            f"{owner!r} is not a valid user name",
            hint="Give a name of lower-case letters, digits, '_' and '-', not a numeric id: 'jdoe'.",
        )
    if group and not _GROUP.fullmatch(group):
        raise InvalidCall(
            f"{group!r} is not a valid group name",
            hint="Give a name of letters, digits, '_' and '-', often the project's name, not a numeric id.",
        )


def symbolic(mode: str) -> str:
    """Convert an octal mode to the form that ``ls`` shows: ``750`` becomes ``rwxr-x---``."""
    return "".join(
        letter if int(digit) & bit else "-"
        for digit in mode[-3:]
        for letter, bit in zip("rwx", (4, 2, 1), strict=True)
    )


def octal(permissions: str) -> str | None:
    """Convert permissions as ``ls`` shows them, with or without the type, to octal; else ``None``."""
    letters = permissions[-9:]
    if len(letters) != 9:
        return None
    bits = "".join("0" if letter in "-ST" else "1" for letter in letters)
    return f"{int(bits, 2):03o}"
