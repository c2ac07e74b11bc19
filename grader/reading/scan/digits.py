"""The digit reader: cut cells -> how likely each character is. A small net of ours, on NumPy alone.

Three convolutions of 3 x 3 with ReLU, the first two followed by the largest of 2 x 2, and one dense layer;
benchmarks/train_digits.py trains it, and digits.txt beside the weights says on what and how well it reads.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CLASSES = "0123456789-+ ?"  # a digit, a sign, an empty cell, anything else
HEIGHT, WIDTH = 36, 26  # pixels of a cut cell: 9 by 6.5 mm
WEIGHTS = Path(__file__).with_name("digits.npz")
AT_ONCE = 512  # cells


@lru_cache(maxsize=1)
def weights() -> dict[str, Floats]:
    """The net's arrays: c1, c2, c3 (9 * channels in, channels out), d (features, classes), and b1, b2, b3, bd."""
    with np.load(WEIGHTS) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def whitened(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey cells (n, HEIGHT, WIDTH) as darkness: 0 for the paper, however grey a scan of it is."""
    paper = np.percentile(cells, 90, axis=(1, 2), keepdims=True)
    return np.asarray(np.clip(255 - cells * (255 / np.maximum(paper, 32)), 0, 255), np.uint8)


def posteriors(cells: NDArray[np.uint8]) -> Floats:
    """(n, HEIGHT, WIDTH) darkness, 0 white to 255 black -> (n, classes) probabilities."""
    parts = [_posteriors(cells[first : first + AT_ONCE]) for first in range(0, len(cells), AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros((0, len(CLASSES)), np.float32)


def _posteriors(cells: NDArray[np.uint8]) -> Floats:
    net = weights()
    x: Floats = cells[..., np.newaxis].astype(np.float32) / np.float32(255)
    x = _pooled(_convolved(x, net["c1"], net["b1"]))
    x = _pooled(_convolved(x, net["c2"], net["b2"]))
    x = _convolved(x, net["c3"], net["b3"])
    z = x.reshape(len(x), -1) @ net["d"] + net["bd"]
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(z / z.sum(axis=1, keepdims=True), np.float32)


def _convolved(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """ReLU of (n, h, w, c) * a kernel of 3 x 3, without a border."""
    h, w = x.shape[1] - 2, x.shape[2] - 2
    seen = np.concatenate([x[:, i : i + h, j : j + w] for i in range(3) for j in range(3)], axis=3)
    return np.asarray(np.maximum(seen @ kernel + bias, 0), np.float32)


def _pooled(x: Floats) -> Floats:
    """The largest of each 2 x 2; an odd last row or column is left out."""
    n, h, w, c = x.shape
    x = x[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c)
    return np.asarray(x.max(axis=(2, 4)), np.float32)
