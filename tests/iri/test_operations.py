"""The table of operations, and how ids are put into a path."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.iri import operations
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.operations import OPERATIONS, Operation


def test_ids_fill_the_placeholders_in_order() -> None:
    assert operations.GET_JOB.url_path("polaris", "12.pbs") == "/compute/status/polaris/12.pbs"


@given(st.text(min_size=1).filter(lambda text: text.strip(".") and "/" not in text))
def test_any_id_stays_one_segment_and_arrives_as_it_is(value: str) -> None:
    segments = operations.GET_TASK.url_path(value).split("/")
    assert [*segments[:2], unquote(segments[2])] == ["", "task", value]
    assert not set("?#{} \n\\") & set(segments[2])


def test_what_is_percent_encoded_already_is_an_id_like_any_other() -> None:
    assert operations.GET_TASK.url_path("%2e%2e%2Fx") == "/task/%252e%252e%252Fx"


@pytest.mark.parametrize("value", ["", ".", "..", "...", "a/b", "/", "../task"])
def test_an_id_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(InvalidCall, match="is not an id"):
        operations.GET_JOB.url_path("polaris", value)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_only_reads_go_without_a_token_and_with_get(operation: Operation) -> None:
    if operation.public:
        assert operation.reads
    if operation.method == "GET":
        assert operation.reads


def test_what_changes_something_is_told_apart_from_reading() -> None:
    changing = {operation.id for operation in OPERATIONS.values() if not operation.reads}
    assert changing == {
        *("launchJob", "updateJob", "cancelJob", "deleteTask"),
        *("chmod", "chown", "mkdir", "symlink", "rm", "compress", "extract", "mv", "cp", "upload"),
    }
