"""Parts that are cut tell where they begin and end, so that reading on misses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.files.parts import FilePart

START = 1000
encodable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"))


def part_of(raw: bytes) -> FilePart:
    end = START + len(raw)
    return FilePart("/eagle/P/f", raw.decode(errors="replace"), START, end, end)


@given(encodable, st.integers(0, 50))
def test_positions_of_text_are_exact(text: str, characters: int) -> None:
    raw = text.encode()
    for cut in (part_of(raw).first(characters), part_of(raw).last(characters)):
        assert len(cut.content) == min(characters, len(text))
        assert cut.start is not None
        assert cut.end is not None
        assert raw[cut.start - START : cut.end - START].decode() == cut.content


@given(st.binary(), st.integers(0, 50))
def test_positions_of_anything_else_never_skip_a_byte(raw: bytes, characters: int) -> None:
    whole = part_of(raw)
    first, last = whole.first(characters), whole.last(characters)
    rest = raw[: -(len(raw) - _consumed(raw, characters)) or None]
    assert first.end is not None
    assert START <= first.end <= START + len(rest)
    assert last.start is not None
    assert START <= last.start <= START + _consumed(raw, max(0, len(whole.content) - characters))


def _consumed(raw: bytes, characters: int) -> int:
    """How many bytes the first characters of a text stand for."""
    shown = [raw[:length].decode(errors="replace") for length in range(len(raw) + 1)]
    wanted = raw.decode(errors="replace")[:characters]
    return max(length for length, text in enumerate(shown) if len(text) <= len(wanted))


def test_without_positions_a_part_is_cut_all_the_same() -> None:
    assert FilePart("/f", "abc").first(2) == FilePart("/f", "ab")
    assert FilePart("/f", "abc").last(2) == FilePart("/f", "bc")
    assert FilePart("/f", "abc").last(0) == FilePart("/f", "")
