"""Where sign-ins are kept, encrypted: in files of this machine, or in the replicas' database."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from key_value.aio.protocols import AsyncKeyValue
from key_value.aio.stores.filetree import (
    FileTreeStore,
    FileTreeV1CollectionSanitizationStrategy,
    FileTreeV1KeySanitizationStrategy,
)
from key_value.aio.wrappers.encryption import FernetEncryptionWrapper
from pydantic import SecretStr

from alcf_mcp.private import make_private_directory
from alcf_mcp.team.keys import ServerKeys

TABLE = "sign_ins"


def encrypted(storage: AsyncKeyValue, keys: ServerKeys) -> AsyncKeyValue:
    """Return a store that encrypts what it keeps; what an unknown key has encrypted counts as missing."""
    wrapper: Any = FernetEncryptionWrapper(storage, fernet=keys.storage(), raise_on_decryption_error=False)
    return wrapper  # type: ignore[no-any-return]


def in_files(directory: Path) -> FileTreeStore:
    """Keep them in a directory that only its owner can read."""
    make_private_directory(directory)
    return FileTreeStore(
        data_directory=directory,
        key_sanitization_strategy=FileTreeV1KeySanitizationStrategy(directory),
        collection_sanitization_strategy=FileTreeV1CollectionSanitizationStrategy(directory),
    )


def in_database(url: SecretStr) -> AsyncKeyValue:
    """Keep them in PostgreSQL."""
    from key_value.aio.stores.postgresql import PostgreSQLStore  # noqa: PLC0415 - loaded where it is used

    with warnings.catch_warnings():
        # It warns that its interface may change; our requirements name the versions that we know.
        warnings.filterwarnings("ignore", "A configured store is unstable", UserWarning)
        return PostgreSQLStore(url=url.get_secret_value(), table_name=TABLE, auto_create=False)
