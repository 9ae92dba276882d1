"""Training of the same network in PyTorch, channels last, by its usual loop."""

import time
from collections.abc import Sequence
from functools import cache

from benchmarks.benchmark_sizes import BATCH, CHANNELS, DENSE, EPOCH_IMAGES, RATE
from kernel_dilation.datasets.published import load_packaged_digits

import numpy as np
import torch
from torch import nn


class Network(nn.Module):
    """Two convolutions with pooling before ReLU, a hidden layer, and ten logits."""

    def __init__(self, dilations: tuple[int, int]) -> None:
        super().__init__()
        sizes = zip((1, CHANNELS[0]), CHANNELS, dilations)
        self.convolutions = nn.ModuleList(nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation) for inputs, outputs, dilation in sizes)
        self.hidden, self.logits = nn.Linear(7 * 7 * CHANNELS[1], DENSE), nn.Linear(DENSE, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (n, 10) of images (n, 1, 28, 28)."""
        features = images
        for convolution in self.convolutions:
            features = nn.functional.relu(nn.functional.max_pool2d(convolution(features), 2))
        flat = features.permute(0, 2, 3, 1).flatten(1)  # already the order in memory
        return self.logits(nn.functional.relu(self.hidden(flat)))


def use_threads(threads: int) -> None:
    """Let PyTorch use `threads` threads."""
    torch.set_num_threads(threads)


@cache
def initial_training_state(dilation: int, dilate: str) -> tuple[Network, torch.optim.Adam]:
    """Return a network and its optimiser before the first step."""
    network = Network((dilation, dilation if dilate == "all" else 1)).to(memory_format=torch.channels_last)
    return network, torch.optim.Adam(network.parameters(), RATE, eps=1e-7)


@cache
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Return the packaged digits, images (n, 1, 28, 28) in [0, 1], channels last, and their classes (n,)."""
    images, labels = load_packaged_digits()
    pixels = torch.from_numpy(images.astype(np.float32) / 255)[:, None]
    return pixels.to(memory_format=torch.channels_last), torch.from_numpy(labels.astype(np.int64))


def training_seconds(dilation: int, dilate: str, steps: int) -> float:
    """Measure the seconds for `EPOCH_IMAGES` images, extrapolated from `steps` batches."""
    network, adam = initial_training_state(dilation, dilate)
    images, labels = digits()
    start = time.perf_counter()
    correct = torch.zeros(())
    for batch in torch.randperm(len(images))[: steps * BATCH].split(BATCH):
        adam.zero_grad()
        outputs = network(images[batch])
        nn.functional.cross_entropy(outputs, labels[batch]).backward()
        adam.step()
        correct += (outputs.argmax(1) == labels[batch]).sum()
    float(correct)
    return (time.perf_counter() - start) * EPOCH_IMAGES / (steps * BATCH)


def network_logits(dilation: int, dilate: str, weights: Sequence[np.ndarray], count: int) -> np.ndarray:
    """Return the logits (count, 10) of the first digits by a network with the weights of Keras's network.

    They serve to check that both networks are the same.
    """
    network = Network((dilation, dilation if dilate == "all" else 1))
    layers = [*network.convolutions, network.hidden, network.logits]
    with torch.no_grad():
        for layer, kernel, bias in zip(layers, weights[::2], weights[1::2]):
            layer.weight.copy_(torch.from_numpy(kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T))
            layer.bias.copy_(torch.from_numpy(bias))
        return network(digits()[0][:count]).numpy()
