"""The SDK's JSON storage, with files that are replaced as a whole. Importing this loads globus_sdk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from globus_sdk.token_storage import JSONTokenStorage, TokenStorageData


class WholeFileStorage(JSONTokenStorage):
    """Reads and writes the SDK's format; a file is never seen half-written, and only its owner can read it.

    The SDK truncates the file and rewrites it; here it does so with a copy, which then replaces the file.
    """

    def store_token_data_by_resource_server(
        self, token_data_by_resource_server: Mapping[str, TokenStorageData]
    ) -> None:
        """Store tokens; those of other resource servers stay."""
        with self._draft():
            super().store_token_data_by_resource_server(token_data_by_resource_server)

    def remove_token_data(self, resource_server: str) -> bool:
        """Remove the tokens of a resource server; returns whether there were any."""
        with self._draft():
            return super().remove_token_data(resource_server)

    @contextmanager
    def _draft(self) -> Iterator[None]:
        named, real = self.filepath, Path(os.path.realpath(self.filepath))
        descriptor, draft = tempfile.mkstemp(prefix=".tokens-", dir=real.parent)  # readable by its owner only
        os.close(descriptor)
        try:
            if real.exists():
                shutil.copyfile(real, draft)
            else:
                Path(draft).unlink()  # the SDK takes an empty file for a damaged one
            self.filepath = draft
            yield
            _flush(draft)
            Path(draft).replace(real)
        finally:
            self.filepath = named
            Path(draft).unlink(missing_ok=True)


def _flush(path: str) -> None:
    with Path(path).open("rb") as file:
        os.fsync(file.fileno())
