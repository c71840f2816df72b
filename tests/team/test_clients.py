"""Whatever comes, no more than so many a minute are admitted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.team import clients
from alcf_mcp.team.clients import PerMinute


@given(most=st.integers(1, 5), pauses=st.lists(st.floats(0, 90), max_size=40))
def test_no_minute_has_more_than_it_may(most: int, pauses: list[float]) -> None:
    admitted, now = list[float](), 1000.0
    with pytest.MonkeyPatch.context() as patch:
        bound = PerMinute(most)
        for pause in pauses:
            now += pause
            patch.setattr(clients, "monotonic", lambda at=now: at)
            within = [at for at in admitted if at > now - 60]
            assert bound.admit() is (len(within) < most)
            if len(within) < most:
                admitted.append(now)
