"""Whole runs of tiny networks on data drawn here: resuming, growing, two processes, bad data, the bundle at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from model.checkpoints import load_bundle
from model.checkpoints.state import folded_state
from model.errors import UserError
from model.groupdnet import Generator
from model.training.checkpointing import load_checkpoint
from model.training.config import RECIPE_NAMES, TrainConfig, recipe
from model.training.export import code_bank, code_statistics
from model.training.run import build, train
from tests.unit.model.tiny_training import CLASSES, draw_dataset, options, tiny_recipe


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return draw_dataset(tmp_path / "data")


def test_a_run_ends_with_a_bundle_samples_and_a_log(data: Path, tmp_path: Path) -> None:
    bundle = load_bundle(train(options(data, tmp_path / "run")))
    assert (bundle.height, bundle.width, bundle.background) == (32, 16, (200, 200, 200))
    assert bundle.encoder is not None
    assert (bundle.code_std > 0).all()
    assert bundle.code_factor is not None
    # The studio ground means nothing, whatever stood in the photos.
    assert torch.equal(bundle.code_factor[0], torch.eye(4))
    labels = torch.ones(1, 32, 16, dtype=torch.long)
    picture = bundle.generator(labels, bundle.code_mean[None])
    assert picture.shape == (1, 3, 32, 16)
    assert picture.abs().max() <= 1
    grid = np.asarray(Image.open(tmp_path / "run" / "samples" / "0000004.png"))
    assert grid.shape == (6 * 32, 2 * 16, 3)
    assert [json.loads(line)["step"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()] == [4]


def test_resuming_is_bit_equal_to_never_stopping(data: Path, tmp_path: Path) -> None:
    train(options(data, tmp_path / "whole", steps=5))
    train(options(data, tmp_path / "halves", steps=2))
    train(options(data, tmp_path / "halves", steps=5, resume=True))
    whole, halves = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "halves")
    assert whole["step"] == halves["step"] == 5
    for part in ("model", "discriminator", "ema"):
        for name, value in whole[part].items():
            assert torch.equal(value, halves[part][name]), f"{part}: {name}"
    for player in ("optimizer_g", "optimizer_d"):
        for number, state in whole[player]["state"].items():
            assert torch.equal(state["exp_avg_sq"], halves[player]["state"][number]["exp_avg_sq"])


def test_training_lowers_the_reconstruction_loss(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(options(data, run, steps=60, adversarial_start=1000, learning_rate=4e-3, checkpoint_every=1000))
    losses = [json.loads(line)["perceptual"] for line in (run / "log.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.85 * losses[0]


def test_a_larger_network_starts_as_the_smaller_ones_picture_upsampled(data: Path, tmp_path: Path) -> None:
    train(options(data, tmp_path / "small", steps=1))
    start = options(data, tmp_path / "large", init_from=tmp_path / "small")
    small, large = (build(start, tiny_recipe(levels))[0].generator.eval() for levels in (3, 4))
    labels = torch.randint(0, CLASSES, (1, 32, 16))
    codes = torch.randn(1, CLASSES, 4, 1, 1)
    with torch.no_grad():
        before = small(labels, codes).atanh()
        after = large(labels.repeat_interleave(2, 1).repeat_interleave(2, 2), codes).atanh()
    expected = torch.nn.functional.interpolate(before, scale_factor=2, mode="bilinear", align_corners=False)
    # Power iterations of two networks end at slightly different sigmas.
    assert (after - expected).abs().max() < 0.02 * expected.abs().max()


def test_frozen_levels_do_not_move(data: Path, tmp_path: Path) -> None:
    train(options(data, tmp_path / "first", steps=1, checkpoint_every=1))
    second = options(data, tmp_path / "second", steps=2, init_from=tmp_path / "first", frozen_levels=2)
    before = folded_state(build(second, replace(tiny_recipe(), frozen_levels=2))[0])
    train(second)
    after = load_checkpoint(tmp_path / "second")["plain"]
    moved = {name for name, value in after.items() if not torch.allclose(value, before[name], atol=1e-5)}
    assert moved
    frozen = {name for name in moved if not name.startswith(("generator.blocks.2.", "generator.to_rgb."))}
    assert not frozen


def test_a_run_folder_is_never_overwritten(data: Path, tmp_path: Path) -> None:
    train(options(data, tmp_path / "run", steps=1, checkpoint_every=1))
    with pytest.raises(UserError, match="already holds a run"):
        train(options(data, tmp_path / "run", steps=1))
    with pytest.raises(UserError, match=r"holds no checkpoint\.pt"):
        train(options(data, tmp_path / "other", resume=True))


def test_bad_data_stops_before_the_first_step(data: Path, tmp_path: Path) -> None:
    labels = np.zeros((64, 32), np.uint8)
    labels[3, 5] = 9
    Image.fromarray(labels).save(data / "labels" / "004.png")
    with pytest.raises(UserError, match=r"004\.png.*9"):
        train(options(data, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_every_recipe_can_be_built_and_survives_its_dictionary(name: str) -> None:
    config = recipe(name, 4)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with torch.device("meta"):
        generator = Generator(replace(config.generator, spectral_norm=False))
    assert len(generator.blocks) == 4


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="street-fashion"):
        recipe("cats")


_WORKER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:5]
import torch
torch.set_num_threads(1)
from test_training_run import options
from model.training.run import train
train(options(Path(sys.argv[1]), Path(sys.argv[2]), devices=2, steps=2, checkpoint_every=2, sample_every=100))
"""


@pytest.mark.slow
def test_two_processes_train_one_model(data: Path, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(_WORKER)
    root, here = Path(__file__).resolve().parents[3], Path(__file__).resolve().parent
    run = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, str(script), str(data), str(run), str(root), str(here)],
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # The log counts the pictures of both processes, and the bundle loads.
    assert load_checkpoint(run)["step"] == 2
    assert load_bundle(run / "bundle").classes == CLASSES
    single = tmp_path / "single"
    train(options(data, single, steps=2, checkpoint_every=2))
    two, one = load_checkpoint(run)["model"], load_checkpoint(single)["model"]
    # Two processes average the gradients of twice the pictures, so they must part from one process.
    assert any(not torch.equal(value, one[name]) for name, value in two.items())


def test_code_statistics_are_those_of_the_pictures_that_have_the_class() -> None:
    torch.manual_seed(0)
    codes = torch.randn(40, 3, 2, 1, 1) @ torch.ones(1, 1) + torch.arange(3.0)[:, None, None, None]
    codes[:, 1, 1] = 0.5 * codes[:, 1, 0]
    present = torch.ones(40, 3, dtype=torch.bool)
    present[3:, 2] = False
    present[:20, 1] = False
    mean, std, factor = code_statistics(codes, present)
    own = codes[20:, 1, :, 0, 0]
    assert torch.allclose(mean[1, :, 0, 0], own.mean(0))
    covariance = factor[1] @ factor[1].T
    assert torch.allclose(covariance.diagonal(), own.var(0), rtol=1e-4)
    assert covariance[0, 1] == pytest.approx(0.9 * torch.cov(own.T)[0, 1].item(), rel=1e-3)
    # Three pictures are too few for a covariance of two numbers, but enough for a spread.
    assert torch.equal(factor[2], torch.diag(std[2].flatten()))
    bank = code_bank(codes, present, mean, factor, 10)
    assert bank.shape == (3, 10, 2)
    assert all((row == own).all(1).any() for row in bank[1])


def test_a_row_of_the_bank_is_one_picture_for_linked_classes() -> None:
    codes = torch.arange(50.0)[:, None, None, None, None].expand(50, 3, 2, 1, 1).contiguous()
    present = torch.ones(50, 3, dtype=torch.bool)
    present[::3, 1] = False
    present[1::7, 2] = False
    mean, _, factor = code_statistics(codes, present)
    bank = code_bank(codes, present, mean, factor, 16, linked=[(1, 2)])
    assert torch.equal(bank[1], bank[2])
    assert all(present[int(row[0])].all() for row in bank[1])
    apart = code_bank(codes, present, mean, factor, 16)
    assert not torch.equal(apart[1], apart[2])
    assert torch.equal(apart[0], bank[0])
