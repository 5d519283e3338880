"""The map of the prior: pictures stay, codes become N(0, 1), bundles and trainings carry it on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.checkpoints import Bundle, load_bundle, save_bundle
from model.engine import Renderer
from model.errors import UserError
from model.training.colour_fit import fit_bundle_colours
from model.training.data import find_pairs, load_arrays, load_label_set
from model.training.detail_crops import MOST_NOISE, read_photos
from model.training.detail_recipe import Subject, recipe_for, scope_of
from model.training.prior import fit_prior
from model.training.run import train
from tests.unit.model.tiny_training import draw_dataset, options


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_dataset(tmp_path_factory.mktemp("prior") / "data")


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(options(data, tmp_path_factory.mktemp("prior") / "network", steps=2, checkpoint_every=2))


def fitted(trained: Path, data: Path) -> Bundle:
    bundle = load_bundle(trained)
    fit_prior(bundle, find_pairs(data, load_label_set(data)))
    return bundle


@torch.no_grad()
def encoded(bundle: Bundle, data: Path) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Label maps, codes, log-variances and reconstructions of all photos."""
    assert bundle.encoder is not None
    photos, maps = load_arrays(find_pairs(data, load_label_set(data)), bundle.height, bundle.width)
    pictures, labels = photos.float() / 127.5 - 1, maps.long()
    pictures = torch.where((labels != 0)[:, None], pictures, torch.full_like(pictures, 200 / 127.5 - 1))
    mean, logvar = bundle.encoder(pictures, labels)
    return labels, mean, logvar, bundle.generator(labels, mean)


def test_reconstructions_stay_and_codes_become_normal(trained: Path, data: Path, tmp_path: Path) -> None:
    before, after = load_bundle(trained), fitted(trained, data)
    labels, old, _, expected = encoded(before, data)
    _, codes, spread, drawn = encoded(after, data)
    assert torch.allclose(drawn, expected, atol=1e-4)
    assert not torch.allclose(codes, old, atol=0.1)
    assert after.generator.prior is not None
    assert torch.allclose(after.generator.from_prior(codes)[:, 1:], old[:, 1:], atol=1e-4)
    present = torch.stack([(labels == index).flatten(1).any(1) for index in range(3)], 1)
    for index in (1, 2):
        own = codes[present[:, index], index].flatten(1)
        assert own.mean(0).abs().max() < 1e-3
        covariance = torch.cov(own.T)
        # Less where they hardly spread at all, since covariances are drawn a little towards their diagonals.
        assert (covariance.diagonal() < 1.05).all() and covariance.diagonal().mean() > 0.4
        assert (covariance - covariance.diagonal().diag()).abs().max() < 0.3
        assert torch.isfinite(spread[:, index]).all()
    assert after.code_mean[1:].abs().max() < 1e-3
    save_bundle(after, tmp_path / "saved")
    again = load_bundle(tmp_path / "saved")
    assert torch.allclose(encoded(again, data)[3], expected, atol=5e-3)


def test_the_renderer_draws_what_the_network_does(trained: Path, data: Path) -> None:
    bundle = fitted(trained, data)
    labels, codes, _, drawn = encoded(bundle, data)
    renderer = Renderer(bundle, "cpu")
    renderer.render(labels[0].numpy().astype(np.uint8), codes[0])
    assert torch.allclose(renderer.picture(), drawn[0], atol=1e-4)


def test_a_second_fit_changes_nothing_more(trained: Path, data: Path) -> None:
    once, twice = fitted(trained, data), fitted(trained, data)
    fit_prior(twice, find_pairs(data, load_label_set(data)))
    _, _, _, expected = encoded(once, data)
    _, codes, _, drawn = encoded(twice, data)
    assert torch.allclose(drawn, expected, atol=1e-4)
    assert codes[:, 1:].mean((0, 3, 4)).abs().max() < 1e-2


def test_training_goes_on_behind_the_map(trained: Path, data: Path, tmp_path: Path) -> None:
    bundle = fitted(trained, data)
    save_bundle(bundle, tmp_path / "start")
    start = replace(options(data, tmp_path / "run", steps=1, checkpoint_every=1), init_from=tmp_path / "start")
    after = load_bundle(train(start)).generator.prior
    assert after is not None and bundle.generator.prior is not None
    assert torch.allclose(after.shift, bundle.generator.prior.shift, atol=2e-3)
    further = replace(options(data, tmp_path / "further", steps=1, checkpoint_every=1), init_from=tmp_path / "run")
    assert load_bundle(train(further)).generator.prior is not None


def test_a_bundle_without_an_encoder_is_refused(trained: Path, data: Path) -> None:
    bundle = load_bundle(trained)
    bundle.encoder = None
    with pytest.raises(UserError, match="no encoder of one code a class"):
        fit_prior(bundle, find_pairs(data, load_label_set(data)))


def test_trainings_behind_the_map_do_not_drown_codes_in_noise(trained: Path, data: Path) -> None:
    pairs = find_pairs(data, load_label_set(data))
    recipe = replace(recipe_for(Subject.CLOTHES), least_pixels=1)
    before, after = load_bundle(trained), fitted(trained, data)
    free = read_photos(pairs, before, recipe, scope_of(Subject.CLOTHES, before)).spread
    held = read_photos(pairs, after, recipe, scope_of(Subject.CLOTHES, after)).spread
    assert free.max() <= 1 and held.max() <= MOST_NOISE


def test_colours_of_a_bundle_are_fitted_behind_the_map(trained: Path, data: Path) -> None:
    bundle = fitted(trained, data)
    gaps = fit_bundle_colours(bundle, find_pairs(data, load_label_set(data)), rounds=2)
    assert len(gaps) == 3 and gaps[-1] <= gaps[0]
    bundle.encoder = None
    with pytest.raises(UserError, match="no encoder of one code"):
        fit_bundle_colours(bundle, [])
