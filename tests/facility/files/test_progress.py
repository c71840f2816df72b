"""Of a progress bar, the last state is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.files.progress import last_state, last_states

TQDM = "  0%|          | 0/3\r 33%|###3      | 1/3\r 67%|######6   | 2/3\r100%|##########| 3/3\n"
WGET = "model.bin  10%[=>   ]\r\nmodel.bin  90%[===>]\rmodel.bin 100%[====>]\n"
CURL = "\r  0  10M    0     0\r 50  10M   50   5M\r100  10M  100  10M\r\n"
CLEARED = "downloading 1%\rdownloading 99%\r               \rdone\n"


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        (TQDM, "100%|##########| 3/3\n", 3),
        (TQDM[:-1] + "\r", "100%|##########| 3/3", 3),
        (WGET, "model.bin  10%[=>   ]\r\nmodel.bin 100%[====>]\n", 1),
        (CURL, "100  10M  100  10M\n", 2),
        (CLEARED, "done\n", 2),
        ("50%\r    \r", "50%", 0),
        ("plain\nlines\r\n\n", "plain\nlines\r\n\n", 0),
        ("\r\r\n", "\r\r\n", 0),
        ("\r", "\r", 0),
        ("", "", 0),
    ],
)
def test_programs_that_show_their_progress(text: str, kept: str, left_out: int) -> None:
    assert last_states(text) == (kept, left_out)


lines = st.text("a \t\r\n\u2028", max_size=60) | st.text()


@given(lines)
def test_collapsing_keeps_every_line_and_is_done_once(text: str) -> None:
    kept, left_out = last_states(text)
    assert kept.count("\n") == text.count("\n")
    assert last_states(kept) == (kept, 0)
    assert left_out <= text.count("\r")
    if "\r" not in text.replace("\r\n", "\n"):
        assert (kept, left_out) == (text, 0)


@given(lines.filter(lambda line: "\n" not in line))
def test_the_state_is_where_it_is_said_to_be(line: str) -> None:
    begin, state, _ = last_state(line)
    assert line[begin:].startswith(state)
