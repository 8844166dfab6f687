"""Random changes of training images: what each number does, against other ways to do it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from medrnn.config import AUGMENTS, Strength, TrainConfig
from medrnn.config.augmentation import LIMITS, MIRRORS
from medrnn.errors import ConfigError
from medrnn.training import augment

BLUR, COARSE, ACROSS, DOWN, RED = range(augment.BASE, augment.BASE + 5)


def images(planes=1, side=16):
    return torch.rand(3, side, side) if planes == 1 else torch.rand(3, side, side, planes)


def numbers(name, **at):
    """Zero for everything but the places named; mirrors are off where their number is not below zero."""
    found = torch.zeros(3, augment.numbers_of(augment.STRENGTHS[name]))
    for place, value in at.items():
        found[:, {"blur": BLUR, "coarse": COARSE, "across": ACROSS, "down": DOWN, "red": RED}[place]] = value
    return found


def test_every_choice_but_none_has_its_strength():
    assert list(AUGMENTS) == ["none", *augment.STRENGTHS, "own"]
    for name in AUGMENTS:
        found = augment.strength_of(TrainConfig(augment=name, strength=Strength(degrees=5)))
        wanted = {"none": None, "own": Strength(degrees=5)}
        assert found == wanted.get(name, augment.STRENGTHS.get(name))


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
@pytest.mark.parametrize("name", augment.STRENGTHS)
def test_numbers_of_zero_change_nothing(name, planes):
    before = images(planes)
    after = augment.apply(before, numbers(name), augment.STRENGTHS[name])
    torch.testing.assert_close(after, before, atol=1e-5, rtol=0)


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
@pytest.mark.parametrize("share", [0.4, 1.0])
def test_the_blur_of_films_is_a_gaussian(share, planes):
    strength, before = augment.STRENGTHS["films"], images(planes)
    after = augment.apply(before, numbers("films", blur=share), strength)
    sigma = (0, share * strength.blur, share * strength.blur, 0)[: before.ndim]
    wanted = gaussian_filter(before.numpy(), sigma, mode="nearest", radius=(0, 3, 3, 0)[: before.ndim])
    torch.testing.assert_close(after, torch.from_numpy(wanted), atol=2e-5, rtol=0)


def test_images_of_one_batch_are_softened_each_by_its_own_number():
    strength, before = augment.STRENGTHS["films"], images()
    some = numbers("films")
    some[1, BLUR] = 1
    some[2, BLUR] = -1  # below zero an image stays sharp
    after = augment.apply(before, some, strength)
    torch.testing.assert_close(after[[0, 2]], before[[0, 2]], atol=1e-5, rtol=0)
    alone = augment.apply(before[1:2], some[1:2], strength)
    torch.testing.assert_close(after[1:2], alone)
    assert after[1].std() < 0.8 * before[1].std()


def test_coarser_pixels_are_averages_brought_back():
    strength, before = augment.STRENGTHS["films"], images()
    assert strength.coarse == 2
    after = augment.apply(before, numbers("films", coarse=1.0), strength)
    small = F.interpolate(before[:, None], (8, 8), mode="bilinear", antialias=True, align_corners=False)
    wanted = F.interpolate(small, (16, 16), mode="bilinear", align_corners=False)[:, 0]
    torch.testing.assert_close(after, wanted, atol=1e-5, rtol=0)
    assert (after.amin((1, 2)) >= before.amin((1, 2))).all()  # an average goes beyond nothing that was there
    assert (after.amax((1, 2)) <= before.amax((1, 2))).all()
    flat = torch.full((3, 16, 16), 0.3)
    torch.testing.assert_close(augment.apply(flat, numbers("films", coarse=0.7), strength), flat)


@pytest.mark.parametrize(("place", "axis"), [("across", 2), ("down", 1)])
def test_cells_are_mirrored_exactly(place, axis):
    before = images(3)
    after = augment.apply(before, numbers("cells", **{place: -1.0}), augment.STRENGTHS["cells"])
    torch.testing.assert_close(after, before.flip(axis), atol=1e-5, rtol=0)


def test_a_stain_changes_the_gain_of_its_colour_alone():
    strength, before = augment.STRENGTHS["cells"], images(3)
    after = augment.apply(before, numbers("cells", red=1.0), strength)
    torch.testing.assert_close(
        after[..., 0], (before[..., 0] * (1 + strength.stain)).clamp(max=1), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(after[..., 1:], before[..., 1:], atol=1e-5, rtol=0)


@pytest.mark.parametrize("turn", [1, 2, -1, -2], ids=["quarter", "half", "quarter-back", "half-back"])
def test_a_cell_turns_by_any_angle_and_by_right_angles_exactly(turn):
    before, some = images(3), numbers("cells")
    some[:, 2] = turn / 2
    after = augment.apply(before, some, augment.STRENGTHS["cells"])
    torch.testing.assert_close(after, torch.rot90(before, turn, (1, 2)), atol=1e-4, rtol=0)


def test_what_is_drawn_is_drawn_again_under_the_same_seed():
    for strength in augment.STRENGTHS.values():
        first, again = (augment.draw(5, torch.Generator().manual_seed(3), strength) for _ in range(2))
        assert torch.equal(first, again)
        assert np.abs(first.numpy()).max() <= 1


STILL = Strength(shift=0, degrees=0, scale=0, gain=0, offset=0)


@pytest.mark.parametrize("mirror", MIRRORS)
def test_each_mirror_turns_its_own_side_only(mirror):
    before, strength = images(), replace(STILL, mirror=mirror, stain=0.1)
    some = torch.zeros(3, augment.numbers_of(strength))
    some[:, [ACROSS, DOWN]] = -1  # both are asked for
    wanted = {"across": (2,), "down": (1,), "both": (1, 2), "none": ()}[mirror]
    torch.testing.assert_close(augment.apply(before, some, strength), before.flip(wanted), atol=1e-5, rtol=0)


def test_a_crop_fills_the_image_with_the_part_that_is_left():
    before, strength = images(), replace(STILL, crop=0.5)
    some = torch.zeros(3, augment.numbers_of(strength))
    some[:, augment.BASE + augment.MORE :][:, :3] = torch.tensor(
        [1.0, -1.0, 1.0]
    )  # half, from the lower left
    wanted = F.interpolate(before[:, None, 8:, :8], (16, 16), mode="bilinear", align_corners=False)[:, 0]
    after = augment.apply(before, some, strength)
    torch.testing.assert_close(after[:, 1:-1, 1:-1], wanted[:, 1:-1, 1:-1], atol=1e-5, rtol=0)


@pytest.mark.parametrize("planes", [1, 3], ids=["grey", "colour"])
def test_what_is_erased_is_a_square_of_the_mean(planes):
    before, strength = images(planes), replace(STILL, erase=0.25)
    some = torch.zeros(3, augment.numbers_of(strength))
    share, x, y = range(augment.BASE + augment.MORE + 3, augment.BASE + augment.MORE + 6)
    some[0, share], some[1, share] = 1.0, -1.0  # below zero an image stays whole
    some[:, x], some[:, y] = 0.5, -0.5  # the middle of the upper right quarter
    after = augment.apply(before, some, strength)
    wanted = before.clone()
    wanted[0, :8, 8:] = before[0].mean((0, 1))
    torch.testing.assert_close(after, wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", LIMITS)
def test_a_strength_beyond_its_limit_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name}: expected a number from"):
        Strength(**{name: LIMITS[name] * 1.01})
    Strength(**{name: LIMITS[name]})
