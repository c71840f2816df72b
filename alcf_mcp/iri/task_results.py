"""Read a task's result in any of the shapes that deployments send; no other module knows them.

ALCF wraps a result in ``{"output": …}`` and an error in ``{"error": …}``. Others send the bare value, or an
error as ``{"output": "Error: …"}``. Any result may be ``null`` (ALCF's deployment of the API, 2026-08).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, overload

from pydantic import ValidationError

from alcf_mcp.iri.errors import DETAIL_LIMIT, NotAnIRIAnswer
from alcf_mcp.iri.models import Checksum, File, FileContent, FileStat, Task

_ERROR_PREFIX = "error:"
_LISTS = ("files", "entries", "items")

Model = TypeVar("Model", File, FileContent, FileStat, Checksum)


def failure(task: Task) -> str | None:
    """Return why an ended task has no result, or ``None`` if it succeeded."""
    said = _error_in(task.result)
    if said is None and task.status != "failed":
        return None
    from alcf_mcp.iri.others_text import fact_in  # noqa: PLC0415 - loaded with the first error

    text = fact_in(said) or fact_in(_plain_output(task))
    return text[:DETAIL_LIMIT] or f"Task {task.id} failed; the facility does not say why"


class Entries(Sequence[File]):
    """The entries of a directory, each parsed whenever it is read.

    There may be hundreds of thousands, and few of them are shown: parsed entries would take more memory than
    the rest of a server.

    Raises:
        NotAnIRIAnswer: on reading an entry that is none.
    """

    def __init__(self, task: Task, raw: list[Any]) -> None:
        self._task = task
        self._raw = raw

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> File: ...

    @overload
    def __getitem__(self, index: slice) -> Entries: ...

    def __getitem__(self, index: int | slice) -> File | Entries:
        """One entry, or several."""
        if isinstance(index, slice):
            return Entries(self._task, self._raw[index])
        return _parse(File, self._raw[index], self._task)

    def __iter__(self) -> Iterator[File]:
        return (_parse(File, entry, self._task) for entry in self._raw)


def files(task: Task) -> Entries:
    """Read the result of ``ls``: a list of entries, bare or under ``files`` or ``entries``, or one entry.

    Raises:
        NotAnIRIAnswer: it is something else.
    """
    output = _output(task)
    if isinstance(output, dict):
        for key in _LISTS:
            if isinstance(output.get(key), list):
                output = output[key]
                break
        else:
            output = [output] if "name" in output else []
    if output is None:
        output = []
    if not isinstance(output, list):
        raise _unexpected(task, "a list of directory entries")
    entries = Entries(task, output)
    if entries:
        _ = entries[0]  # something else altogether shows at once
    return entries


def file(task: Task) -> File | None:
    """Read the result of ``chmod``, ``chown`` or ``stat``: the entry, or ``None`` if none was sent."""
    output = _output(task)
    if isinstance(output, list):
        output = output[0] if output else None
    if isinstance(output, dict) and "name" in output:
        return _parse(File, output, task)
    return None


def content(task: Task) -> FileContent:
    """Read the result of ``head``, ``view`` or ``tail``: a content object, or the bare text."""
    output = _output(task)
    if isinstance(output, str):
        return FileContent(content=output)
    if isinstance(output, dict) and "content" in output:
        return _parse(FileContent, output, task)
    if output is None or output == {}:
        return FileContent()
    raise _unexpected(task, "file content")


def stat(task: Task) -> FileStat:
    """Read the result of ``stat``."""
    output = _output(task)
    if not isinstance(output, dict) or not output.keys() & FileStat.model_fields.keys():
        raise _unexpected(task, "the stat of a file")
    return _parse(FileStat, output, task)


def checksum(task: Task) -> Checksum:
    """Read the result of ``checksum``: an object, or the bare digits."""
    output = _output(task)
    if isinstance(output, str) and output.strip():
        return Checksum(checksum=_bounded(output))
    if isinstance(output, dict) and output.get("checksum"):
        return _parse(Checksum, output, task)
    raise _unexpected(task, "a checksum")


def read(task: Task) -> Entries | FileContent | str:
    """Read any result by its shape: entries, content, or a message."""
    output = _output(task)
    if isinstance(output, dict) and "content" in output:
        return content(task)
    if isinstance(output, list) or (isinstance(output, dict) and output.keys() & {"name", *_LISTS}):
        return files(task)
    return text(task)


def text(task: Task) -> str:
    """Read a result that is a message or a single value (``rm``, ``checksum``, ``file``)."""
    output = _plain_output(task)
    return "" if output is None else _bounded(output)


def _output(task: Task) -> Any:
    result = task.result
    return result["output"] if isinstance(result, dict) and "output" in result else result


def _plain_output(task: Task) -> Any:
    return task.result.get("output") if isinstance(task.result, dict) else task.result


def _error_in(result: Any) -> Any:
    if isinstance(result, dict):
        if result.get("error"):
            return result["error"]
        result = result.get("output")
    if isinstance(result, str) and result.strip().lower().startswith(_ERROR_PREFIX):
        return result.strip()[len(_ERROR_PREFIX) :]
    return None


def _bounded(value: Any) -> str:
    return str(value).strip()[:DETAIL_LIMIT]


def _parse(model: type[Model], value: Any, task: Task) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError:
        raise _unexpected(task, f"a {model.__name__}") from None


def _unexpected(task: Task, what: str) -> NotAnIRIAnswer:
    return NotAnIRIAnswer(f"The result of task {task.id} is not {what}", status=200)
