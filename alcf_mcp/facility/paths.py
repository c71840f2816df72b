"""The facility's rules for paths, modes and owners, checked before anything is sent.

Source of the rules: the input validation of ALCF's deployment of the API, 2026-08.
"""

from __future__ import annotations

import re

from alcf_mcp.iri.errors import InvalidCall

ROOTS = {"/eagle": "Eagle", "/lus/eagle": "Eagle", "/home": "Home"}
"""Where the filesystems begin, and which storage resource serves each."""

_PATH_CHARACTER = re.compile(r"[\w\-./\\]")
_MODE = re.compile(r"0?[0-7]{3}")
_OWNER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,64}")

_PATH_FORM = "Paths look like /eagle/<project>/… or /home/<username>/…"


def checked_path(path: str) -> str:
    """Return the path in its plain form, without doubled or trailing slashes.

    Raises:
        InvalidCall: the facility would refuse it; the message says why.
    """
    path = path.strip()
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
            f"The path {path!r} has a '.' or '..' in it, which the facility refuses",
            hint="Write the path out in full.",
        )
    plain = "/" + "/".join(segments)
    if filesystem_name(plain) is None:
        raise InvalidCall(
            f"The path {plain!r} lies outside the facility's filesystems",
            hint=f"{_PATH_FORM}, in lower case.",
        )
    return plain


def removable(path: str) -> str:
    """Return a checked path that is no root of a filesystem.

    Raises:
        InvalidCall: it is one, or no path.
    """
    plain = checked_path(path)
    if plain in ROOTS:
        raise InvalidCall(f"{plain!r} is the root of a filesystem", hint="Name a path below it.")
    return plain


def filesystem_name(path: str) -> str | None:
    """The storage resource that a path lies on, by its root."""
    for root, name in ROOTS.items():
        if path == root or path.startswith(root + "/"):
            return name
    return None


def canonical(path: str) -> str:
    """A checked path under the one name of its filesystem: ``/lus/eagle`` is ``/eagle``."""
    return path.removeprefix("/lus") if path.startswith("/lus/") else path


def parent_of(path: str) -> str:
    """The directory that a path stands in."""
    return path.rpartition("/")[0] or "/"


def output_directory(path: str | None) -> str | None:
    """The directory of an output path; a last segment without a dot is taken for a directory itself."""
    if path is None or "." not in path.rpartition("/")[2]:
        return path
    return path.rpartition("/")[0]


def checked_mode(mode: str) -> str:
    """Return an octal mode as the facility takes it.

    Raises:
        InvalidCall: it is not three octal digits (or four with a leading 0).
    """
    if _MODE.fullmatch(mode):
        return mode
    raise InvalidCall(
        f"{mode!r} is no mode that the facility takes",
        hint="Write three octal digits for owner, group and others: '750' is rwxr-x---, '640' is rw-r-----.",
    )


def checked_owner(owner: str, group: str) -> None:
    """Check the names that ``chown`` takes; an empty one leaves that part as it is.

    Raises:
        InvalidCall: both are empty, or one is no name.
    """
    if not owner and not group:
        raise InvalidCall("Neither an owner nor a group is given", hint="Name at least one of them.")
    if owner and not _OWNER.fullmatch(owner):
        raise InvalidCall(
            f"{owner!r} is no user name that the facility takes",
            hint="A name of lower-case letters, digits, '_' and '-', no numeric id: 'jdoe'.",
        )
    if group and not _GROUP.fullmatch(group):
        raise InvalidCall(
            f"{group!r} is no group name that the facility takes",
            hint="A name of letters, digits, '_' and '-', no numeric id; often the project's name.",
        )


def symbolic(mode: str) -> str:
    """An octal mode as ``ls`` shows it: ``750`` is ``rwxr-x---``."""
    return "".join(
        letter if int(digit) & bit else "-"
        for digit in mode[-3:]
        for letter, bit in zip("rwx", (4, 2, 1), strict=True)
    )


def octal(permissions: str) -> str | None:
    """What ``ls`` shows, with or without the type in front, as an octal mode; ``None`` if unreadable."""
    letters = permissions[-9:]
    if len(letters) != 9:
        return None
    bits = "".join("0" if letter in "-ST" else "1" for letter in letters)
    return f"{int(bits, 2):03o}"
