"""Which tool a search finds first for each everyday sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evals.definitions import Definition
from evals.ranking import KEYWORDS, Embed, ToolSearch
from evals.sentences import Sentence

SHORTLIST = 3


@dataclass(frozen=True)
class Choice:
    """What was found for a sentence, the best first."""

    sentence: Sentence
    ranked: list[str]

    @property
    def rank(self) -> int:
        """The place of the right tool, from 1."""
        return self.ranked.index(self.sentence.tool) + 1


@dataclass(frozen=True)
class Share:
    """How often the right tool came first, and among the first three."""

    sentences: int
    first: int
    shortlisted: int

    @classmethod
    def of(cls, choices: Sequence[Choice]) -> Share:
        """Count choices."""
        return cls(
            len(choices),
            sum(choice.rank == 1 for choice in choices),
            sum(choice.rank <= SHORTLIST for choice in choices),
        )

    def percent(self) -> dict[str, int]:
        """In percent, rounded down."""
        return {
            "sentences": self.sentences,
            "first": 100 * self.first // self.sentences,
            "among_three": 100 * self.shortlisted // self.sentences,
        }


def choices(tools: Sequence[Definition], said: Sequence[Sentence], embed: Embed) -> list[Choice]:
    """Search these tools for each sentence that is for one of them."""
    names = {tool.name for tool in tools}
    asked = [sentence for sentence in said if sentence.tool in names]
    ranked = ToolSearch(tools, embed).ranked([sentence.text for sentence in asked])
    return [Choice(sentence, names) for sentence, names in zip(asked, ranked, strict=True)]


def measured(
    tools: Sequence[Definition], said: Sequence[Sentence], embed: Embed, model: str
) -> dict[str, Any]:
    """The published result. Of sentences that are held out, it tells nothing but the shares."""
    everything = choices(tools, said, embed)
    default = choices([tool for tool in tools if not tool.extended], said, embed)
    return {
        "model": model,
        "keywords": KEYWORDS,
        "ranked": ranked(tools, said),
        "shares": {"default": _shares(default), "with extended": _shares(everything)},
        "tools": {tool.name: _of_tool(tool, default, everything) for tool in tools},
    }


def ranked(tools: Sequence[Definition], said: Sequence[Sentence]) -> dict[str, Any]:
    """Hashes of all that a result depends on, to tell whether it is out of date."""
    texts = repr([(sentence.tool, sentence.text) for sentence in said])
    return {
        "sentences": sha256(texts.encode()).hexdigest()[:16],
        "tools": {tool.name: tool.digest for tool in tools},
    }


def _shares(found: Sequence[Choice]) -> dict[str, dict[str, int]]:
    held_out = [choice for choice in found if choice.sentence.held_out]
    tuned = [choice for choice in found if not choice.sentence.held_out]
    return {"tuned": Share.of(tuned).percent(), "held out": Share.of(held_out).percent()}


def _of_tool(tool: Definition, default: Sequence[Choice], everything: Sequence[Choice]) -> dict[str, Any]:
    among = everything if tool.extended else default
    mine = [c for c in among if c.sentence.tool == tool.name and not c.sentence.held_out]
    taken_for = Counter(choice.ranked[0] for choice in mine if choice.rank > 1)
    share = Share.of(mine)
    return {
        "sentences": share.sentences,
        "first": share.first,
        "among_three": share.shortlisted,
        "taken_for": dict(sorted(taken_for.items())),
    }
