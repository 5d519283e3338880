"""Controls: the quantities that they are taught, what they leave as it was, and what they learn."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from model import colour
from model.checkpoints import Bundle, load_bundle, save_bundle
from model.engine import Renderer
from model.errors import UserError
from model.styles import measure, read_styles, write_styles
from model.styles.checking import sweep, table_of
from model.styles.directions import Direction
from model.styles.naming import shortfall, widest
from model.styles.sampling import sample_codes
from model.training.containment import contain
from model.training.controls import COUNT, REACH, ControlTrainer, train_controls, with_controls
from model.training.prior import fit_prior
from model.training.quantities import ClassQuantities, to_lab
from model.training.run import train
from tests.unit.model.known_styles import known_bundle_of, network_draw
from tests.unit.model.test_containment import maps
from tests.unit.model.tiny_training import draw_dataset, options, tiny_recipe


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("controls")
    recipe = tiny_recipe(5)
    path = train(options(draw_dataset(folder / "data"), folder / "run", recipe=recipe, steps=1, checkpoint_every=1))
    made = load_bundle(Path(path))
    made.generator = contain(made, maps(), steps=2, batch=2)
    return made


def test_quantities_are_those_of_the_sliders() -> None:
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (2, 6, 4, 3)).repeat(8, 1).repeat(8, 2)
    pictures = (coarse * 0.7 + random.integers(0, 77, (2, 48, 32, 3))).astype(np.uint8)
    labels = np.zeros((48, 32), np.uint8)
    labels[4:30, 3:20] = 2
    labels[34:40, 5:31] = 5
    labels[45:47, 3:6] = 7
    rulers = ClassQuantities(torch.from_numpy(labels), measure.MIN_PIXELS, skipped=(0,))
    assert rulers.indices.tolist() == [2, 5]
    found = rulers.measure(to_lab(torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1))
    for picture, figures in zip(pictures, found.numpy(), strict=True):
        lab = colour.to_lab(picture)
        wanted = [measure.measure(lab, measure.class_pixels(labels, index)) for index in (2, 5)]
        np.testing.assert_allclose(figures, wanted, atol=0.4, rtol=0.01)
    masks = rulers.masks(48, 32).numpy()
    assert np.array_equal(masks[1] > 0, measure.class_pixels(labels, 5))


def test_controls_at_zero_change_nothing(bundle: Bundle, tmp_path: Path) -> None:
    made = with_controls(bundle)
    save_bundle(made, tmp_path / "wide")
    again = load_bundle(tmp_path / "wide")
    assert again.generator.config.controls == COUNT
    assert again.code_shape[1] == bundle.code_shape[1] + COUNT
    drawn = sample_codes(bundle, 5)
    assert torch.allclose(sample_codes(made, 5), F.pad(drawn, (0, 0, 0, 0, 0, COUNT)))
    labels = maps()[:1].long()
    codes = sample_codes(made, 5)[None]
    with torch.no_grad():
        assert torch.equal(made.generator(labels, codes), bundle.generator(labels, codes[:, :, :-COUNT]))
        assert bundle.encoder is not None and made.encoder is not None
        photo = torch.rand(1, 3, *labels.shape[1:]) * 2 - 1
        old, new = bundle.encoder(photo, labels), made.encoder(photo, labels)
    for before, after in zip(old, new, strict=True):
        assert torch.allclose(after[:, :, :-COUNT], before, atol=1e-5)
    write_styles(tmp_path / "before.safetensors", drawn, bundle)
    assert torch.equal(read_styles(tmp_path / "before.safetensors", made), F.pad(drawn, (0, 0, 0, 0, 0, COUNT)))
    assert not new[0][:, :, -COUNT:].any()
    assert new[1][:, :, -COUNT:].max() < -4


def test_only_the_controls_learn_and_they_move_what_they_are_called(bundle: Bundle) -> None:
    labels, codes = maps()[:1].long(), sample_codes(bundle, 1)[None]
    with torch.no_grad():
        before = bundle.generator(labels, codes)
    told: list[float] = []
    made = train_controls(bundle, maps(), steps=120, tell=lambda _, missed, __: told.append(missed))
    assert np.mean(told[-20:]) < 0.8 * np.mean(told[:20])
    wide = F.pad(codes, (0, 0, 0, 0, 0, COUNT))
    with torch.no_grad():
        assert torch.equal(made.generator(labels, wide), before)
    rulers = ClassQuantities(labels[0], measure.MIN_PIXELS, skipped=(0,))
    renderer = Renderer(made, device="cpu", precision="float32", compiled="never")
    lightness = []
    for to in (-REACH, 0.0, REACH):
        moved = wide.clone()
        moved[:, :, -COUNT] = to
        renderer.render(labels[0].numpy().astype(np.uint8), moved[0])
        lightness.append(rulers.measure(to_lab(renderer.picture()[None]))[0, :, 0])
        with torch.no_grad():
            assert torch.allclose(renderer.picture(), made.generator(labels, moved)[0], atol=1e-4)
    assert all((after - earlier > 2).all() for earlier, after in pairwise(lightness))


def test_a_map_without_people_teaches_nothing(bundle: Bundle) -> None:
    trainer = ControlTrainer(with_controls(bundle), maps())
    trainer.maps = torch.zeros_like(trainer.maps)
    trainer.ground = (0,)
    assert trainer.step() == (0.0, 0.0)


def test_what_can_have_no_controls_is_told(bundle: Bundle) -> None:
    made = with_controls(bundle)
    with pytest.raises(UserError, match="has controls already"):
        with_controls(made)
    with pytest.raises(UserError, match="fit the prior before"):
        fit_prior(made, [])


def test_of_sliders_that_do_what_they_say_the_widest_is_taken(tiny_bundle: Bundle) -> None:
    known = known_bundle_of(tiny_bundle)
    turn = known.generator.turn
    std = known.code_std[1]

    def sliders(reach: float) -> dict[int, list[Direction]]:
        # The inverse of how quantities mix the code's numbers moves each of them alone.
        units = torch.linalg.pinv(turn).T
        return {
            1: [
                Direction(name.capitalize(), unit.view(std.shape) / unit.norm() * std, -reach, reach)
                for name, unit in zip(measure.QUANTITIES, units, strict=True)
            ]
        }

    wide, narrow, still = sliders(2.0), sliders(1.5), sliders(0.01)
    labels = np.zeros((64, 64), np.uint8)
    labels[8:56, 8:56] = 1
    alone = table_of(known, sweep(known, wide, network_draw(known), [labels], 12, 4))["coat"]
    enough = [place for place, name in enumerate(measure.QUANTITIES) if shortfall(alone[name]) == 0]
    assert enough
    chosen = widest(known, network_draw(known), [labels], [wide, narrow, still], 12, 4)[1]
    assert all(chosen[place].high == 2.0 for place in enough)
    assert all(each.high > 0.01 for each in chosen), "what changes nothing is never taken"
