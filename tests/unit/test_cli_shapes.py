"""`vary-shape`, `check-shapes` and readability, on a tiny bundle with an untrained shape model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from app.cli.application import run
from model.checkpoints import Bundle, save_bundle
from model.errors import UserError
from model.evaluation.shapes import measure_readability
from model.labels import LabelMap, builtin_label_set, read_label_map, write_label_map
from model.shapes import (
    ShapeConfig,
    ShapeModel,
    ShapeNetwork,
    Slider,
    read_shape_model,
    write_shape_model,
)
from model.training.shape_data import measure_statistics

FASHION = builtin_label_set("street-fashion")
TOP, TROUSERS = FASHION.index_of("top"), FASHION.index_of("trousers")


def clothed(height: int = 48, width: int = 32) -> LabelMap:
    labels = np.zeros((height, width), np.uint8)
    labels[height // 6 : height // 2, width // 4 : 3 * width // 4] = TOP
    labels[height // 2 : 7 * height // 8, width // 3 : 2 * width // 3] = TROUSERS
    return labels


@pytest.fixture
def shapes() -> ShapeModel:
    torch.manual_seed(0)
    network = ShapeNetwork(ShapeConfig(len(FASHION), (TOP, TROUSERS), 32, 32, 4, (8, 8, 8, 8)))
    with torch.no_grad():
        network.finish.weight.mul_(30)
    slider = Slider("longer", np.array([1, 0, 0, 0], np.float32), -3.0, 3.0)
    return ShapeModel(
        network, measure_statistics([clothed()], FASHION, (TOP, TROUSERS)), FASHION.names, 0, {TOP: (slider,)}
    )


def test_a_class_varies_by_seed_and_by_slider(
    tiny_bundle: Bundle, shapes: ShapeModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, source, target = tmp_path / "bundle", tmp_path / "map.png", tmp_path / "out.png"
    save_bundle(tiny_bundle, bundle)
    labels = clothed(61, 37)
    write_label_map(source, labels, FASHION)
    command = ["vary-shape", str(source), "--class", "top", "-o", str(target), "--bundle", str(bundle)]
    assert run(command) == 2
    assert "has no shape model" in capsys.readouterr().err
    write_shape_model(bundle / "shapes.safetensors", shapes)
    assert run(command) == 0
    np.testing.assert_array_equal(read_label_map(target, FASHION), labels)
    assert run([*command, "--seed", "5"]) == 0
    varied = read_label_map(target, FASHION)
    assert (varied != labels).any()
    np.testing.assert_array_equal((varied != labels) & (varied != TOP) & (labels != TOP), False)
    assert run([*command, "--slide", "longer=2"]) == 0
    assert run([*command, "--slide", "broader=2"]) == 2
    assert "top has longer" in capsys.readouterr().err
    assert run([*command[:3], "face", *command[4:]]) == 2
    assert "cannot vary 'face'" in capsys.readouterr().err


def test_a_class_is_taken_away(
    tiny_bundle: Bundle, shapes: ShapeModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, source, target = tmp_path / "bundle", tmp_path / "map.png", tmp_path / "out.png"
    save_bundle(tiny_bundle, bundle)
    write_shape_model(bundle / "shapes.safetensors", shapes)
    labels = clothed(61, 37)
    write_label_map(source, labels, FASHION)
    command = ["vary-shape", str(source), "--class", "top", "-o", str(target), "--bundle", str(bundle), "--remove"]
    assert run([*command, "--seed", "3"]) == 2
    assert "--remove takes the class away" in capsys.readouterr().err
    assert run(command) == 0
    bare = read_label_map(target, FASHION)
    assert not (bare == TOP).any()
    np.testing.assert_array_equal(bare[labels != TOP], labels[labels != TOP])


def test_pictures_of_varied_maps_are_read(
    tiny_bundle: Bundle, tiny_bundle_with_parser: Bundle, shapes: ShapeModel
) -> None:
    done: list[tuple[int, int]] = []
    figures = measure_readability(
        tiny_bundle_with_parser, shapes, [clothed(96, 64)], 3, progress=lambda *step: done.append(step)
    )
    assert figures["samples"] == 3
    assert done == [(1, 3), (2, 3), (3, 3)]
    assert set(figures["classes"]) == {"top", "trousers"}
    assert all(0 <= figures[key] <= 1 for key in ("pixels", "figure", "unvaried"))
    with pytest.raises(UserError, match="has no parser"):
        measure_readability(tiny_bundle, shapes, [clothed()])
    with pytest.raises(UserError, match="none of the label maps"):
        measure_readability(tiny_bundle_with_parser, shapes, [np.zeros((8, 8), np.uint8)])


def test_sliders_and_dice_are_fitted_anew_and_stored(tiny_bundle: Bundle, shapes: ShapeModel, tmp_path: Path) -> None:
    bundle, data = tmp_path / "bundle", tmp_path / "data"
    save_bundle(tiny_bundle, bundle)
    write_shape_model(bundle / "shapes.safetensors", shapes)
    for part in ("images", "labels"):
        (data / part).mkdir(parents=True)
    (data / "classes.json").write_text(json.dumps(FASHION.to_json()), encoding="utf-8")
    for number in range(12):
        write_label_map(data / "labels" / f"{number:03}.png", clothed(48 + number, 32), FASHION)
        (data / "images" / f"{number:03}.jpg").write_bytes(b"never read")
    assert run(["check-shapes", "--data", str(data), "--bundle", str(bundle), "--no-read", "--refit", "--card"]) == 0
    fitted = read_shape_model(bundle / "shapes.safetensors")
    assert set(fitted.limits) == {TOP, TROUSERS}
    assert all(0 < limit <= 1 for limit in fitted.limits.values())
    assert len(fitted.directions(TOP)) == shapes.config.code_size
    assert "strength" in (bundle / "MODEL_CARD.md").read_text()
