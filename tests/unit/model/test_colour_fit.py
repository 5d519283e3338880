"""The closed-form colour fit: what it changes, and that the colours come nearer."""

from __future__ import annotations

import copy

import torch

from model.training.colour_fit import colour_slopes, contrast, fit_colours, last_modulations, of_all_classes
from model.training.losses import class_colours
from model.training.networks import ImageModel
from tests.unit.model.tiny_training import CLASSES, tiny_recipe


def _model() -> ImageModel:
    torch.manual_seed(3)
    recipe = tiny_recipe()
    model = ImageModel(recipe.generator, recipe.encoder, codeless=0).eval().requires_grad_(False)
    return model


def _photos(count: int, seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Stripes of the three classes, two of them in random flat colours."""
    torch.manual_seed(seed)
    batches = []
    for _ in range(count):
        labels = torch.zeros(4, 32, 16, dtype=torch.long)
        labels[:, 8:20], labels[:, 20:] = 1, 2
        colours = torch.rand(4, CLASSES, 3) * 1.2 - 0.6
        colours[:, 0] = 0.5
        photo = torch.gather(colours, 1, labels.flatten(1)[..., None].expand(-1, -1, 3)).view(4, 32, 16, 3)
        batches.append((photo.permute(0, 3, 1, 2).contiguous(), labels))
    return batches


def test_colours_of_photos_it_never_saw_come_nearer_and_nothing_but_style_moves() -> None:
    model = _model()
    before = copy.deepcopy(model.state_dict())
    unseen = _photos(6, seed=9)

    def gap() -> float:
        total = 0.0
        for photo, labels in unseen:
            drawn = model.generator(labels, model.encoder(photo, labels)[0])
            wanted, found = class_colours(photo, labels, CLASSES)[0], class_colours(drawn, labels, CLASSES)[0]
            total += (wanted - found)[:, 1:].abs().mean().item()
        return total / len(unseen)

    start = gap()
    report = fit_colours(model, _photos(16, seed=1), rounds=3)
    assert len(report) == 4
    assert report[-1] < 0.7 * report[0]
    assert gap() < 0.8 * start
    moved = [name for name, value in model.state_dict().items() if not torch.equal(value, before[name])]
    assert moved and all(name.endswith("norm_1.style") for name in moved)
    for norm in last_modulations(model.generator):
        assert norm.style is not None
    for name in moved:
        # The class without a code, and all of the scales, stay.
        channels = model.state_dict()[name].shape[-1] // 2
        assert torch.equal(model.state_dict()[name][0], before[name][0])
        assert torch.equal(model.state_dict()[name][..., :channels], before[name][..., :channels])


def test_slopes_say_what_a_small_shift_does() -> None:
    model = _model()
    batch = _photos(1, seed=4)
    norms = last_modulations(model.generator)
    slopes = colour_slopes(model, norms, batch)
    photo, labels = batch[0]
    codes = model.encoder(photo, labels)[0]
    norm = norms[-1]
    assert norm.style is not None

    def colour() -> torch.Tensor:
        return class_colours(model.generator(labels, codes), labels, CLASSES)[0][:, 2].mean(0)

    start = colour()
    shift = 0.01
    codes_flat = codes.flatten(2)[:, 2]
    # A linear term that gives every picture of the batch the same shift in the first channel.
    solution = torch.linalg.lstsq(codes_flat, torch.full((len(codes_flat), 1), shift)).solution
    norm.style[2, :, norm.channels] += solution[:, 0]
    predicted = shift * slopes[2][:, sum(n.channels for n in norms[:-1])]
    assert torch.allclose(colour() - start, predicted, atol=0.15 * predicted.abs().max().item() + 1e-6)


def test_contrast_is_the_share_of_differences_that_is_drawn() -> None:
    torch.manual_seed(0)
    wanted, counted = torch.rand(40, 2, 3), torch.ones(40, 2, dtype=torch.bool)
    counted[:, 1] = torch.arange(40) < 20
    drawn = 0.4 * wanted + 0.3
    drawn[20:, 1] = 0.9
    assert torch.allclose(contrast(drawn, wanted, counted), torch.full((2,), 0.4), atol=1e-5)


def test_rare_classes_are_chosen_first_and_the_rest_is_spread() -> None:
    present = torch.ones(100, 2, dtype=torch.bool)
    present[:, 1] = torch.arange(100) % 20 == 0
    chosen = of_all_classes(present, least=4, count=20)
    assert chosen.sum() == 20 and chosen[present[:, 1]].sum() >= 4
    assert of_all_classes(present, least=40, count=200).all()
