"""Content is set apart as data, and bounded: in all, by line, and in states of a progress bar."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.reports.content import LONGEST_LINE, USUAL_ANSWER, fenced, fitted, room_for
from alcf_mcp.tools.file_results import rendered_head, rendered_tail, rendered_window

MARK = re.compile(r"… \((\d+) more characters? in this line(?: from offset=(\d+) on)?\)$")
START = 7

encodable = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd")
contents = st.lists(
    st.text(encodable, max_size=80)
    | st.builds(
        lambda char, text: char * 900 + text,
        st.sampled_from("xé漢\x1b\U000e0041"),
        st.text(encodable, max_size=9),
    )
    | st.builds(lambda char, times: char * times, encodable, st.integers(1000, 9000))
    | st.lists(st.text("ab% ", max_size=9), max_size=60).map("\r".join),
    max_size=40,
).map("\n".join)
"""Text with long lines, wide characters, progress bars and what can't be seen."""


def part_of(text: str) -> FilePart:
    end = START + len(text.encode())
    return FilePart("/eagle/P/f", text, START, end, end)


def body(shown: str) -> str:
    """What is shown between the fences."""
    _, fence, *lines, end = shown.split("\n")
    assert fence == end
    return "\n".join(lines)


@given(st.text())
def test_content_cant_close_its_own_fence(text: str) -> None:
    _, fence, *lines, end = fenced(text).split("\n")
    assert fence == end
    assert fence not in lines


def test_the_last_state_of_a_progress_bar_is_shown_and_the_others_are_counted() -> None:
    bar = "\r".join(f"{percent}%" for percent in range(101))
    shown = fenced(f"start\n{bar}\nend\n")
    assert body(shown) == "start\n100%\nend"
    assert "; 100 earlier states of progress bars left out; view_file with a size of at most 1024" in shown
    assert "earlier state" not in fenced("dos\r\nlines\r\n")


def test_a_long_line_is_cut_with_a_word_about_its_rest() -> None:
    line = "é" * 1_000_000
    shown = fenced(f"a\n{line}\nb\n", start=START)
    cut = body(shown).split("\n")[1]
    assert len(cut.encode()) < LONGEST_LINE + 100
    mark = MARK.search(cut)
    assert mark
    assert int(mark[1]) == 1_000_000 - LONGEST_LINE // 2
    assert int(mark[2]) == START + len("a\n") + LONGEST_LINE
    assert "1 long line cut; view_file shows the rest" in shown
    assert "offset" not in fenced(line)


@given(contents, st.none() | st.just(START))
def test_no_line_takes_more_than_its_bound_and_its_rest_is_where_it_is_said_to_be(
    text: str, start: int | None
) -> None:
    raw = text.encode()
    for line in body(fenced(text, start=start)).split("\n"):
        assert len(line.encode()) <= LONGEST_LINE + 100
        if (mark := MARK.search(line)) and mark[2] and start is not None:
            rest = raw[int(mark[2]) - start :].decode().partition("\n")[0]
            assert len(rest.partition("\r")[0]) == int(mark[1])


@given(contents, st.booleans(), st.integers(2200, 16_000))
def test_what_fits_is_the_most_whole_lines_from_one_end(text: str, keep_end: bool, room: int) -> None:
    part, left_out = fitted(part_of(text), room, keep_end=keep_end)
    assert part.start is not None
    assert part.end is not None
    raw = text.encode()
    assert raw[part.start - START : part.end - START].decode() == part.content
    assert (text.endswith if keep_end else text.startswith)(part.content)
    lines = len(re.findall(r"[^\n]*\n|[^\n]+", text))
    assert len(re.findall(r"[^\n]*\n|[^\n]+", part.content)) == lines - left_out
    assert part.content or not text, "one line always fits"
    assert len(body(fenced(part.content, start=part.start)).encode()) <= room


@given(contents, st.integers(1, 100))
def test_an_answer_stays_below_16_kb(text: str, lines: int) -> None:
    assert len(rendered_tail(part_of(text), lines=lines).encode()) <= USUAL_ANSWER
    assert len(rendered_head(part_of(text), lines=lines).encode()) <= USUAL_ANSWER


def test_more_lines_asked_for_are_more_room() -> None:
    assert room_for(20, "/f") == room_for(100, "/f") < USUAL_ANSWER
    assert 2 * USUAL_ANSWER - 1000 < room_for(200, "/f") < room_for(5000, "/f") < 65_536
    assert 2 * room_for(100, "/f", "/g") < USUAL_ANSWER


def test_an_end_that_is_too_long_tells_how_much_is_left_out_and_how_to_get_it() -> None:
    text = "".join(f"{number:>999}\n" for number in range(100))
    shown = rendered_tail(part_of(text), lines=100)
    kept = body("\n".join(shown.split("\n")[2:])).count("\n") + 1
    start = START + 1000 * (100 - kept)
    assert f"{100 - kept} earlier lines left out" in shown
    assert f"view_file with path='/eagle/P/f' and an offset below {start} shows them" in shown
    assert f"bytes {start}-{START + len(text)}" in shown


def test_a_beginning_that_is_too_long_tells_where_to_read_on() -> None:
    text = "".join(f"{number:>999}\n" for number in range(100))
    shown = rendered_head(part_of(text), lines=100)
    kept = body("\n".join(shown.split("\n")[2:])).count("\n") + 1
    assert 10 < kept < 16
    assert f"Next part: view_file with path='/eagle/P/f' and offset={START + 1000 * kept}." in shown


@pytest.mark.parametrize("exact", [True, False])
def test_a_window_of_bytes_keeps_its_lines_and_its_positions(exact: bool) -> None:
    text = "x" * 5000 + "\n1%\r2%\r3%"
    shown = rendered_window(part_of(text), exact=exact)
    assert "x" * 5000 + "\n" in shown
    assert f": bytes {START}-{START + len(text)} of" in shown
    assert ("\n1%␍2%␍3%\n" in shown) is exact
    assert ("2 earlier states" in shown) is not exact
