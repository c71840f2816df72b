"""Front matter stands between two lines of dashes, and holds what its model asks for."""

import pytest
from pydantic import BaseModel

from alcf_mcp.front_matter import parted


class Head(BaseModel, extra="forbid"):
    title: str


def test_a_file_is_parted_into_what_it_says_of_itself_and_its_text() -> None:
    head, body = parted("---\ntitle: A\n---\ntext\n---\nmore\n", Head, where="a.md")
    assert head.title == "A"
    assert body == "text\n---\nmore\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [("text", r"a\.md.*front matter"), ("---\ntitel: A\n---\n", "title"), ("---\n---\n", "front matter")],
)
def test_what_is_missing_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parted(text, Head, where="a.md")
