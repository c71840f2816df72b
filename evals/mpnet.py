"""all-mpnet-base-v2, a sentence embedding model, in NumPy.

Its weights come from the package index, in five packages whose hashes `model.txt` pins; nothing is executed
from them. The forward pass is that of MPNet (Song et al., 2020): BERT's, with a learned bias for the relative
position of two tokens; the mean over the tokens, at length 1, is the embedding.
"""

from __future__ import annotations

import io
import json
import math
import site
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load
from tokenizers import Tokenizer

MODEL = "all-mpnet-base-v2"
PARTS = [f"{MODEL}-pypi-part_{part:03}/input/{MODEL}.zip.{part:03}" for part in range(1, 6)]
MOST_TOKENS = 384
FIRST_POSITION = 2
FARTHEST = 128
"""From this distance on, two tokens are equally far apart."""

Array = Any  # numpy's arrays, in an environment that need not have numpy


class SentenceEncoder:
    """The model."""

    def __init__(self) -> None:
        with zipfile.ZipFile(io.BytesIO(b"".join(part.read_bytes() for part in _parts()))) as archive:
            self._config: dict[str, Any] = json.loads(archive.read(f"{MODEL}/config.json"))
            weights = load(archive.read(f"{MODEL}/model.safetensors"))
            self._tokenizer = Tokenizer.from_str(archive.read(f"{MODEL}/tokenizer.json").decode())
        # Copied, since what is loaded need not be aligned in memory, without which products are slow.
        self._weights = {name: np.array(weight, dtype=np.float32) for name, weight in weights.items()}
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._once = cache(self._embedding)

    def __call__(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """The texts' embeddings, each of length 1."""
        return [self._once(text) for text in texts]

    def _embedding(self, text: str) -> list[float]:
        x = self._tokens(self._tokenizer.encode(text).ids)
        bias = self._weights["encoder.relative_attention_bias.weight"][buckets(len(x))].transpose(2, 0, 1)
        for layer in range(self._config["num_hidden_layers"]):
            x = self._layer(x, bias, f"encoder.layer.{layer}")
        mean = x.mean(axis=0)
        embedding: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return embedding

    def _tokens(self, ids: list[int]) -> Array:
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        positions = self._weights["embeddings.position_embeddings.weight"][FIRST_POSITION:][: len(ids)]
        return self._normal(words + positions, "embeddings.LayerNorm")

    def _layer(self, x: Array, bias: Array, name: str) -> Array:
        x = self._normal(
            x + self._attention(x, bias, f"{name}.attention.attn"), f"{name}.attention.LayerNorm"
        )
        inner = gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._normal(x + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attention(self, x: Array, bias: Array, name: str) -> Array:
        heads = self._config["num_attention_heads"]
        q, k, v = (
            self._linear(x, f"{name}.{part}").reshape(len(x), heads, -1).transpose(1, 0, 2) for part in "qkv"
        )
        weights = softmax(q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1]) + bias)
        return self._linear((weights @ v).transpose(1, 0, 2).reshape(len(x), -1), f"{name}.o")

    def _linear(self, x: Array, name: str) -> Array:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, x: Array, name: str) -> Array:
        centered = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + self._config["layer_norm_eps"])
        return centered / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def buckets(length: int) -> Array:
    """The bucket of each pair's relative position: near ones by number, far ones by the logarithm."""
    relative = np.arange(length)[:, None] - np.arange(length)[None, :]
    distance = np.abs(relative)
    far = 8 + (np.log(np.maximum(distance, 1) / 8) / math.log(FARTHEST / 8) * 8).astype(int)
    return np.where(relative < 0, 16, 0) + np.where(distance < 8, distance, np.minimum(far, 15))


def softmax(x: Array) -> Array:
    """The softmax over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def gelu(x: Array) -> Array:
    """The Gaussian error linear unit."""
    return x * 0.5 * (1 + erf(x / math.sqrt(2)))


def erf(x: Array) -> Array:
    """The error function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    polynomial = 0.0
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = (polynomial + factor) * t  # stays in single precision, unlike np.polyval
    return np.sign(x) * (1 - polynomial * np.exp(-(x**2)))


def _parts() -> list[Path]:
    """The files of the model.

    Raises:
        FileNotFoundError: a part is not installed.
    """
    roots = [Path(root) for root in site.getsitepackages()]
    found = [next((root / part for root in roots if (root / part).is_file()), None) for part in PARTS]
    if None in found:
        raise FileNotFoundError("The embedding model is not installed here: run `make evals`.")
    return [part for part in found if part]
