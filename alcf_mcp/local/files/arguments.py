"""The arguments of each filesystem operation, as query parameters or as a JSON body.

Unknown parameters are ignored, as at ALCF. Arguments that violate the schema get a 400.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from alcf_mcp.local.files.paths import invalid_input

MAX_READ_BYTES = 9_958_272  # ALCF's deployment of the API, 2026-08
MAX_VIEW_BYTES = 5_242_880
MAX_OFFSET = 2**63 - 1

_USER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MODE = re.compile(r"0?[0-7]{3}")


class Arguments(BaseModel):
    """The arguments of an operation on one path.

    Attributes:
        path: the path to operate on.
        path_fields: the names of all fields that hold paths.
    """

    model_config = ConfigDict(extra="ignore")
    path_fields: ClassVar[tuple[str, ...]] = ("path",)

    path: str

    def check(self) -> None:
        """Check what the schema does not cover.

        Raises:
            Problem: 400 with the reason.
        """


class TwoPaths(Arguments):
    """The arguments of an operation from one path to another."""

    path_fields: ClassVar[tuple[str, ...]] = ("path", "target_path")

    target_path: str


class List(Arguments):
    """Arguments of ``ls``."""

    show_hidden: bool = Field(default=False, alias="showHidden")
    numeric_uid: bool = Field(default=False, alias="numericUid")
    recursive: bool = False
    dereference: bool = False


class Excerpt(Arguments):
    """The arguments that ``head`` and ``tail`` share: a number of lines or of bytes."""

    file_bytes: int | None = Field(default=None, alias="bytes")
    lines: int | None = None

    def check(self) -> None:
        """Require exactly one of lines and bytes, within bounds."""
        if self.file_bytes is not None and self.lines is not None:
            raise invalid_input("Cannot use 'file_bytes' and 'lines' at the same time.")
        number = self.file_bytes if self.lines is None else self.lines
        if number is None:
            raise invalid_input("At least one of 'file_bytes' or 'lines' must be provided.")
        if number < 0:
            raise invalid_input("Input should be greater than or equal to 0")
        if self.file_bytes is not None and number > MAX_READ_BYTES:
            raise invalid_input(f"Input should be less than or equal to {MAX_READ_BYTES}")


class Head(Excerpt):
    """Arguments of ``head``; ``skip_trailing`` selects all but the last lines or bytes."""

    skip_trailing: bool = Field(default=False, alias="skipTrailing")


class Tail(Excerpt):
    """Arguments of ``tail``; ``skip_heading`` selects all but the first lines or bytes."""

    skip_heading: bool = Field(default=False, alias="skipHeading")


class View(Arguments):
    """Arguments of ``view``, in bytes."""

    size: int = Field(default=MAX_VIEW_BYTES, ge=1, le=MAX_VIEW_BYTES)
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)


class Stat(Arguments):
    """Arguments of ``stat``."""

    dereference: bool = False


class MkdirArguments(Arguments):
    """Arguments of ``mkdir``."""

    parent: bool = False


class ChmodArguments(Arguments):
    """Arguments of ``chmod``; the mode is text, in octal digits."""

    mode: str

    def check(self) -> None:
        """Require three octal digits, or four with a leading zero."""
        if not _MODE.fullmatch(self.mode):
            raise invalid_input("mode must be 3 digits and contain only digits 0-7")


class ChownArguments(Arguments):
    """Arguments of ``chown``; an empty name leaves the owner or group unchanged."""

    owner: str = ""
    group: str = ""

    def check(self) -> None:
        """Require valid names, and at least one."""
        if not self.owner and not self.group:
            raise invalid_input("At least one of user or group must be non-empty.")
        if self.owner and not _USER.fullmatch(self.owner):
            raise invalid_input("User must match ^[a-z][a-z0-9_-]{0,31}$ pattern.")
        if self.group and (self.group.isdigit() or not _GROUP.fullmatch(self.group)):
            raise invalid_input("Group must be a name matching ^[A-Za-z0-9_-]{1,64}$ pattern.")


class SymlinkArguments(Arguments):
    """Arguments of ``symlink``: a link at ``link_path`` that points to ``path``."""

    path_fields: ClassVar[tuple[str, ...]] = ("path", "link_path")

    link_path: str


class CopyArguments(TwoPaths):
    """Arguments of ``cp``."""

    dereference: bool = False


class CompressArguments(TwoPaths):
    """Arguments of ``compress``; ``match_pattern`` is a regular expression for the names to include."""

    match_pattern: str | None = None
    dereference: bool = False
    compression: Literal["none", "bzip2", "gzip", "xz"] = "gzip"

    def check(self) -> None:
        """Require a valid regular expression."""
        try:
            re.compile(self.match_pattern or "")
        except re.error as error:
            raise invalid_input(f"match_pattern: {error}") from None


class ExtractArguments(TwoPaths):
    """Arguments of ``extract``."""

    compression: Literal["none", "bzip2", "gzip", "xz"] = "gzip"


class Upload(Arguments):
    """Arguments of ``upload``; ``spool`` is where the facility keeps the content until the task runs."""

    spool: str = ""
