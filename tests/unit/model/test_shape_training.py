"""The shape model measured, its sliders limited, and trained."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from model.errors import UserError
from model.labels import write_label_map
from model.shapes import ShapeModel, read_shape_model
from model.shapes.directions import SLIDERS, find_directions
from model.shapes.extent import NAMED, measure_extent, rank_correlation, slider_correlation
from model.shapes.limits import STRENGTHS, Usual, describe, find_limits
from model.shapes.measure import intersection_over_union, measure_samples
from model.training import shapes as training
from model.training.shape_data import ExampleSource, varied_classes
from model.training.shapes import ShapeRecipe, train_shapes
from tests.unit.model.shape_maps import BACKGROUND, BAG, CONFIG, DRESS, LABEL_SET, blob_model, person, statistics


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture
def model() -> ShapeModel:
    return blob_model()


class TestMeasures:
    def test_extent_counts_rows_columns_and_cells(self) -> None:
        shares = np.zeros((1, 20, 20), np.float32)
        shares[0, 3:13, 5:9] = 1
        extent = measure_extent(shares)
        assert np.exp(extent.height[0]) == pytest.approx(10)
        assert np.exp(extent.width[0]) == pytest.approx(4)
        assert np.exp(extent.area[0]) == pytest.approx(40)

    def test_rank_correlation(self) -> None:
        rising = np.arange(5.0)
        assert rank_correlation(rising, np.exp(rising)) == pytest.approx(1)
        assert rank_correlation(rising, -rising) == pytest.approx(-1)
        assert rank_correlation(rising, np.zeros(5)) == 0

    def test_sliders_are_named_units_and_apart(self, model: ShapeModel) -> None:
        sliders = find_directions(model, [person(seed) for seed in range(4)])[DRESS]
        named = [slider for slider in sliders if slider.name in NAMED]
        assert [slider.name for slider in sliders if slider not in named] == [
            f"variation {place}" for place in range(1, len(sliders) - len(named) + 1)
        ]
        assert len(sliders) == min(SLIDERS, CONFIG.code_size)
        for slider in sliders:
            assert np.linalg.norm(slider.vector) == pytest.approx(1, abs=1e-4)
        for slider in named:
            assert slider_correlation(model, [person(seed) for seed in range(4)], DRESS, slider) > 0

    def test_figures_are_shares(self, model: ShapeModel) -> None:
        figures = measure_samples(model, [person(seed) for seed in range(2)])
        row = figures["classes"]["dress"]
        assert 0 <= row["variety"] <= 1
        assert -1 <= row["longer"] <= 1
        assert "strength" not in row
        assert figures["milliseconds"] > 0


class TestLimits:
    def test_the_dice_goes_as_far_as_the_class_allows(self, model: ShapeModel) -> None:
        labels = person()
        own, whole = model.encode(labels, DRESS), model.dice(labels, DRESS, 1)
        np.testing.assert_allclose(whole, model.sample(1), atol=1e-6)
        np.testing.assert_array_equal(model.dice(labels, DRESS, 1, 0), own)
        held = model.with_limits({DRESS: 0.4})
        np.testing.assert_allclose(held.dice(labels, DRESS, 1), model.sample(1, own, 0.4), atol=1e-6)
        np.testing.assert_allclose(held.dice(labels, BAG, 1), model.dice(labels, BAG, 1))

    def test_outlines_are_described_whatever_their_size(self) -> None:
        round_, torn, thin = (np.zeros((80, 80), bool) for _ in range(3))
        cv2.circle(view := round_.astype(np.uint8), (40, 40), 20, 1, -1)
        round_ = view > 0
        torn[10:30, 10:30] = torn[40:60, 40:60] = True
        thin[38:42, 5:75] = True
        assert describe(round_)[0] > 0.95
        assert describe(round_)[1] > describe(thin)[1]
        assert describe(round_)[2] > describe(thin)[2]
        assert describe(torn)[3] == pytest.approx(np.log(2))
        assert describe(np.zeros((8, 8), bool)).tolist() == [0, 0, 0, 0]

    def test_real_outlines_are_usual_and_blobs_are_not(self) -> None:
        people = [person(seed) for seed in range(60)]
        usual = Usual(people[:50], DRESS, BACKGROUND)
        assert usual.share > 0.7
        assert np.mean([usual.holds(labels) for labels in people[50:]]) > 0.4
        blob = person(3)
        blob[blob == DRESS] = BACKGROUND
        cv2.circle(blob, (32, 40), 9, DRESS, -1)
        assert not usual.holds(blob)

    def test_limits_are_strengths_that_were_tried(self, model: ShapeModel) -> None:
        people = [person(seed) for seed in range(10)]
        limits = find_limits(model, people)
        assert limits == find_limits(model, people)
        assert set(limits) == {DRESS, BAG}
        assert set(limits.values()) <= set(STRENGTHS)
        assert find_limits(model, people[:5]) == {}


def write_data(folder: Path, count: int = 22) -> Path:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    (folder / "classes.json").write_text(json.dumps(LABEL_SET.to_json()), encoding="utf-8")
    for number in range(count):
        write_label_map(folder / "labels" / f"{number:03}.png", person(number), LABEL_SET)
        (folder / "images" / f"{number:03}.jpg").write_bytes(b"never read")
    return folder


class TestTraining:
    def test_examples_hide_the_class_and_repeat(self) -> None:
        people = [person(seed) for seed in range(6)]
        source = ExampleSource(people, CONFIG, statistics(), 0, seed=3)
        first, again = source.batch(5, 8), source.batch(5, 8)
        assert torch.equal(first.context, again.context)
        assert torch.equal(first.target, again.target)
        assert not torch.equal(first.context, source.batch(6, 8).context)
        for number in range(8):
            own = first.context[number, first.class_index[number]]
            # Nothing of the class is left, and the hole is larger than the class.
            assert own.max() == 0
            covered = first.target[number, 0] > 0
            assert bool((first.hole[number, 0][covered] == 1).all())
            assert first.hole[number].sum() > covered.sum() * 1.1

    def test_people_do_not_vary_but_what_they_wear_does(self) -> None:
        assert varied_classes(LABEL_SET) == (DRESS, BAG)

    def test_a_few_steps_learn_and_the_run_ends_with_a_model(self, tmp_path: Path) -> None:
        data, run = write_data(tmp_path / "data"), tmp_path / "run"
        recipe = ShapeRecipe(steps=80, minutes=None, batch_size=4, learning_rate=4e-3, average=0.9)
        report = train_shapes(data, run, recipe, config=CONFIG, console=Console(quiet=True))
        assert report["steps"] == 80
        assert set(report["figures"]["classes"]) == {"dress", "bag"}
        model = read_shape_model(run / "shapes.safetensors")
        assert model.directions(DRESS)
        labels = person(500)
        drawn = model.outline_logits(labels, DRESS, model.encode(labels, DRESS)[None])[0] > 0
        assert intersection_over_union(drawn, model.outline_shares(labels, DRESS) > 0.5) > 0.4

    def test_a_resumed_run_ends_where_the_whole_one_does(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = write_data(tmp_path / "data", 12)
        monkeypatch.setattr(training, "find_directions", lambda *_: {})
        monkeypatch.setattr(training, "find_limits", lambda *_: {})
        monkeypatch.setattr(training, "measure_samples", lambda *_: {})
        quiet = Console(quiet=True)
        # The schedule follows the share of the run that is over, so the stopped run must know its end from the start.
        recipe = ShapeRecipe(steps=6, minutes=None, batch_size=2)
        train_shapes(data, tmp_path / "whole", recipe, config=CONFIG, console=quiet)
        step = training._Trainer._train_step

        def stopping(trainer: training._Trainer) -> dict[str, float]:
            trainer.stopping = trainer.step == 2
            return step(trainer)

        with monkeypatch.context() as patched:
            patched.setattr(training._Trainer, "_train_step", stopping)
            assert train_shapes(data, tmp_path / "parts", recipe, config=CONFIG, console=quiet) == {}
        assert not (tmp_path / "parts" / "shapes.safetensors").exists()
        train_shapes(data, tmp_path / "parts", recipe, resume=True, console=quiet)
        whole, parts = (load_file(tmp_path / run / "shapes.safetensors") for run in ("whole", "parts"))
        assert all(torch.equal(whole[key], parts[key]) for key in whole)
        started = ShapeRecipe(steps=1, minutes=None, batch_size=2, learning_rate=1e-9)
        train_shapes(data, tmp_path / "on", started, init_from=tmp_path / "whole", config=CONFIG, console=quiet)
        on = load_file(tmp_path / "on" / "shapes.safetensors")
        torch.testing.assert_close(on["network.stem.weight"], whole["network.stem.weight"], atol=1e-3, rtol=0)

    def test_what_cannot_be_trained_on(self, tmp_path: Path) -> None:
        data, run = write_data(tmp_path / "data", 4), tmp_path / "run"
        with pytest.raises(UserError, match=r"holds no checkpoint\.pt"):
            train_shapes(data, run, resume=True)
        with pytest.raises(UserError, match="number of steps or of minutes"):
            ShapeRecipe(steps=None, minutes=None)
        run.mkdir()
        (run / "checkpoint.pt").write_bytes(b"")
        with pytest.raises(UserError, match="holds a run already"):
            train_shapes(data, run)
