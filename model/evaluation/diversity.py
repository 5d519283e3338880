"""mCSD and mOCD (paper section 4.2): change inside the class whose code is redrawn, and change outside it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from model.evaluation.distance import Features, Judge, on_ground, perceptual_distance
from model.evaluation.drawing import Artist
from model.styles.sampling import sample_codes

#: Seeds of the redrawn codes lie this far from those of the first draw.
_STRIDE = 7_919


def class_diversity(
    artist: Artist, judge: Judge, maps: Tensor, seeds: list[int], draws: int, progress: Callable[[], None]
) -> dict[str, Any]:
    """Mean class-specific diversity and mean other-class diversity.

    For every map and every class c in it, ``draws`` pictures are made that differ in the code of c alone (the first is
    one picture of all sampled codes, the same for every class). For every pair of them two distances are taken: between
    the two pictures with everything outside c greyed out (class-specific), and with c greyed out (other-class). Both
    are means over the WHOLE picture, like the LPIPS of masked pictures, not over the mask's area: a network with one
    code for everything scores an mOCD several times its mCSD, since c is a small part of the picture. Each class's
    distances are averaged over pairs and maps; mCSD and mOCD are the means over classes.

    A mask is c in the map as the network reads it, enlarged to the judged size. Greying before the features are taken
    keeps a change inside c from leaking outside through their receptive fields: a picture that keeps every pixel
    outside c has an other-class diversity of exactly 0. The distance is `perceptual_distance` in the judge's features,
    the same for every model; the paper has LPIPS.

    The class of the studio ground is left out where the bundle has one: it is one colour by definition. Its code is not
    redrawn, and in both kinds of pictures it is greyed out, as in all figures about the person: features of a flat
    surface have no strength, and unit vectors of them turn with a change of one level that nobody sees. What changes in
    the ground alone is told beside it. Of a network with one code for the whole picture, that code is redrawn for every
    class.

    Args:
        maps: uint8 (M, H, W) of the judged size; seeds: one for each.
        progress: called after each map.

    Returns:
        ``mcsd`` (higher is better), ``mocd`` (lower is better), ``ratio`` mocd / mcsd, ``ground`` as mocd but in the
        studio ground alone (None without one), ``maps``, ``draws``, and in ``classes`` per class ``csd`` and ``ocd``.
    """
    names = artist.bundle.label_set.names
    inside: dict[int, list[float]] = {}
    outside: dict[int, list[float]] = {}
    around: dict[int, list[float]] = {}
    ground = artist.bundle.label_set.background if artist.bundle.background is not None else None
    for map_, seed in zip(maps, seeds, strict=True):
        native = artist.native_maps(map_[None])[0].cpu()
        plain = _enlarged(native == ground, artist.scale) if ground is not None else None
        present = [int(c) for c in native.unique() if int(c) != ground]
        for index, pictures in _redrawn(artist, map_, present, seed, draws):
            mask = _enlarged(native == index, artist.scale)
            kept = {0: mask, 1: ~mask if plain is None else ~mask & ~plain}
            if plain is not None:
                kept[2] = plain
            masked = torch.cat([on_ground(pictures, keep.expand(draws, -1, -1)) for keep in kept.values()])
            features = judge(masked.to(artist.device))
            for number, found in zip(kept, (inside, outside, around), strict=False):
                members = range(number * draws, (number + 1) * draws)
                found.setdefault(index, []).append(_mean_over_pairs(features, members))
        progress()
    csd, ocd, surrounding = (
        {index: sum(values) / len(values) for index, values in found.items()} for found in (inside, outside, around)
    )
    mcsd = sum(csd.values()) / max(len(csd), 1)
    mocd = sum(ocd.values()) / max(len(ocd), 1)
    return {
        "mcsd": mcsd,
        "mocd": mocd,
        "ratio": mocd / mcsd if mcsd > 0 else None,
        "ground": sum(surrounding.values()) / len(surrounding) if surrounding else None,
        "maps": len(maps),
        "draws": draws,
        "classes": {names[index]: {"csd": csd[index], "ocd": ocd[index]} for index in sorted(csd)},
    }


def _enlarged(mask: Tensor, scale: int) -> Tensor:
    return mask.repeat_interleave(scale, 0).repeat_interleave(scale, 1)


def _redrawn(artist: Artist, map_: Tensor, classes: list[int], seed: int, draws: int) -> list[tuple[int, Tensor]]:
    """For every class its pictures uint8 (draws, 3, H, W); the first is the same for all."""
    base = sample_codes(artist.bundle, seed)
    first = artist.draw(map_[None], base[None].to(artist.device))
    made = []
    for index in classes:
        codes = []
        for draw in range(1, draws):
            only = None if artist.one_code else [index]
            codes.append(sample_codes(artist.bundle, seed + draw * _STRIDE, only, base))
        others = artist.draw(map_[None].expand(draws - 1, -1, -1), torch.stack(codes).to(artist.device))
        made.append((index, torch.cat([first, others])))
    return made


def _mean_over_pairs(features: Features, members: range) -> float:
    pairs = list(combinations(members, 2))
    first, second = features.take([a for a, _ in pairs]), features.take([b for _, b in pairs])
    return float(perceptual_distance(first, second).mean())
