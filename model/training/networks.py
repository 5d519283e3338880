"""The networks of a run in the form that training needs: encoder and generator as one module, EMA, weights by name."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from model.checkpoints.state import folded_state
from model.errors import UserError
from model.groupdnet.class_encoder import ClassEncoder, present_classes
from model.groupdnet.config import EncoderConfig, GeneratorConfig
from model.groupdnet.generator import Generator


class ImageModel(nn.Module):
    """Encoder and generator behind one ``forward``, as data-parallel training wants it."""

    def __init__(self, generator: GeneratorConfig, encoder: EncoderConfig, codeless: int | None = None) -> None:
        """``codeless``: a class that always looks the same (the studio ground); its code is noise, so that it learns
        to mean nothing."""
        super().__init__()
        self.codeless = codeless
        self.encoder = ClassEncoder(encoder)
        self.generator = Generator(generator)

    def freeze(self, levels: int) -> None:
        """Take the encoder and the first ``levels`` blocks out of training, batch-norm statistics included."""
        if levels == 0:
            return
        generator = self.generator
        drawing = max(0, levels - (len(generator.blocks) - len(generator.to_rgb)))
        parts = [self.encoder, *generator.blocks[:levels], *generator.to_rgb[:drawing]]
        if generator.fc is not None:
            parts.append(generator.fc)
        if generator.base is not None:
            generator.base.requires_grad_(False)
        for part in parts:
            part.requires_grad_(False).eval()

    def forward(self, photo: Tensor, labels: Tensor, prior: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Reconstruct all but the last ``prior`` pictures of a batch; those get N(0, 1) codes.

        Classes that a photo does not have get N(0, 1) codes too: what nobody sees must not matter.
        Returns (fake (B, 3, H, W), mean, logvar, present (B, C)); the last three without the ``prior`` pictures.
        """
        encoded = labels.shape[0] - prior
        drawn, mean, logvar, present = self.draw_codes(photo[:encoded], labels[:encoded])
        codes = torch.cat([drawn, torch.randn(prior, *drawn.shape[1:], device=drawn.device)])
        return self.generator(labels, codes), mean, logvar, present

    def draw_codes(self, photo: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(codes drawn from the posterior, N(0, 1) where a photo lacks the class; mean, logvar; present (B, C))."""
        mean, logvar = self.encoder(photo, labels)
        mean, logvar = mean.float(), logvar.float().clamp(-10, 10)
        present = present_classes(labels, self.encoder.config.classes)
        if self.encoder.config.whole_picture:
            present = torch.ones_like(present)
        elif self.codeless is not None:
            present[:, self.codeless] = False
        noise = torch.randn_like(mean)
        drawn = mean + noise * torch.exp(0.5 * logvar)
        return torch.where(present[:, :, None, None, None], drawn, noise), mean, logvar, present


def initialise(module: nn.Module) -> None:
    """Xavier-normal weights of convolutions and zero biases, but for the log-variance's, which starts low."""
    for name, parameter in module.named_parameters():
        if parameter.dim() == 4:
            nn.init.xavier_normal_(parameter)
        elif name.endswith("bias") and "logvar" not in name:
            nn.init.zeros_(parameter)


class Ema:
    """Exponential moving average of a model's parameters and buffers; early steps weigh more (decay ramps up)."""

    def __init__(self, source: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(source).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, source: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        averaged: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(averaged, [p.detach() for p in source.parameters()], 1 - decay)
        for (name, mine), theirs in zip(self.model.named_buffers(), source.buffers(), strict=True):
            # Batch norm's statistics are averaged; the singular vectors of spectral norm are not: the average of unit
            # vectors is shorter than one, sigma comes out too small and the weights too large.
            if name.endswith(("running_mean", "running_var")):
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


def load_plain(module: nn.Module, state: dict[str, Tensor], what: str) -> list[str]:
    """Load plain weights into a (spectrally normalised) network; blocks that ``state`` lacks keep their start values.

    Returns the names that were not there. Raises UserError where a shape differs.
    """
    own = dict(module.named_modules())
    missing: list[str] = []
    with torch.no_grad():
        for name in folded_state(module):
            path, _, leaf = name.rpartition(".")
            part = own[path]
            value = state.get(name)
            if value is None:
                missing.append(name)
                continue
            target = getattr(part, leaf)
            if target.shape != value.shape:
                raise UserError(f"{what}: {name} has shape {tuple(value.shape)}, but {tuple(target.shape)} is needed.")
            value = value.to(target)
            if parametrize.is_parametrized(part, leaf):
                setattr(part, leaf, value)
                _converge(part.parametrizations[leaf][0], value)  # type: ignore[union-attr,index]
            else:
                target.copy_(value)
    return missing


def _converge(norm: nn.Module, weight: Tensor) -> None:
    """Give spectral norm the true singular vectors of a weight.

    A few power iterations from random vectors underestimate sigma, and the weights would start too large.
    """
    left, _, right = torch.linalg.svd(weight.flatten(1), full_matrices=False)
    norm._u.copy_(left[:, 0])  # type: ignore[operator]
    norm._v.copy_(right[0])  # type: ignore[operator]


@torch.no_grad()
def start_new_levels_silent(generator: Generator, missing: list[str]) -> None:
    """Zero the RGB layers that a smaller network lacked, so that the larger one starts as its picture upsampled."""
    for number, layer in enumerate(generator.to_rgb):
        if f"to_rgb.{number}.weight" in missing and number > 0:
            assert isinstance(layer, nn.Conv2d) and layer.bias is not None
            layer.weight.zero_()
            layer.bias.zero_()


@torch.no_grad()
def recompute_batch_norm(model: ImageModel, batches: list[tuple[Tensor, Tensor]]) -> None:
    """Replace the running statistics of an averaged generator by those of its own pictures of ``batches``.

    Each batch is (photo (B, 3, H, W), labels (B, H, W)). Averaged weights do not fit averaged statistics exactly.
    """
    norms = [part for part in model.modules() if isinstance(part, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for photo, labels in batches:
        model(photo, labels, 0)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.eval()
