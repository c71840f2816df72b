"""Why a machine's activity is not known."""

from __future__ import annotations

from dataclasses import dataclass


class ActivityUnknown(Exception):
    """The feed tells nothing of use; ``str()`` of it is half a sentence, such as "the feed is a web page"."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A machine's activity is not known; that never fails a call.

    Attributes:
        reason: why, as half a sentence that may follow "because" or a colon.
        no_feed: the machine has no feed, so that there is nothing to miss.
    """

    reason: str
    no_feed: bool = False
