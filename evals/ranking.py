"""A tool search: by meaning and by keywords, as clients have it that load tools on demand.

A tool's score for a sentence is the mean of two cosine similarities, to its name, title and description as
one text, and to the nearest single sentence of its description; keywords add up to ``KEYWORDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import mul

from evals.definitions import Definition
from evals.keywords import KeywordIndex

Vector = Sequence[float]
Embed = Callable[[Sequence[str]], list[Vector]]
"""Turns texts into vectors of length 1."""

KEYWORDS = 0.15
"""What the best match by keywords adds to a cosine similarity. Chosen by the share that is tuned on."""


class ToolSearch:
    """A search over tools.

    Args:
        tools: what can be found.
        embed: the embedding model.
    """

    def __init__(self, tools: Sequence[Definition], embed: Embed) -> None:
        self._embed = embed
        self._names = [tool.name for tool in tools]
        self._short = embed([tool.short for tool in tools])
        self._sentences = [embed(tool.sentences) for tool in tools]
        self._keywords = KeywordIndex([tool.whole for tool in tools])

    def ranked(self, texts: Sequence[str]) -> list[list[str]]:
        """The names of all tools for each text, the best first."""
        return [self._ranked(text, vector) for text, vector in zip(texts, self._embed(texts), strict=True)]

    def _ranked(self, text: str, vector: Vector) -> list[str]:
        whole = [cosine(vector, short) for short in self._short]
        nearest = [max(cosine(vector, one) for one in sentences) for sentences in self._sentences]
        by_words = self._keywords.scores(text)
        scores = {
            name: (one + other) / 2 + KEYWORDS * keywords
            for name, one, other, keywords in zip(self._names, whole, nearest, by_words, strict=True)
        }
        return sorted(scores, key=lambda name: -scores[name])


def cosine(one: Vector, other: Vector) -> float:
    """The cosine similarity of two vectors of length 1."""
    return float(sum(map(mul, one, other)))
