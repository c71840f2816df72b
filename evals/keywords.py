"""Search by keywords: BM25, over roughly stemmed words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

SATURATION = 1.2
"""BM25's k1: how little a word counts that a document repeats."""

LENGTH = 0.75
"""BM25's b: how much a long document is held back."""


class KeywordIndex:
    """An index of documents.

    Args:
        documents: their texts.
    """

    def __init__(self, documents: Sequence[str]) -> None:
        self._words = [Counter(words(document)) for document in documents]
        self._average = sum(counts.total() for counts in self._words) / len(documents)
        self._with = Counter(word for counts in self._words for word in counts)

    def scores(self, query: str) -> list[float]:
        """Each document's score, as a share of the best one's; all 0 if no word is found."""
        scores = [sum(self._score(word, counts) for word in set(words(query))) for counts in self._words]
        best = max(scores)
        return [score / best if best else 0.0 for score in scores]

    def _score(self, word: str, counts: Counter[str]) -> float:
        found, number = counts[word], self._with[word]
        rarity = math.log(1 + (len(self._words) - number + 0.5) / (number + 0.5))
        length = 1 - LENGTH + LENGTH * counts.total() / self._average
        return rarity * found * (SATURATION + 1) / (found + SATURATION * length)


def words(text: str) -> list[str]:
    """The words of a text in lower case, long ones without the commonest endings."""
    return [
        re.sub(r"(ing|ed|s)$", "", word) if len(word) > 4 else word
        for word in re.findall(r"[a-z0-9]+", text.lower())
    ]
