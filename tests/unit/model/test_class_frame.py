from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from model.checkpoints.bundle import _load_network
from model.checkpoints.state import folded_state
from model.errors import UserError
from model.groupdnet import Generator, GeneratorConfig
from model.groupdnet.class_frame import ACROSS, DOWN, class_frames, in_classes, place_features, with_all_functions
from tests.unit.model.engine_edits import tiny_config, tiny_generator

#: Weights that mix nothing: a channel for each product.
EVERY = torch.eye(DOWN * ACROSS)


def ellipse(height: int, width: int, row: float, column: float, tall: float, wide: float) -> torch.Tensor:
    rows, columns = torch.arange(height)[:, None], torch.arange(width)
    return (((rows - row) / tall) ** 2 + ((columns - column) / wide) ** 2 < 1)[None].long()


def test_a_frame_is_the_middle_and_half_the_half_axes_of_an_ellipse() -> None:
    frame = class_frames(ellipse(96, 80, 40, 30, 24, 16), (1,))[0]
    assert torch.allclose(frame, torch.tensor([40.0, 30.0, 12.0, 8.0]), atol=0.1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_frames_are_means_and_deviations_of_all_pixels_of_the_classes(seed: int) -> None:
    torch.manual_seed(seed)
    labels = torch.randint(0, 5, (2, 11, 9))
    frames = class_frames(labels, (1, 4))
    for one, frame in zip(labels, frames, strict=True):
        places = torch.nonzero((one == 1) | (one == 4)).double()
        wanted = torch.cat([places.mean(0), places.std(0, correction=0).clamp(min=1)])
        assert torch.allclose(frame, wanted.float(), atol=1e-4)


def test_a_map_without_the_classes_has_no_places() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    frames = class_frames(labels, (2,))
    assert torch.isfinite(frames).all()
    assert not place_features(EVERY, frames, labels, (2,), 1).any()


def test_places_move_and_grow_with_the_class() -> None:
    small = ellipse(64, 64, 20, 20, 8, 6)
    moved = small.roll((14, 9), (1, 2))
    double = small.repeat_interleave(2, 1).repeat_interleave(2, 2)
    maps = place_features(EVERY, class_frames(small, (1,)), small, (1,), 1)
    assert maps.shape == (1, DOWN * ACROSS, 64, 64)
    elsewhere = place_features(EVERY, class_frames(moved, (1,)), moved, (1,), 1)
    assert torch.allclose(elsewhere, maps.roll((14, 9), (2, 3)), atol=1e-4)
    # The same face at twice the size: a level of half the size sees the same places, but for half a pixel.
    coarse = place_features(EVERY, class_frames(double, (1,)), double[:, ::2, ::2], (1,), 2)
    assert torch.allclose(coarse, maps, atol=0.1)
    assert not (maps.abs().sum(1)[~in_classes(small, (1,))]).any()


def test_a_network_draws_by_places_where_it_is_framed_and_nowhere_else() -> None:
    generator = tiny_generator("ours")
    labels = torch.zeros(1, 64, 64, dtype=torch.long)
    labels[:, 24:40, 20:36] = 1
    codes = torch.randn(1, 4, 3, 1, 1)
    with torch.no_grad():
        drawn = generator(labels, codes)
        for name, values in generator.named_parameters():
            if name.endswith(".place"):
                values.zero_()
        changed = (generator(labels, codes) - drawn).abs().amax((0, 1)) > 1e-6
    assert changed[24:40, 20:36].all()
    # Convolutions of three levels carry it a little further.
    assert not changed[:4].any() and not changed[60:].any() and not changed[:, 56:].any()


def test_weights_of_fewer_functions_mean_the_same() -> None:
    torch.manual_seed(0)
    few = torch.randn(5, 24)
    labels = ellipse(32, 32, 16, 15, 9, 7)
    frames = class_frames(labels, (1,))
    features = place_features(with_all_functions(few), frames, labels, (1,), 1)
    grid = place_features(EVERY, frames, labels, (1,), 1).unflatten(1, (DOWN, ACROSS))[:, :6, :4].flatten(1, 2)
    assert torch.allclose(features, torch.einsum("cm,bmhw->bchw", few, grid), atol=1e-5)


def test_networks_without_framed_classes_read_old_descriptions_and_wrong_ones_are_refused() -> None:
    config = tiny_config("ours")
    described = config.to_dict()
    del described["framed_classes"]
    for block in described["blocks"]:
        del block["framed"]
    assert not any(
        name.endswith(".place") for name, _ in Generator(GeneratorConfig.from_dict(described)).named_parameters()
    )
    with pytest.raises(UserError, match="no class 9"):
        GeneratorConfig.from_dict({**config.to_dict(), "framed_classes": [9]})
    with pytest.raises(UserError, match="framed blocks need"):
        GeneratorConfig.from_dict({**config.to_dict(), "framed_classes": []})


def test_a_bundle_from_before_keeps_its_weights_of_the_first_functions(tmp_path: Path) -> None:
    config, state = tiny_config("ours"), folded_state(tiny_generator("ours"))
    narrow = {name: values[:, :24] if name.endswith(".place") else values for name, values in state.items()}
    save_file({name: values.contiguous() for name, values in narrow.items()}, tmp_path / "generator.safetensors")
    read = _load_network(Generator, config, tmp_path / "generator.safetensors").state_dict()
    for name, values in narrow.items():
        assert torch.equal(read[name], with_all_functions(values) if name.endswith(".place") else values)
