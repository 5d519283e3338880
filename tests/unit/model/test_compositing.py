"""The edited photo: what must stay stays to the bit, what is new meets it without halo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.compositing import Compositor, Keep, KeepSettings, Plate, put_back, restyled_classes
from model.compositing.fields import extend
from model.compositing.inpainting import inpaint_background
from model.compositing.layers import RIM, extend_layer, inner_part, matte

HEIGHT, WIDTH = 48, 40
NO_SHIFTS = np.zeros((HEIGHT, WIDTH, 2), np.int32)


@dataclass(frozen=True)
class Scene:
    photo: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    reference: NDArray[np.uint8]


def scene(seed: int = 0) -> Scene:
    """A shirt (1) and trousers (2) before a ground of soft colours; the model sees them a little darker and redder."""
    rng = np.random.default_rng(seed)
    photo = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8), (0, 0), 4)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[8:26, 10:30] = 1
    labels[26:44, 12:28] = 2
    photo[labels == 1] = (60, 90, 160)
    photo[labels == 2] = (40, 40, 40)
    photo = (photo + rng.integers(0, 3, photo.shape)).clip(0, 255).astype(np.uint8)
    reference = (photo.astype(int) + np.array([12, -15, -20])).clip(0, 255).astype(np.uint8)
    return Scene(photo, labels, reference)


@cache
def scene_plate() -> Plate:
    base = scene()
    return Compositor(base.photo, base.labels, base.reference).plate


def around(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The mask and everything within `pixels` of it."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # The compositor measures distances approximately, by up to 2 %.
    return mask | (distance <= 1.02 * pixels + 0.01) if mask.any() else mask


@st.composite
def edits(draw: st.DrawFn) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """A few painted rectangles and a choice of restyled classes."""
    after = scene().labels.copy()
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(0, HEIGHT - 1)), draw(st.integers(0, WIDTH - 1))
        after[top : top + draw(st.integers(1, 12)), left : left + draw(st.integers(1, 12))] = draw(st.integers(0, 3))
    return after, tuple(draw(st.sets(st.integers(0, 3), max_size=2)))


class TestKeeping:
    @given(edits(), st.integers(0, 6))
    @settings(max_examples=60, deadline=None)
    def test_beyond_the_seam_the_photo_is_untouched(
        self, edit: tuple[NDArray[np.uint8], tuple[int, ...]], seam: int
    ) -> None:
        after, restyled = edit
        base = scene()
        compositor = Compositor(
            base.photo, base.labels, base.reference, plate=scene_plate(), settings=KeepSettings(seam=seam)
        )
        picture = np.random.default_rng(1).integers(0, 255, base.photo.shape).astype(np.uint8)
        result = compositor.compose(after, picture, restyled)
        edited = (after != base.labels) | np.isin(after, restyled)
        outside = ~around(edited, seam)
        assert (result[outside] == base.photo[outside]).all()

    @given(edits())
    @settings(max_examples=40, deadline=None)
    def test_restyled_classes_show_the_model_alone(self, edit: tuple[NDArray[np.uint8], tuple[int, ...]]) -> None:
        after, restyled = edit
        base = scene()
        picture = np.random.default_rng(1).integers(0, 255, base.photo.shape).astype(np.uint8)
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate()).compose(
            after, picture, restyled
        )
        for index in restyled:
            inside = cv2.erode((after == index).astype(np.uint8), np.ones((2 * RIM + 1,) * 2), borderValue=1) > 0
            assert (result[inside] == picture[inside]).all()

    def test_a_restyled_class_shows_nothing_of_what_the_model_drew_beyond(self) -> None:
        base = scene()
        picture = np.full_like(base.photo, 230)
        cloth = np.asarray(base.labels == 2)
        picture[cloth] = (20, 30, 60)
        # The network's studio shines into the outermost pixels.
        edge = cloth & ~(cv2.erode(cloth.astype(np.uint8), np.ones((2 * RIM + 1,) * 2)) > 0)
        picture[edge] = (150, 150, 150)
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        result = compositor.compose(base.labels, picture, (2,))
        assert np.abs(result[cloth].astype(int) - (20, 30, 60)).max() <= 1

    def test_no_edit_gives_the_photo(self) -> None:
        base = scene()
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate()).compose(
            base.labels, base.reference
        )
        assert (result == base.photo).all()

    @given(edits(), st.integers(0, HEIGHT - 12), st.integers(0, WIDTH - 12))
    @settings(max_examples=60, deadline=None)
    def test_recomposing_the_box_of_an_edit_equals_composing_all(
        self, edit: tuple[NDArray[np.uint8], tuple[int, ...]], top: int, left: int
    ) -> None:
        after, restyled = edit
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        picture = base.reference.copy()
        before = compositor.compose(after, picture, restyled)
        box = (top, left, top + 10, left + 9)
        later, new_picture = after.copy(), picture.copy()
        later[top : top + 10, left : left + 9] = 2
        new_picture[top : top + 10, left : left + 9] = (200, 30, 90)
        whole = compositor.compose(later, new_picture, restyled)
        part = compositor.compose(later, new_picture, restyled, box=box, previous=before)
        assert (part == whole).all()


class TestMatching:
    def test_repainting_a_part_of_a_class_takes_the_photos_colour(self) -> None:
        base = scene()
        after = base.labels.copy()
        after[30:40, 28:34] = 2
        picture = base.reference.copy()
        picture[after == 2] = base.reference[base.labels == 2].mean(axis=0)
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate()).compose(after, picture)
        new = (after == 2) & (base.labels != 2)
        new[:, 32:] = new[:32] = new[38:] = False  # the new outline is soft
        # The model is off by (12, -15, -20); what was painted must nevertheless have the trousers' colour.
        wanted = base.photo[base.labels == 2].mean(axis=0)
        assert np.abs(result[new].mean(axis=0) - wanted).max() < 3

    def test_a_stroke_over_its_own_class_repaints_only_the_stroke(self) -> None:
        base = scene()
        picture = base.reference.copy()
        picture[12:20, 14:24] = (255, 255, 255)
        painted = np.zeros(base.labels.shape, np.bool_)
        painted[14:18, 16:20] = True
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate()).compose(
            base.labels, picture, painted=painted
        )
        assert (result[painted] != base.photo[painted]).any()
        outside = ~around(painted, 4)
        assert (result[outside] == base.photo[outside]).all()

    def test_what_is_taken_away_uncovers_the_ground(self) -> None:
        base = scene()
        photo = base.photo.copy()
        photo[base.labels == 0] = (200, 180, 150)
        after = np.where(base.labels == 1, 0, base.labels).astype(np.uint8)
        picture = np.zeros_like(photo)
        result = Compositor(photo, base.labels, base.reference).compose(after, picture)
        gone = (base.labels == 1) & (after == 0)
        gone[24:] = False  # next to the trousers the seam mixes in
        assert np.abs(result[gone].astype(int) - (200, 180, 150)).max() < 12

    def test_ground_beside_a_garment_stays_where_the_photo_shows_it(self) -> None:
        """A fence right beside the coat: the plate can only guess its slats, the photo has them."""
        base = scene()
        x = np.arange(WIDTH)
        photo = np.repeat(np.where(x // 2 % 2, 230, 150).astype(np.uint8)[None, :, None], HEIGHT, axis=0)
        photo = np.ascontiguousarray(photo.repeat(3, axis=2))
        coat = np.asarray(base.labels == 1)
        photo[coat] = (20, 30, 20)
        picture = np.full_like(photo, 128)
        picture[coat] = (200, 40, 40)
        result = Compositor(photo, coat.astype(np.uint8), picture, plate=Plate(np.full_like(photo, 90), NO_SHIFTS))
        shown = result.compose(coat.astype(np.uint8), picture, (1,)).astype(int)
        # Two pixels off the outline and farther, the seam shows the fence and not the plate.
        beside = around(coat, 4) & ~around(coat, 2)
        assert np.abs(shown - photo)[beside].mean() < 12
        assert np.abs(90 - photo.astype(int))[beside].mean() > 60

    def test_no_halo_of_the_old_rim_around_a_new_style(self) -> None:
        """The map misses the coat's outermost pixels: its old dark colour must not ring the new one."""
        base = scene()
        photo = np.full_like(base.photo, 220)
        coat = np.zeros(base.labels.shape, np.uint8)
        coat[10:38, 10:30] = 1
        photo[9:39, 9:31] = (20, 20, 20)
        picture = np.full_like(photo, 215)
        picture[coat == 1] = (230, 200, 60)
        reference = np.full_like(photo, 215)
        reference[coat == 1] = (30, 25, 25)
        result = Compositor(photo, coat, reference).compose(coat, picture, (1,))
        rim = (photo[..., 0] == 20) & (coat == 0)
        # The coat's yellow reaches there, or the ground does; the old black does not.
        assert (result[rim][:, :2].min(axis=0) > 190).all()


@st.composite
def restylings(draw: st.DrawFn) -> dict[int, float]:
    """One or two classes with how far their styles have gone."""
    chosen = draw(st.sets(st.integers(0, 2), min_size=1, max_size=2))
    return {index: draw(st.sampled_from((0.0, 0.02, 0.4, 1.0))) for index in chosen}


class TestSettingOut:
    """A style that has not gone far from the photo's: films and sliders set out from the photo without a jump."""

    @given(restylings(), st.integers(0, 6))
    @settings(max_examples=30, deadline=None)
    def test_the_photos_own_style_is_the_photo(self, restyled: dict[int, float], seam: int) -> None:
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, 0, KeepSettings(seam=seam), scene_plate())
        own = dict.fromkeys(restyled, 0.0)
        assert (compositor.compose(base.labels, base.reference, own) == base.photo).all()
        crop = Crop(-3, 2, HEIGHT * 2.5, WIDTH * 2.5)
        photo = cv2.resize(base.photo, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
        photo = (photo.astype(int) + np.random.default_rng(4).integers(-9, 10, photo.shape)).clip(0, 255)
        large = put_back(photo.astype(np.uint8), crop, compositor, base.labels, base.reference, own)
        assert (np.abs(large.astype(int) - photo) <= 1).all()

    def test_it_leaves_the_photo_step_by_step(self) -> None:
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        goal = base.reference.astype(float)
        goal[base.labels == 1] = (200, 60, 60)
        before, steps = base.photo.astype(float), []
        for share in np.linspace(0, 1, 21)[1:]:
            picture = np.rint(base.reference + share * (goal - base.reference)).astype(np.uint8)
            now = compositor.compose(base.labels, picture, {1: float(share)}).astype(float)
            steps.append(np.abs(now - before).max())
            before = now
        whole = compositor.compose(base.labels, goal.astype(np.uint8), (1,))
        assert (before == whole).all()
        # Twenty steps over at most 200 levels: none is a leap.
        assert max(steps) < 30

    @given(edits(), restylings(), st.integers(0, HEIGHT - 12), st.integers(0, WIDTH - 12))
    @settings(max_examples=40, deadline=None)
    def test_a_part_can_be_recomposed(
        self, edit: tuple[NDArray[np.uint8], tuple[int, ...]], restyled: dict[int, float], top: int, left: int
    ) -> None:
        after, _ = edit
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        before = compositor.compose(after, base.reference, restyled)
        later, picture = after.copy(), base.reference.copy()
        later[top : top + 10, left : left + 9] = 2
        picture[top : top + 10, left : left + 9] = (200, 30, 90)
        box = (top, left, top + 10, left + 9)
        part = compositor.compose(later, picture, restyled, box=box, previous=before)
        assert (part == compositor.compose(later, picture, restyled)).all()
        outside = ~around((later != base.labels) | np.isin(later, list(restyled)), 4)
        assert (part[outside] == base.photo[outside]).all()

    def test_what_is_painted_anew_takes_nothing_of_what_was_there(self) -> None:
        base = scene()
        after = base.labels.copy()
        after[30:44, 28:36] = 2
        picture = np.full_like(base.reference, 100)
        picture[base.labels == 2] = base.reference[base.labels == 2]
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        photo = base.photo.copy()
        photo[32:42, 30:34] = (255, 0, 255)
        other = Compositor(photo, base.labels, base.reference, plate=scene_plate())
        new = np.s_[33:41, 31:33]
        shown = [one.compose(after, picture, {2: 0.3})[new].astype(int) for one in (compositor, other)]
        assert np.abs(shown[0] - shown[1]).max() <= 1


class TestModes:
    def test_the_model_mode_shows_the_whole_picture(self) -> None:
        base = scene()
        keep = KeepSettings(mode=Keep.MODEL)
        picture = np.random.default_rng(3).integers(0, 255, base.photo.shape).astype(np.uint8)
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate(), settings=keep).compose(
            base.labels, picture
        )
        assert (result == picture).all()

    def test_a_class_can_keep_the_photo_in_a_document_of_the_model(self) -> None:
        base = scene()
        keep = KeepSettings(mode=Keep.MODEL, classes={1: Keep.PHOTO}, seam=0)
        picture = np.zeros_like(base.photo)
        result = Compositor(base.photo, base.labels, base.reference, plate=scene_plate(), settings=keep).compose(
            base.labels, picture
        )
        shirt = base.labels == 1
        assert (result[shirt] == base.photo[shirt]).all()
        assert (result[~shirt] == 0).all()

    @pytest.mark.parametrize("seam", [-1, 65])
    def test_a_seam_has_bounds(self, seam: int) -> None:
        with pytest.raises(ValueError, match="seam"):
            KeepSettings(seam=seam)

    def test_restyled_classes(self) -> None:
        codes, spread = np.zeros((4, 2, 1, 1), np.float32), np.full((4, 2, 1, 1), 2, np.float32)
        other = codes.copy()
        other[0, 0], other[1, 1], other[2, 1] = 1e-6, 0.1, 3
        found = restyled_classes(other, codes, spread)
        # Rounding is no edit, a little is a little, far away is all the way.
        assert found.keys() == {1, 2} and 0 < found[1] < 0.1 and found[2] == 1


@dataclass(frozen=True)
class Crop:
    top: float
    left: float
    height: float
    width: float


class TestFullSize:
    @given(edits(), st.floats(-20, 20), st.floats(-20, 20), st.floats(0.6, 4))
    @settings(max_examples=40, deadline=None)
    def test_far_from_the_edit_a_photo_of_any_size_is_untouched(
        self, edit: tuple[NDArray[np.uint8], tuple[int, ...]], top: float, left: float, zoom: float
    ) -> None:
        after, restyled = edit
        base = scene()
        photo = np.random.default_rng(5).integers(0, 255, (130, 120, 3)).astype(np.uint8)
        crop = Crop(top, left, HEIGHT * zoom, WIDTH * zoom)
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        result = put_back(photo, crop, compositor, after, np.zeros_like(base.photo), restyled)
        edited = (after != base.labels) | np.isin(after, restyled)
        matrix = np.array([[zoom, 0, left + (zoom - 1) / 2], [0, zoom, top + (zoom - 1) / 2]])
        wide = cv2.warpAffine(edited.astype(np.float32), matrix, (120, 130), flags=cv2.INTER_LINEAR) > 0
        outside = ~around(wide, round(4 * zoom + 2 * zoom + 2))
        assert (result[outside] == photo[outside]).all()

    def test_a_frame_that_is_the_photo_gives_what_compose_gives(self) -> None:
        base = scene()
        after = base.labels.copy()
        after[30:44, 26:34] = 2
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        whole = put_back(base.photo, Crop(0, 0, HEIGHT, WIDTH), compositor, after, base.reference, (1,))
        assert (whole == compositor.compose(after, base.reference, (1,))).all()

    def test_detail_of_the_photo_survives_a_new_style(self) -> None:
        """A weave that the frame cannot hold shows in the recoloured shirt."""
        base, zoom = scene(), 4
        flat = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        photo = np.full((HEIGHT * zoom, WIDTH * zoom, 3), 120, np.uint8)
        photo[::2] += 12
        photo[1::2] -= 12
        compositor = Compositor(flat, base.labels, flat)
        picture = flat.copy()
        picture[base.labels == 1] = (160, 80, 80)
        crop = Crop(0, 0, HEIGHT * zoom, WIDTH * zoom)
        result = put_back(photo, crop, compositor, base.labels, picture, (1,))
        shirt = result[12 * zoom : 22 * zoom, 14 * zoom : 26 * zoom].astype(float)
        assert np.abs(shirt.mean(axis=(0, 1)) - (160, 80, 80)).max() < 2
        assert 15 < np.abs(np.diff(shirt, axis=0)).mean() < 30

    def test_uncovered_ground_has_the_grain_of_the_photo(self) -> None:
        """Stripes finer than the frame: where somebody is removed they go on as the photo has them."""
        base, zoom = scene(), 4
        flat = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        photo = np.full((HEIGHT * zoom, WIDTH * zoom, 3), 120, np.uint8)
        photo[:, ::2] += 12
        photo[:, 1::2] -= 12
        crop = Crop(0, 0, HEIGHT * zoom, WIDTH * zoom)
        compositor = Compositor(flat, base.labels, flat)
        result = put_back(photo, crop, compositor, np.zeros_like(base.labels), np.zeros_like(flat))
        gone = result[12 * zoom : 40 * zoom, 14 * zoom : 26 * zoom].astype(float)
        assert np.abs(gone.mean(axis=(0, 1)) - 120).max() < 2
        assert np.abs(np.diff(gone, axis=1)).mean() > 18

    def test_an_edit_outside_the_photo_changes_nothing(self) -> None:
        base = scene()
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        photo = np.full((30, 30, 3), 9, np.uint8)
        far = Crop(500, 500, HEIGHT, WIDTH)
        assert (put_back(photo, far, compositor, base.labels, base.reference, (1,)) == photo).all()


class TestOutlines:
    def test_a_matte_follows_the_photo_where_the_map_is_two_pixels_off(self) -> None:
        photo = np.full((HEIGHT, WIDTH, 3), 210, np.uint8)
        photo[8:40, 10:30] = (60, 40, 30)
        roughly = np.zeros((HEIGHT, WIDTH), np.bool_)
        roughly[9:38, 12:31] = True
        found = matte(photo, roughly)
        truth = photo[..., 0] == 60
        assert np.abs(found - truth).sum() < 0.65 * np.abs(roughly.astype(float) - truth).sum()
        assert (found[~around(roughly, 4)] == 0).all()
        assert (found[inner_part(inner_part(roughly))] == 1).all()

    def test_a_new_outline_has_no_stairs(self) -> None:
        base = scene()
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        after = np.where((base.labels == 0) & (x + y / 3 < 16), 2, base.labels).astype(np.uint8)
        photo = np.full_like(base.photo, 200)
        picture = np.zeros_like(photo)
        result = Compositor(photo, base.labels, photo).compose(after, picture, (2,))[..., 0].astype(int)
        rows = result[4:8, :24]
        assert np.abs(np.diff(rows, axis=1)).max() < 0.75 * 200
        assert rows[:, 0].max() <= 1
        assert rows[:, 22].min() >= 199

    def test_colours_are_carried_across_an_outline(self) -> None:
        colors = np.zeros((20, 20, 3), np.float32)
        colors[:, :10] = 100
        colors[:, 8:10] = 180  # the rim shows something else
        where = np.zeros((20, 20), np.bool_)
        where[:, :10] = True
        carried = extend_layer(colors, inner_part(where), where)
        assert np.abs(carried[:, :13] - 100).max() < 2

    def test_without_anything_clean_a_class_has_its_own_colours(self) -> None:
        colors = np.full((20, 20, 3), 7, np.float32)
        colors[10, 4:12] = 90
        where = np.zeros((20, 20), np.bool_)
        where[10, 4:12] = True
        assert np.abs(extend_layer(colors, inner_part(where), where)[9:12, 5:11] - 90).max() < 1


class TestFields:
    @given(st.floats(-200, 200), st.integers(0, 1000), st.floats(0, 8))
    @settings(max_examples=40, deadline=None)
    def test_a_constant_stays_constant(self, value: float, seed: int, smoothing: float) -> None:
        known = np.random.default_rng(seed).random((23, 37)) < 0.05
        known[3, 5] = True
        values = np.where(known[..., None], np.float32(value), np.float32(999)).astype(np.float32)
        found = extend(np.repeat(values, 3, axis=2), known, smoothing)
        assert np.allclose(found, value, atol=0.02 + 1e-3 * abs(value))

    @given(st.integers(0, 1000))
    @settings(max_examples=30, deadline=None)
    def test_it_stays_within_what_is_known(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        known = rng.random((17, 30)) < 0.2
        values = rng.uniform(0, 100, (17, 30, 2)).astype(np.float32)
        found = extend(values, known, 0.0)
        assert (found[known] == pytest.approx(values[known], abs=1e-3)) if known.any() else (found == 0).all()
        if known.any():
            assert found.min() >= values[known].min() - 0.01
            assert found.max() <= values[known].max() + 0.01

    def test_nothing_known_gives_zero(self) -> None:
        assert (extend(np.ones((4, 4, 3), np.float32), np.zeros((4, 4), np.bool_), 2.0) == 0).all()

    def test_inpainting_keeps_what_is_seen(self) -> None:
        base = scene()
        hidden = base.labels > 0
        plate = inpaint_background(base.photo, hidden).pixels
        assert (plate[~hidden] == base.photo[~hidden]).all()

    def test_inpainting_an_all_hidden_photo_gives_its_mean(self) -> None:
        base = scene()
        plate = inpaint_background(base.photo, np.ones(base.labels.shape, np.bool_)).pixels
        assert len(np.unique(plate.reshape(-1, 3), axis=0)) == 1

    def test_inpainting_continues_sky_wall_and_pavement(self) -> None:
        rng = np.random.default_rng(2)
        rows = np.concatenate([np.linspace(230, 200, 16), np.full(16, 90), np.linspace(150, 180, 16)])
        truth = (rows[:, None, None] + rng.integers(-4, 5, (48, 64, 3))).astype(np.uint8)
        hidden = np.zeros((48, 64), np.bool_)
        hidden[6:42, 24:40] = True
        photo = truth.copy()
        photo[hidden] = 0
        filled = inpaint_background(photo, hidden).pixels.astype(int)
        assert np.abs(filled - truth)[hidden].mean() < 8
        # It goes on with the ground's own grain.
        assert filled[hidden].reshape(-1, 3).std() == pytest.approx(truth[hidden].reshape(-1, 3).std(), rel=0.15)
        assert np.abs(np.diff(filled[20:28, 26:38], axis=1)).mean() > 1.5
