from __future__ import annotations

from pathlib import Path

import pytest

from alcf_mcp.activity.cache import KEPT_SECONDS, FeedCache, KeptAnswer


@pytest.fixture
def cache(tmp_path: Path) -> FeedCache:
    return FeedCache(tmp_path / "state" / "activity")


@pytest.mark.parametrize(
    "answer", [KeptAnswer(5.0, content=b'{\n"a": 1}\n'), KeptAnswer(5.0, "the host can't be reached")]
)
def test_an_answer_is_kept_whole_and_private(cache: FeedCache, answer: KeptAnswer) -> None:
    cache.write("polaris", KeptAnswer(1.0, content=b"earlier"))
    cache.write("polaris", answer)
    assert cache.read("polaris") == answer
    assert [(path.name, path.stat().st_mode & 0o777) for path in cache.directory.iterdir()] == [
        ("polaris.json", 0o600)
    ]
    assert cache.directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1, 2]\n{}",
        b'{"asked_at": "now"}\n{}',
        b'{"asked_at": 5.0, "reason": null}\n{}',
        b'{"asked_at": 5.0, "colour": "red"}\n{}',
        b"\xff\n",
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_counts_as_none(cache: FeedCache, content: bytes) -> None:
    assert cache.read("polaris") is None
    cache.directory.mkdir(parents=True)
    (cache.directory / "polaris.json").write_bytes(content)
    assert cache.read("polaris") is None


def test_an_answer_is_fresh_for_a_minute_and_not_if_the_clock_was_set_back() -> None:
    answer = KeptAnswer(1000.0)
    assert [answer.is_fresh(1000.0 + passed) for passed in (0, KEPT_SECONDS - 1, KEPT_SECONDS, -1)] == [
        True,
        True,
        False,
        False,
    ]


def test_one_at_a_time_has_the_turn(cache: FeedCache) -> None:
    with cache.turn("polaris") as first, cache.turn("polaris") as second, cache.turn("crux") as other:
        assert (first, second, other) == (True, False, True)
    with cache.turn("polaris") as again:
        assert again
