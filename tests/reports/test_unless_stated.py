"""A list says once what most of its rows have, and no fact is lost by it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.reports.files import Access, Directory, Entry
from alcf_mcp.reports.job_list import JobList
from alcf_mcp.reports.jobs import JobTerms, ListedJob

few = st.sampled_from([None, "a", "b"])
jobs = st.builds(
    ListedJob,
    job_id=st.from_regex(r"[0-9]{1,6}", fullmatch=True),
    state=st.just("queued"),
    status=st.just("queued"),
    resource=few,
    queue=few,
    account=few,
    nodes=st.sampled_from([None, 1, 2]),
    walltime=few,
)


def job_list(found: list[ListedJob]) -> JobList:
    return JobList(summary="", total=len(found), jobs=found)


def given_facts(row: Any) -> dict[str, Any]:
    return dict(row.model_dump(exclude_none=True))


@given(st.lists(jobs, max_size=8))
def test_each_job_can_be_told_in_full_from_the_list(found: list[ListedJob]) -> None:
    lean = job_list(found).lean()
    usual = given_facts(lean.unless_stated) if lean.unless_stated else {}
    assert [usual | given_facts(job) for job in lean.jobs] == [given_facts(job) for job in found]


def entry(name: str, **facts: Any) -> Entry:
    return Entry(name=name, **{"type": "file", "permissions": "rw-r--r--", "owner": "ada", **facts})


def test_what_differs_stays_with_its_row() -> None:
    entries = [entry("a"), entry("b"), entry("c", type="directory", permissions="rwx------"), entry("d")]
    lean = Directory(path="/eagle/P", total=4, total_bytes=0, entries=entries).lean()
    assert lean.unless_stated == Access(type="file", permissions="rw-r--r--", owner="ada")
    assert given_facts(lean.entries[0]) == {"name": "a"}
    assert given_facts(lean.entries[2]) == {"name": "c", "type": "directory", "permissions": "rwx------"}


def test_what_one_row_does_not_know_is_not_said_of_all() -> None:
    entries = [entry("a"), entry("b"), entry("c", owner=None)]
    lean = Directory(path="/eagle/P", total=3, total_bytes=0, entries=entries).lean()
    assert lean.unless_stated == Access(type="file", permissions="rw-r--r--")
    assert [row.owner for row in lean.entries] == ["ada", "ada", None]


def test_a_directory_reads_the_same_as_text() -> None:
    entries = [entry("a", size=1), entry("b", size=2), entry("c", size=3, permissions="rwx------")]
    whole = Directory(path="/eagle/P", total=3, total_bytes=6, entries=entries)
    assert whole.lean().text() == whole.text()


def test_jobs_say_in_text_what_they_have_in_common() -> None:
    alike = {"resource": "Polaris", "queue": "debug", "nodes": 1, "state": "queued", "status": "queued"}
    lean = job_list([ListedJob(job_id=str(n), **alike) for n in range(3)]).lean()
    assert lean.unless_stated == JobTerms(resource="Polaris", queue="debug", nodes=1)
    assert lean.text().splitlines() == [
        "Unless stated: on Polaris, 1 node, queue debug",
        "0: queued",
        "1: queued",
        "2: queued",
    ]


def test_a_single_job_is_told_in_full() -> None:
    lone = job_list([ListedJob(job_id="1", resource="Polaris", state="queued", status="queued")])
    assert lone.lean() == lone
