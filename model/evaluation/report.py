"""The evaluation of a bundle on a data set: one pass over the pictures, then diversity, then the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.backbones import LiteClassifierFeatures
from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.evaluation.distance import JUDGE_NAME, Judge, on_ground
from model.evaluation.distributions import draw_halvings, frechet_distance, halved, kernel_distance
from model.evaluation.diversity import class_diversity
from model.evaluation.drawing import JUDGED_HEIGHT, Artist
from model.evaluation.layout import LayoutJudge, layout_figures
from model.evaluation.official import InceptionFid, Lpips
from model.evaluation.page import compose_page, pick_rows
from model.evaluation.reconstruction import ReconstructionFigures
from model.evaluation.references import blurred, flat_colours
from model.labels import LabelSet
from model.parsing.network import Parser
from model.training.data import find_pairs, load_arrays, load_label_set, split_pairs
from model.training.parser.losses import Confusion

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)``."""

#: Fewer pairs cannot be halved into sets that have a spread.
LEAST_PAIRS = 4
KID = f"kid_{JUDGE_NAME.lower()}_x1000"
FD = f"fd_{JUDGE_NAME.lower()}"


@dataclass(frozen=True)
class EvaluateOptions:
    """What is evaluated and how.

    Attributes:
        data: folder with images/ and labels/; a classes.json must name the bundle's classes.
        parser: the judge of the layout, None for the bundle's own. The same for all models that are compared.
        limit: at most so many pairs, evenly spread over the data.
        validation: only the tenth of the pairs that training leaves out.
        diversity_maps, diversity_draws: maps for mCSD and mOCD, and pictures a class of each; 0 maps leaves them out.
        halvings: random halvings that realism is averaged over.
        inception_weights, vgg_weights: files for FID and LPIPS proper.
        page: whether to make the page of pictures.
        judge: another network in the judge's place (tests).
    """

    data: Path
    parser: Parser | None = None
    seed: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    limit: int | None = None
    validation: bool = False
    batch_size: int = 4
    diversity_maps: int = 6
    diversity_draws: int = 3
    halvings: int = 10
    inception_weights: Path | None = None
    vgg_weights: Path | None = None
    page: bool = False
    judge: LiteClassifierFeatures | None = None
    least_height: int = JUDGED_HEIGHT


@dataclass(frozen=True)
class Evaluation:
    """Figures (JSON values) and, where asked for, the page: uint8 (H, W, 3)."""

    figures: dict[str, Any]
    page: NDArray[np.uint8] | None


def evaluate(bundle: Bundle, options: EvaluateOptions, progress: Progress | None = None) -> Evaluation:
    """Measure a bundle on a data set. The same seed gives the same figures on the same device.

    Raises:
        UserError: faulty data or too few pairs, classes that are not the bundle's, or a weight file that does not fit.
    """
    return _Evaluator(bundle, options, progress or (lambda what, done, total: None)).run()


def choose_pairs(data: Path, label_set: LabelSet, validation: bool, limit: int | None) -> list[Any]:
    """The pairs of a data set that are evaluated, in the order of their names. Raises UserError for fewer than four."""
    has_classes = (data / "classes.json").is_file() or (data.resolve().parent / "classes.json").is_file()
    if has_classes:
        own = load_label_set(data)
        if own.names != label_set.names:
            raise UserError(f"{data} has other classes than the bundle: {', '.join(own.names)}")
    pairs = find_pairs(data, label_set)
    if validation:
        _, pairs = split_pairs(pairs)
    if limit is not None and limit < len(pairs):
        pairs = [pairs[int(index)] for index in np.linspace(0, len(pairs) - 1, limit).round()]
    if len(pairs) < LEAST_PAIRS:
        raise UserError(f"{data} gives {len(pairs)} pairs to evaluate, but at least {LEAST_PAIRS} are needed")
    return pairs


class _Evaluator:
    def __init__(self, bundle: Bundle, options: EvaluateOptions, progress: Progress) -> None:
        self.bundle, self.options, self.progress = bundle, options, progress
        self.pairs = choose_pairs(options.data, bundle.label_set, options.validation, options.limit)
        device = options.device
        self.artist = Artist(bundle, device, options.least_height)
        self.judge = Judge(options.judge).to(device)
        parser = options.parser or bundle.parser
        self.left_out: list[str] = []
        self.layout: LayoutJudge | None = None
        if isinstance(parser, Parser) and parser.config.classes == bundle.classes:
            self.layout = LayoutJudge(parser, device)
        elif isinstance(parser, Parser):
            raise UserError(f"the parser has {parser.config.classes} classes, the bundle {bundle.classes}")
        else:
            self.left_out.append("layout: the bundle has no parser, and none was given")
        self.has_encoder = bundle.encoder is not None
        if not self.has_encoder:
            self.left_out.append("reconstruction: the bundle has no encoder")
        self.fid: InceptionFid | None = None
        if options.inception_weights is not None:
            self.fid = InceptionFid(options.inception_weights, self._rows()[1:], device)
        else:
            self.left_out.append("FID: no Inception weights were given")
        self.lpips: Lpips | None = None
        if options.vgg_weights is not None:
            self.lpips = Lpips(options.vgg_weights).to(device)
        else:
            self.left_out.append("LPIPS: no VGG-16 weights were given")
        self.pooled: dict[str, list[Tensor]] = {row: [] for row in self._rows()}
        self.confusions: dict[str, Confusion] = {}
        self.reconstruction = ReconstructionFigures(bundle.label_set)
        self.lpips_sum = 0.0

    def _rows(self) -> list[str]:
        drawn = ["reconstructions", "samples", "prior_samples"]
        return ["photos", "flat", "blurred", *(drawn if self.has_encoder else drawn[1:])]

    def _seed(self, index: int, draw: int = 0) -> int:
        """The seed of a picture depends on its place in the data alone, not on the batches."""
        return (self.options.seed * 64 + draw) * 1_000_003 + index

    def run(self) -> Evaluation:
        options, artist = self.options, self.artist
        count = len(self.pairs)
        photos, maps = load_arrays(
            self.pairs, artist.height, artist.width, lambda done, total: self.progress("reading", done, total)
        )
        for start in range(0, count, options.batch_size):
            stop = min(start + options.batch_size, count)
            self._measure(photos[start:stop], maps[start:stop], [self._seed(index) for index in range(start, stop)])
            self.progress("pictures", stop, count)
        figures = self._figures(count)
        if options.diversity_maps > 0:
            figures["diversity"] = self._diversity(maps)
        figures["left_out"] = self.left_out
        page = self._page(photos, maps) if options.page else None
        return Evaluation(figures, page)

    def _measure(self, photos: Tensor, maps: Tensor, seeds: list[int]) -> None:
        artist, bundle = self.artist, self.bundle
        targets = artist.targets(photos, maps)
        pictures = {
            "photos": photos,
            "flat": flat_colours(photos, maps, bundle.classes),
            "blurred": blurred(photos),
            "samples": artist.draw(maps, artist.sample(seeds)),
            "prior_samples": artist.draw(maps, artist.prior(seeds)),
        }
        if self.has_encoder:
            pictures["reconstructions"] = artist.draw(maps, artist.encode(photos, maps))
        person = maps != bundle.label_set.background
        features = {}
        for row, batch in pictures.items():
            shown = on_ground(batch, person)
            seen = self.judge(shown.to(artist.device))
            self.pooled[row].append(seen.pooled.double().cpu())
            if row in ("photos", "reconstructions"):
                features[row] = seen
            if self.fid is not None and row != "photos":
                self.fid.add(row, shown, on_ground(photos, person))
        if self.has_encoder:
            drawn = pictures["reconstructions"]
            self.reconstruction.add(photos, drawn, maps, features["photos"], features["reconstructions"])
            if self.lpips is not None:
                both = [on_ground(x, person).to(artist.device).float() / 127.5 - 1 for x in (photos, drawn)]
                self.lpips_sum += float(self.lpips(both[0], both[1]).sum())
        if self.layout is not None:
            judged = {"photos": photos, "samples": pictures["samples"]}
            if bundle.background is not None:
                # What the studio ground alone costs a parser that was trained on streets.
                judged["photos_on_ground"] = targets
            if self.has_encoder:
                judged["reconstructions"] = pictures["reconstructions"]
            for row, batch in judged.items():
                self.layout.compare(batch, maps, self.confusions.setdefault(row, Confusion(bundle.classes)))

    def _figures(self, count: int) -> dict[str, Any]:
        bundle, options = self.bundle, self.options
        figures: dict[str, Any] = {
            "bundle": {"name": bundle.name, "height": bundle.height, "width": bundle.width, "card": bundle.card},
            "data": {"folder": options.data.name, "pairs": count, "validation_only": options.validation},
            "seed": options.seed,
            "judge": JUDGE_NAME,
            "judged_size": [self.artist.height, self.artist.width],
            "realism": self._realism(count),
        }
        if self.has_encoder:
            figures["reconstruction"] = self.reconstruction.figures()
            if self.lpips is not None:
                figures["reconstruction"]["lpips"] = self.lpips_sum / count
        if self.confusions:
            order = ("photos", "photos_on_ground", "reconstructions", "samples")
            figures["layout"] = {
                row: layout_figures(self.confusions[row], bundle.label_set) for row in order if row in self.confusions
            }
        return figures

    def _realism(self, count: int) -> dict[str, dict[str, float]]:
        halvings = draw_halvings(count, self.options.seed, self.options.halvings)
        real = torch.cat(self.pooled["photos"])
        figures = {}
        for row in self._rows():
            other = torch.cat(self.pooled[row])
            figures[row] = {
                KID: 1000 * halved(kernel_distance, real, other, halvings),
                FD: halved(frechet_distance, real, other, halvings),
            }
        if self.fid is not None:
            for row, value in self.fid.figures().items():
                figures[row]["fid"] = value
        return figures

    def _spread(self, count: int) -> list[int]:
        """``count`` places spread evenly over the pairs."""
        return [int(i) for i in np.linspace(0, len(self.pairs) - 1, min(count, len(self.pairs))).round()]

    def _diversity(self, maps: Tensor) -> dict[str, Any]:
        options = self.options
        chosen = self._spread(options.diversity_maps)
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            self.progress("diversity", done, len(chosen))

        seeds = [self._seed(index, 1) for index in chosen]
        return class_diversity(self.artist, self.judge, maps[chosen], seeds, options.diversity_draws, tick)

    def _page(self, photos: Tensor, maps: Tensor) -> NDArray[np.uint8]:
        artist, bundle = self.artist, self.bundle
        if self.has_encoder:
            chosen = pick_rows(self.reconstruction.per_picture)
        else:
            chosen = [(self.pairs[index].stem, index) for index in self._spread(9)]
        columns = ["photo", "label map", *(["reconstruction"] if self.has_encoder else []), *(["sample"] * 3)]
        rows = []
        for done, (caption, index) in enumerate(chosen, start=1):
            photo, map_ = photos[index : index + 1], maps[index : index + 1]
            drawn = [artist.draw(map_, artist.encode(photo, map_))] if self.has_encoder else []
            drawn += [artist.draw(map_, artist.sample([self._seed(index, draw)])) for draw in (0, 2, 3)]
            shown = [artist.targets(photo, map_), *drawn]
            pictures = [np.ascontiguousarray(x[0].permute(1, 2, 0).numpy()) for x in shown]
            pictures.insert(1, bundle.label_set.palette()[map_[0].numpy()])
            rows.append((caption, pictures))
            self.progress("page", done, len(chosen))
        title = f"{bundle.name}, {bundle.width} x {bundle.height}, {len(self.pairs)} pairs"
        if self.has_encoder:
            title += ": best, median and worst by the perceptual distance of the reconstruction"
        return compose_page(columns, rows, title)
