"""Project files, recovery, settings, layered export, other programs' maps, photos in frames."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage

from app.document import recovery, styling
from app.document.claims import is_claimed
from app.document.document import Document
from app.document.foreign import read_foreign
from app.document.layers import class_layers, write_layers
from app.document.mapping import map_by_name
from app.document.photo import Crop, PhotoLayer, fit_labels, fit_photo, person_crop, put_back, whole_crop
from app.document.project import read_project, read_thumbnail, snapshot, write_project
from app.rendering.finish import FinishedFrame
from app.settings import Settings, load_settings
from model.errors import UserError
from model.fitting import Fit
from model.labels import ClassInfo, LabelSet, builtin_label_set, colorize

LABEL_SET = builtin_label_set("street-fashion")


def document() -> Document:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 16, (48, 32), dtype=np.uint8)
    photo = PhotoLayer(rng.integers(0, 256, (60, 50, 3), dtype=np.uint8), Crop(-2.5, 3.0, 60.0, 40.0), 48, 32, "me")
    made = Document(
        labels,
        LABEL_SET,
        codes=rng.standard_normal((16, 4, 1, 1)).astype(np.float32),
        photo=photo,
        original=np.zeros_like(labels),
        fit=Fit.into(100, 70, 48, 32),
        bundle="tiny",
        title="work",
    )
    made.set_flag("hidden", [3], True)
    made.set_flag("locked", [4, 5], True)
    made.set_paint_only_over(2)
    return made


def test_a_project_comes_back_as_it_was(tmp_path: Path) -> None:
    before = document()
    path = tmp_path / "work.smis"
    write_project(path, snapshot(before, np.full((48, 32, 3), 77, dtype=np.uint8)))
    after = read_project(path)
    assert np.array_equal(after.labels, before.labels) and np.array_equal(after.original, before.original)
    assert after.codes is not None and np.array_equal(after.codes, before.codes)
    assert after.label_set == before.label_set and after.bundle == "tiny" and after.path == path
    assert after.photo is not None and before.photo is not None
    assert np.array_equal(after.photo.pixels, before.photo.pixels) and after.photo.crop == before.photo.crop
    assert after.flags == before.flags and after.fit == before.fit
    assert not after.modified
    thumbnail = read_thumbnail(path)
    assert thumbnail is not None and (thumbnail == 77).all()
    assert {"manifest.json", "labels.png", "photo.png", "styles.safetensors", "thumbnail.png"} <= set(
        zipfile.ZipFile(path).namelist()
    )


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "work.smis"
    write_project(path, snapshot(document()))
    old = path.read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full_disk)
    with pytest.raises(UserError, match=r"work\.smis"):
        write_project(path, snapshot(document()))
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", ["cut", "empty", "foreign zip", "wrong value", "later", "no labels", "codes"])
def test_damaged_projects_are_refused_in_one_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "work.smis"
    write_project(path, snapshot(document()))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-300])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        with zipfile.ZipFile(path) as archive:
            content = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(content["manifest.json"])
        if damage == "foreign zip":
            content = {"a.txt": b"hello"}
        elif damage == "wrong value":
            Image.fromarray(np.full((48, 32), 200, np.uint8)).save(tmp_path / "x.png")
            content["labels.png"] = (tmp_path / "x.png").read_bytes()
        elif damage == "later":
            manifest["version"] = 99
        elif damage == "no labels":
            del content["labels.png"]
        elif damage == "codes":
            content["styles.safetensors"] = content["styles.safetensors"][:20]
        if "manifest.json" in content:
            content["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
    with pytest.raises(UserError, match=r"work\.smis"):
        read_project(path)


def test_recovery_files_of_dead_processes_are_found(tmp_path: Path) -> None:
    recovery.write_recovery(tmp_path, snapshot(document()))
    mine = recovery.recovery_path(tmp_path)
    assert mine.is_file() and recovery.left_behind(tmp_path) == []
    dead = tmp_path / "recovery-dead.smis"
    dead.write_bytes(mine.read_bytes())
    assert recovery.left_behind(tmp_path) == [dead]
    found = recovery.recover(dead)
    assert found.modified and found.path is None and found.name == "work"
    recovery.write_recovery(tmp_path, snapshot(found))
    recovery.remove(dead)
    recovery.leave_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_another_process_holds_is_free_when_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "recovery-other.smis"
    path.touch()
    code = f"from pathlib import Path; from app.document.claims import Claim; Claim(Path({str(path)!r})); print('held')"
    other = subprocess.Popen([sys.executable, "-c", f"{code}; input()"], stdin=PIPE, stdout=PIPE)
    assert other.stdout is not None and other.stdout.readline()
    assert is_claimed(path) and recovery.left_behind(tmp_path) == []
    other.kill()
    other.communicate()
    assert not is_claimed(path) and recovery.left_behind(tmp_path) == [path]


def test_a_damaged_recovery_file_is_offered_once(tmp_path: Path) -> None:
    damaged = tmp_path / "recovery-dead.smis"
    damaged.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(UserError, match=r"recovery-dead\.smis"):
        recovery.recover(damaged)
    assert recovery.left_behind(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["recovery-dead.smis.damaged"]


def test_two_windows_keep_what_the_other_one_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMIS_CONFIG_DIR", str(tmp_path))
    Settings(brush_size=9).save()
    one, other = load_settings(), load_settings()
    one.theme = "light"
    one.add_recent(tmp_path / "a.smis")
    one.save()
    other.brush_size = 40
    other.save()
    both = load_settings()
    assert (both.theme, both.brush_size, len(both.recent)) == ("light", 40, 1)
    one.reset()
    one.save()
    assert load_settings().theme == "system" and load_settings().brush_size == Settings().brush_size


def test_settings_survive_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMIS_CONFIG_DIR", str(tmp_path))
    changed = Settings(theme="light", brush_size=40, overlay_opacity=0.5)
    changed.add_recent(tmp_path / "a.smis")
    changed.add_recent(tmp_path / "b.smis")
    changed.add_recent(tmp_path / "a.smis")
    changed.save()
    assert load_settings() == changed
    assert [Path(name).name for name in load_settings().recent] == ["a.smis", "b.smis"]
    (tmp_path / "settings.json").write_text('{"theme": 5, "brush_size": "big", "overlay_opacity": 1, "unknown": 1}')
    assert load_settings() == Settings(overlay_opacity=1.0)
    (tmp_path / "settings.json").write_text("not json")
    assert load_settings() == Settings()
    changed.reset()
    assert changed.theme == "system" and len(changed.recent) == 2


def test_layers_of_psd_and_openraster(tmp_path: Path) -> None:
    labels = np.zeros((48, 32), dtype=np.uint8)
    labels[10:20, 5:25] = 6
    picture = np.random.default_rng(0).integers(0, 256, (48, 32, 3), dtype=np.uint8)
    layers = class_layers(picture, labels, LABEL_SET)
    assert [layer.name for layer in layers] == ["picture", "background", "top", "label map"]
    write_layers(tmp_path / "a.psd", layers, 48, 32)
    read = PSDImage.open(tmp_path / "a.psd")
    assert [(layer.name, layer.bbox, layer.visible) for layer in read][2] == ("top", (5, 10, 25, 20), True)
    assert not list(read)[3].visible
    assert np.array_equal(np.asarray(read.composite().convert("RGB")), picture)
    write_layers(tmp_path / "a.ora", layers, 48, 32)
    with zipfile.ZipFile(tmp_path / "a.ora") as archive:
        assert archive.infolist()[0].filename == "mimetype" and archive.read("mimetype") == b"image/openraster"
        merged = np.asarray(Image.open(archive.open("mergedimage.png")).convert("RGB"))
        assert b'name="top"' in archive.read("stack.xml")
    assert np.array_equal(merged, picture)
    with pytest.raises(UserError, match=r"a\.gif"):
        write_layers(tmp_path / "a.gif", layers, 48, 32)


def test_labelme_polygons(tmp_path: Path) -> None:
    shapes = [
        {"label": "Top", "points": [[2, 2], [12, 2], [12, 12], [2, 12]], "shape_type": "polygon"},
        {"label": "cape", "points": [[15, 15], [19, 19]], "shape_type": "rectangle"},
        {"label": "hat", "points": [[25, 5], [28, 5]], "shape_type": "circle"},
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"imageHeight": 24, "imageWidth": 32, "shapes": shapes}))
    foreign = read_foreign(path)
    assert foreign.names == ("background", "Top", "cape", "hat")
    assert foreign.guess(LABEL_SET) == [0, LABEL_SET.index_of("top"), None, LABEL_SET.index_of("hat")]
    assert foreign.suggest(LABEL_SET)[2] == LABEL_SET.background
    usual = replace(foreign, names=("background", "T-Shirt", "handbag", "sun_glasses"))
    assert usual.suggest(LABEL_SET) == [0, *(LABEL_SET.index_of(name) for name in ("top", "bag", "eyewear"))]
    assert usual.guess(LABEL_SET)[1:] == [None, None, None]
    labels = foreign.mapped([0, 6, 9, 4])
    assert labels.shape == (24, 32) and labels[5, 5] == 6 and labels[17, 17] == 9 and labels[5, 25] == 4
    assert labels[0, 0] == 0


def test_coco_polygons_small_over_large(tmp_path: Path) -> None:
    data = {
        "images": [{"id": 3, "width": 20, "height": 10}],
        "categories": [{"id": 1, "name": "bag"}, {"id": 2, "name": "dress"}],
        "annotations": [
            {"image_id": 3, "category_id": 1, "segmentation": [[4, 4, 6, 4, 6, 6, 4, 6]]},
            {"image_id": 3, "category_id": 2, "segmentation": [[0, 0, 15, 0, 15, 9, 0, 9]]},
        ],
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(data))
    foreign = read_foreign(path)
    labels = foreign.mapped(index or 0 for index in foreign.guess(LABEL_SET))
    assert labels[5, 5] == LABEL_SET.index_of("bag") and labels[1, 1] == LABEL_SET.index_of("dress")


def test_id_images_are_named_by_their_data_set(tmp_path: Path) -> None:
    ids = np.array([[7, 24], [26, 7]], dtype=np.uint8)
    Image.fromarray(ids).save(tmp_path / "aachen_gtFine_labelIds.png")
    cityscapes = builtin_label_set("cityscapes")
    foreign = read_foreign(tmp_path / "aachen_gtFine_labelIds.png")
    assert foreign.names == (cityscapes.names[7], cityscapes.names[24], cityscapes.names[26])
    assert foreign.guess(cityscapes) == [7, 24, 26]


def test_unknown_colours_and_broken_files(tmp_path: Path) -> None:
    image = np.zeros((4, 4, 3), dtype=np.uint8)
    image[0, 0] = LABEL_SET.classes[6].color
    image[1, 1] = (1, 2, 3)
    Image.fromarray(image).save(tmp_path / "a.png")
    foreign = read_foreign(tmp_path / "a.png")
    guess = dict(zip(foreign.names, foreign.guess(LABEL_SET), strict=True))
    assert guess["#000000"] == 0 and guess["#010203"] is None and 6 in guess.values()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    for name, text in (("bad.json", "{"), ("other.json", "{}"), ("half.json", '{"shapes": [{"label": "a"}]}')):
        (tmp_path / name).write_text(text)
        with pytest.raises(UserError, match=name.replace(".", r"\.")):
            read_foreign(tmp_path / name)
    with pytest.raises(UserError, match=r"noise\.png"):
        read_foreign(tmp_path / "noise.png")


def test_another_label_set_is_mapped_by_name() -> None:
    mine = document()
    target = LabelSet(
        "other", (ClassInfo("ground", (0, 0, 0)), ClassInfo("Hair", (9, 9, 9)), ClassInfo("bag", (8, 8, 8)))
    )
    mapped, lost = map_by_name(mine, target)
    assert (mapped.labels == 1).sum() == (mine.labels == 1).sum()
    assert (mapped.labels == 2).sum() == (mine.labels == LABEL_SET.index_of("bag")).sum()
    assert "dress" in lost and "hair" not in lost and "background" not in lost
    assert mapped.codes is None


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.integers(20, 90), st.integers(20, 90))
def test_the_whole_photo_lies_in_its_frame(height: int, width: int) -> None:
    photo = np.full((height, width, 3), 50, dtype=np.uint8)
    photo[height // 2, width // 2] = 255
    crop = whole_crop(height, width, 48, 32)
    assert crop.height / crop.width == pytest.approx(1.5)
    assert crop.top <= 1e-9 and crop.left <= 1e-9
    assert crop.top + crop.height >= height - 1e-9 and crop.left + crop.width >= width - 1e-9
    assert fit_photo(photo, crop, 48, 32).shape == (48, 32, 3)


def test_a_small_person_is_cropped_and_put_back_in_place() -> None:
    labels = np.zeros((200, 300), dtype=np.uint8)
    labels[60:140, 180:210] = 6
    crop = person_crop(labels, 48, 32)
    fitted = fit_labels(labels, crop, 48, 32)
    rows = np.flatnonzero((fitted == 6).any(axis=1))
    assert 0.85 <= len(rows) / 48 <= 0.96
    photo = np.zeros((200, 300, 3), dtype=np.uint8)
    frame = np.full((48, 32, 3), 200, dtype=np.uint8)
    result = put_back(photo, crop, frame)
    assert (result[60:140, 180:210] == 200).all()
    assert not result[:40].any() and not result[:, :140].any()


def test_exact_sizes_go_through_unchanged() -> None:
    photo = np.random.default_rng(2).integers(0, 256, (48, 32, 3), dtype=np.uint8)
    crop = whole_crop(48, 32, 48, 32)
    assert np.array_equal(fit_photo(photo, crop, 48, 32), photo)
    assert np.array_equal(put_back(np.zeros_like(photo), crop, photo), photo)
    labels = np.random.default_rng(3).integers(0, 16, (48, 32), dtype=np.uint8)
    assert np.array_equal(fit_labels(labels, crop, 48, 32), labels)


def test_a_fitted_map_is_exported_at_its_own_size() -> None:
    picture = np.zeros((48, 32, 3), dtype=np.uint8)
    labels = np.zeros((48, 32), dtype=np.uint8)
    frame = FinishedFrame(picture, labels, labels, None, Fit.into(100, 50, 48, 32))
    assert frame.render().shape == (100, 50, 3)


def test_style_arithmetic() -> None:
    rng = np.random.default_rng(5)
    mean, std = rng.standard_normal((4, 1, 1)).astype(np.float32), np.full((4, 1, 1), 0.5, np.float32)
    code, (vector, other) = styling.drawn(mean, std, rng), rng.standard_normal((2, 4, 1, 1)).astype(np.float32)
    measure, others = np.linalg.pinv(np.stack([vector, other]).reshape(2, 4)).T.reshape(2, 4, 1, 1).astype(np.float32)
    there = styling.moved(code, mean, vector, measure, 1.7)
    assert styling.position(there, mean, measure) == pytest.approx(1.7, abs=1e-4)
    assert styling.position(there, mean, others) == pytest.approx(styling.position(code, mean, others), abs=1e-4)
    assert np.allclose(styling.varied(code, mean, std, 0.0, rng), code, atol=1e-6)
    draws = np.stack([styling.varied(code, mean, std, 1.0, rng) for _ in range(2000)])
    assert draws.std(axis=0) == pytest.approx(0.5, rel=0.1)
    assert np.allclose(styling.code_from_text(styling.code_to_text(code, "hair"), code.shape), code, atol=1e-5)
    factor = np.tril(rng.standard_normal((4, 4)))
    draws = np.stack([styling.varied(code, mean, factor, 1.0, rng) for _ in range(4000)])[:, :, 0, 0]
    assert np.allclose(np.cov(draws.T), factor @ factor.T, atol=0.15 * (factor @ factor.T).max())
    bank = styling.CodeBank(np.stack([np.zeros((3, 4)), np.full((3, 4), 9.0)]), 0.0)
    means, factors = np.zeros((2, 4, 1, 1), np.float32), np.stack([factor, factor])
    assert np.array_equal(styling.drawn(means, factors, rng, bank)[:, 0, 0, 0], [0.0, 9.0])
    assert np.array_equal(styling.drawn(means[1], factors[1], rng, bank.of(1))[:, 0, 0], [9.0] * 4)
    with pytest.raises(UserError):
        styling.code_from_text("hello", code.shape)
    with pytest.raises(UserError, match="shape"):
        styling.code_from_text(styling.code_to_text(code, "hair"), (8, 4, 4))


def test_colours_of_layers_are_those_of_the_set() -> None:
    labels = np.zeros((8, 8), dtype=np.uint8)
    top = class_layers(np.zeros((8, 8, 3), np.uint8), labels, LABEL_SET)[-1]
    assert np.array_equal(top.pixels[..., :3], colorize(labels, LABEL_SET))
