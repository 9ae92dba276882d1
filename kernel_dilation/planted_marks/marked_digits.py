"""Digits whose class depends on known pixels: a small bright square at one of ten places, which is the class."""

from dataclasses import dataclass

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE

import numpy as np

SIDE = 3  # pixels, of the square
ROWS, COLUMNS = (6, 19), (2, 7, 12, 17, 22)  # of the upper left pixels of the ten places
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)  # the decoy
DIMMED = 0.5  # brightness of the digits, so that no stroke looks like a mark


@dataclass(frozen=True)
class MarkedDigits:
    """Digits with a mark and a decoy, and the same digits without the mark."""

    images: np.ndarray  # (n, 28, 28) uint8
    unmarked: np.ndarray  # (n, 28, 28) uint8, with the decoy alone
    places: np.ndarray  # (n,), of the mark, 0 to 9: the class
    decoys: np.ndarray  # (n,), of the decoy, another place

    def masks(self) -> np.ndarray:
        """Return the pixels of each image's mark, (n, 28, 28) bool."""
        return place_masks(np.ones((SIDE, SIDE), bool))[self.places]

    def changed_elsewhere(self) -> np.ndarray:
        """Return the images with a black square at a place without mark or decoy, (n, 28, 28) uint8: the control for the removal of the mark."""
        following = (self.places + 1) % CLASSES
        empty = np.where(following == self.decoys, (following + 1) % CLASSES, following)
        return np.where(place_masks(np.ones((SIDE, SIDE), bool))[empty], np.uint8(0), self.images)

    def first(self, count: int) -> "MarkedDigits":
        """Return the first digits."""
        return MarkedDigits(self.images[:count], self.unmarked[:count], self.places[:count], self.decoys[:count])


def place_masks(shape: np.ndarray) -> np.ndarray:
    """Return the pixels of a shape (3, 3) bool at each of the ten places, (10, 28, 28) bool."""
    masks = np.zeros((CLASSES, IMAGE_SIDE, IMAGE_SIDE), bool)
    for mask, (row, column) in zip(masks, ((row, column) for row in ROWS for column in COLUMNS)):
        mask[row : row + SIDE, column : column + SIDE] = shape
    return masks


def mark_digits(digits: np.ndarray, seed: tuple[int, ...]) -> MarkedDigits:
    """Draw a mark, a full square, and a decoy, a cross, over each digit (n, 28, 28) uint8, whose own class says nothing about the place.

    All ten places are equally frequent, in an order drawn from `seed`; the decoy is at one of the other
    nine. Digits are dimmed to half of their brightness. Mark and decoy have all of it, so that the
    brightest pixels alone do not tell the class. As in XAI-TRIS (Clark et al. 2024), the truth is known
    for each pixel: a network that knows the class must have looked at the mark, so that a map that lies
    elsewhere is an error of the method.
    """
    generator = np.random.default_rng(seed)
    places = generator.permutation(np.arange(len(digits)) % CLASSES)
    decoys = (places + generator.integers(1, CLASSES, len(digits))) % CLASSES
    unmarked = np.where(place_masks(CROSS)[decoys], np.uint8(255), np.round(DIMMED * digits).astype(np.uint8))
    marked = np.where(place_masks(np.ones((SIDE, SIDE), bool))[places], np.uint8(255), unmarked)
    return MarkedDigits(marked, unmarked, places, decoys)
