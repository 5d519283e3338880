"""The edited photo: what must stay stays to the bit, what is new meets it without halo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.compositing import Compositor, Keep, KeepSettings, Plate, put_back, restyled_classes
from model.compositing.layers import RIM
from tests.unit.model.kept_scene import HEIGHT, NO_SHIFTS, WIDTH, Crop, around, edits, scene, scene_plate


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
    def test_restyled_classes_show_the_model_where_the_photo_has_no_folds_of_them(
        self, edit: tuple[NDArray[np.uint8], tuple[int, ...]]
    ) -> None:
        after, restyled = edit
        base = scene()
        picture = np.random.default_rng(1).integers(0, 255, base.photo.shape).astype(np.uint8)
        compositor = Compositor(base.photo, base.labels, base.reference, plate=scene_plate())
        result = compositor.compose(after, picture, restyled)
        for index in restyled:
            inside = cv2.erode((after == index).astype(np.uint8), np.ones((2 * RIM + 1,) * 2), borderValue=1) > 0
            if compositor.folds(index) is not None:
                inside &= base.labels != index
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
