"""Label maps of other programs and data sets, opened in the real window."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QDialog, QTableWidget

from app.dialogs.mapping import MappingDialog
from model.labels import builtin_label_set, write_label_map

LABEL_SET = builtin_label_set("street-fashion")


def test_label_maps_of_every_kind(studio, answers: SimpleNamespace, tmp_path: Path) -> None:
    studio.settle()
    labels = np.zeros((48, 32), dtype=np.uint8)
    labels[10:20, 10:20] = 6
    write_label_map(tmp_path / "palette.png", labels, LABEL_SET)
    Image.fromarray(labels).save(tmp_path / "grey.png")
    Image.fromarray(LABEL_SET.palette()[labels]).save(tmp_path / "colours.png")
    for name in ("palette", "grey", "colours"):
        answers.open = tmp_path / f"{name}.png"
        studio.trigger("file.open")
        assert studio.document.name == name
        assert np.array_equal(studio.document.labels, labels), name
        assert not studio.document.modified


def test_unknown_values_are_asked_about(studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.settle()
    shapes = [
        {"label": "dress", "points": [[4, 4], [20, 4], [20, 30], [4, 30]]},
        {"label": "cape", "points": [[22, 4], [30, 4], [30, 30], [22, 30]]},
    ]
    path = tmp_path / "shapes.json"
    path.write_text(json.dumps({"imageHeight": 48, "imageWidth": 32, "shapes": shapes}))

    def choose(dialog: MappingDialog) -> int:
        assert [box.currentText() for box in dialog.boxes] == ["background", "dress", "background"]
        dialog.boxes[2].setCurrentText("outerwear")
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(MappingDialog, "exec", choose)
    studio.window.files.open_path(path)
    assert studio.document.labels[10, 10] == LABEL_SET.index_of("dress")
    assert studio.document.labels[10, 26] == LABEL_SET.index_of("outerwear")
    # Cancel leaves everything as it was.
    monkeypatch.setattr(MappingDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    before = studio.document
    studio.window.files.open_path(path)
    assert studio.document is before


def polygons_of_labelme(path: Path) -> None:
    shapes = [{"label": "Dress", "points": [[4, 4], [20, 4], [20, 30], [4, 30]], "shape_type": "polygon"}]
    path.write_text(json.dumps({"imageHeight": 48, "imageWidth": 32, "shapes": shapes}))


def polygons_of_coco(path: Path) -> None:
    data = {
        "images": [{"id": 1, "width": 32, "height": 48}],
        "categories": [{"id": 7, "name": "dress"}],
        "annotations": [{"image_id": 1, "category_id": 7, "segmentation": [[4, 4, 20, 4, 20, 30, 4, 30]]}],
    }
    path.write_text(json.dumps(data))


@pytest.mark.parametrize("write", [polygons_of_labelme, polygons_of_coco])
def test_polygons_of_known_names_open_without_a_question(studio, tmp_path: Path, write) -> None:
    studio.settle()
    write(tmp_path / "figure.json")
    studio.window.files.open_path(tmp_path / "figure.json")
    assert studio.document.name == "figure"
    assert studio.document.labels[10, 10] == LABEL_SET.index_of("dress") and studio.document.labels[40, 25] == 0


@pytest.mark.parametrize(
    ("name", "ids", "names"),
    [("aachen_000001_gtFine_labelIds.png", (7, 8), ["road", "sidewalk"]), ("ADE_val_1.png", (1, 4), ["wall", "floor"])],
)
def test_ids_of_another_data_set_are_never_taken_for_our_own(
    studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, ids: tuple[int, int], names: list[str]
) -> None:
    studio.settle()
    labels = np.full((48, 32), ids[0], dtype=np.uint8)
    labels[:, 16:] = ids[1]
    Image.fromarray(labels).save(tmp_path / name)

    def choose(dialog: MappingDialog) -> int:
        table = dialog.findChild(QTableWidget)
        assert [table.item(row, 0).text() for row in range(2)] == names
        dialog.boxes[1].setCurrentText("skirt")
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(MappingDialog, "exec", choose)
    studio.window.files.open_path(tmp_path / name)
    assert studio.document.labels[20, 8] == 0 and studio.document.labels[20, 24] == LABEL_SET.index_of("skirt")
