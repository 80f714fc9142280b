"""The generated slices: the same seed gives the same slice, and every slice is one that training can use."""

import numpy as np
import pytest

from network.phantoms import phantom, phantoms

SEEDS = range(40)


@pytest.fixture(scope="module")
def many() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return phantoms(SEEDS)


def test_the_same_seed_gives_the_same_slice() -> None:
    first, again = phantom(11), phantom(11)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.target, again.target)
    np.testing.assert_array_equal(first.body, again.body)


def test_a_slice_does_not_depend_on_its_neighbours(many: tuple[np.ndarray, ...]) -> None:
    np.testing.assert_array_equal(phantom(7).image, many[0][7])


def test_other_seeds_give_other_slices(many: tuple[np.ndarray, ...]) -> None:
    images, targets, _ = many
    assert len({image.tobytes() for image in images}) == len(SEEDS)
    assert len({target.tobytes() for target in targets}) == len(SEEDS)


def test_shapes_and_kinds(many: tuple[np.ndarray, ...]) -> None:
    for array in many:
        assert array.shape == (len(SEEDS), 160, 160, 1)
        assert array.dtype == np.float32


def test_images_hold_256_greys_from_0_to_1(many: tuple[np.ndarray, ...]) -> None:
    greys = many[0] * 255
    assert greys.min() == 0
    assert greys.max() == 255
    np.testing.assert_allclose(greys, np.round(greys), atol=1e-4)


def test_truth_is_0_or_1_and_the_target_lies_within_the_body(many: tuple[np.ndarray, ...]) -> None:
    _, targets, bodies = many
    assert set(np.unique(targets)) == set(np.unique(bodies)) == {0.0, 1.0}
    assert not np.any((targets == 1) & (bodies == 0))


def test_every_target_has_a_size_that_can_be_found(many: tuple[np.ndarray, ...]) -> None:
    pixels = many[1].sum(axis=(1, 2, 3))
    assert pixels.min() > 200
    assert pixels.max() < 1500


def test_brightness_alone_does_not_find_the_target(many: tuple[np.ndarray, ...]) -> None:
    """Even the best window for each slice, chosen by the ground truth, overlaps far too much else."""
    images, targets, _ = (array[:, ::2, ::2] for array in many)
    best = []
    for image, wanted in zip(images, targets > 0.5, strict=True):
        low, high = np.quantile(image[wanted], [[0.02, 0.1, 0.25], [0.98, 0.9, 0.75]])
        found = [(image > a) & (image < b) for a, b in zip(low, high, strict=True)]
        best.append(max(2 * (one & wanted).sum() / (one.sum() + wanted.sum()) for one in found))
    assert np.mean(best) < 0.35


@pytest.mark.parametrize("wrong", [-1, 1.5])
def test_a_seed_is_a_non_negative_integer(wrong: float) -> None:
    with pytest.raises((ValueError, TypeError)):
        phantom(wrong)
