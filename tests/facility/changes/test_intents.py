"""What the journal keeps of a change can be read again, by this version or not at all."""

from __future__ import annotations

import pytest

from alcf_mcp.facility.changes.intents import PlaceIntent, read_intent
from alcf_mcp.facility.paths import RemotePath


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "teleport"}', '{"kind": "mkdir", "path": "~"}'])
def test_what_is_no_intent_of_this_version_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_intent(text)


def test_earlier_versions_kept_an_empty_source() -> None:
    kept = '{"kind": "upload", "path": "/eagle/LocalDemo/new", "source": ""}'
    assert read_intent(kept) == PlaceIntent(kind="upload", path=RemotePath("/eagle/LocalDemo/new"))
