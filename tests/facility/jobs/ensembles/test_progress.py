"""The status file tells how far an ensemble is, even if the job could not finish it."""

from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.jobs.ensembles import Progress


def lines(*events: str) -> str:
    return "".join(f"{event}\t1795721018\n" for event in events)


def test_it_is_told_in_one_sentence() -> None:
    done = [f"{number}\tdone\t0" for number in range(1, 41) if number not in (7, 19, 40)]
    text = lines(*done, "7\tstarted\t", "7\tfailed\t2", "19\tfailed\t1", "40\tstarted\t")
    told = "37 of 40 done, 2 failed (7, 19), 1 "
    assert Progress.read(text, 40, running=True).in_words() == f"{told}running"
    assert Progress.read(text, 40, running=False).in_words() == f"{told}unfinished (40)"


def test_the_last_event_counts() -> None:
    text = lines("1\tfailed\t2", "1\tunfinished\t", "1\tdone\t0")
    assert Progress.read(text, 2, running=False).in_words() == "1 of 2 done, 1 not started"


def test_a_member_is_told_with_what_its_exit_code_means() -> None:
    members = Progress.read(lines("1\tfailed\t127", "2\ttimed-out\t124"), 2, running=False).members
    assert members[0].in_words() == "failed, exit code 127 (a command was not found)"
    assert members[1].in_words().startswith("over the time limit, exit code 124")


@given(st.text(), st.integers(1, 50))
def test_a_damaged_file_is_read_as_far_as_it_makes_sense(text: str, size: int) -> None:
    assert len(Progress.read(text, size, running=True).members) == size
