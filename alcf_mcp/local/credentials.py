"""The one bearer token of a local facility."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from pydantic import SecretStr


def read_or_create_token(path: Path) -> SecretStr:
    """Read the token, and create it first if there is none.

    Two processes that start at once end up with the same token: the file appears whole or not at all,
    and the first one wins.
    """
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it readable by its owner only
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return SecretStr(path.read_text().strip())


def same_token(given: str, expected: SecretStr) -> bool:
    """Compare in constant time, so that timing does not reveal how much of the token was right."""
    return secrets.compare_digest(given.encode(), expected.get_secret_value().encode())
