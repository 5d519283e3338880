"""A trained shape model: other plausible outlines for one class of a label map."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.boxes import Box, bounding_box
from model.errors import UserError
from model.labels import LabelMap
from model.shapes.holes import (
    Anchor,
    Frame,
    Mask,
    ShapeStatistics,
    below_chin,
    box_from,
    components_in_front,
    context_of,
    coverage,
    frame_around,
    grown_box,
    hole_in,
    joined_box,
    look_through,
    seat,
    typical_places,
    usual_box,
    without_necks,
)
from model.shapes.network import ShapeConfig, ShapeNetwork
from model.shapes.outline import distance_logits, emptied, enlarge, redrawn, seam_logits, tidy
from model.shapes.seating import dressed, worn

Code = NDArray[np.float32]

#: What the network's drawing of the map's own code lacks is added to every drawing: all of it near that code (standard
#: deviation _HOLD), so that the own code gives the own outline, and this share of it far away, for the details (the gap
#: between two legs, a handle) that a network of this size cannot draw.
_DETAIL = 0.6
_HOLD = 0.75
_DETAIL_LIMIT = 4.0
#: A garment goes on below what is worn over it, and a bag stays in its hand: where the class touches what keeps its
#: pixels, that many logits hold it, falling off over so many cells.
_SEAM = 5.0
_SEAM_CELLS = 2.0
_REMEMBERED = 4
#: How far outlines of the library go from the usual one: those at the rim of what looks real are odd on most people.
_ADDED = 0.5
#: Of what is worn so many outlines are drawn, and the one that sits best is added.
_CHOSEN, _TRIES = ("eyewear", "scarf", "accessory", "bag", "hat"), 6
#: What falls on either side of the neck: in the middle below a face it is a beard.
_PARTED = {"hair": "face"}
_NEVER = -1e4  # a logit; infinity is no number to interpolate
#: What a class may hide wholly: it comes to light though the map does not show it.
_HIDDEN = {"hat": ("hair",)}
_LONGEST = 2.0


class Slider(NamedTuple):
    """A named direction: ``code + value * vector`` for values from ``low`` to ``high``; 0 changes nothing."""

    name: str
    vector: Code
    low: float
    high: float


@dataclass(frozen=True)
class _Setting:
    """What all outlines of one class in one map have in common; small tensors have a batch of one."""

    levels: list[Tensor]
    frame: Frame
    unknown: Mask  # (rows, columns), the cells that the network fills
    box: Box  # outside of which nothing changes
    fixed: Mask  # (H, W), pixels that keep their label
    code: Code | None  # the map's own, None where the class is absent
    held: NDArray[np.float32] | None  # in the box: what makes the network's logits at `code` the map's own outline
    seam: NDArray[np.float32] | None  # in the box: logits that hold the class where it touches what is fixed


class ShapeModel:
    """Draws outlines. Codes are float32 ``(code_size,)``, standard normal; label maps are uint8 (H, W) of any size.

    The network sees a frame of 64 x 48 cells around the class; its logits, not its labels, are enlarged, so
    outlines are smooth at any size.
    """

    def __init__(
        self,
        network: ShapeNetwork,
        statistics: ShapeStatistics,
        class_names: tuple[str, ...],
        background: int = 0,
        sliders: Mapping[int, tuple[Slider, ...]] | None = None,
        limits: Mapping[int, float] | None = None,
    ) -> None:
        if len(class_names) != network.config.classes:
            raise UserError(
                "the shape model has {classes} classes but {names} names for them",
                classes=network.config.classes,
                names=len(class_names),
            )
        self.network = network.eval().requires_grad_(False)
        self.statistics = statistics
        self.class_names = class_names
        self.background = background
        self.sliders = dict(sliders or {})
        self.limits = dict(limits or {})
        self._settings: OrderedDict[tuple[bytes, tuple[int, ...], int, tuple[int, ...], Box | None], _Setting]
        self._settings = OrderedDict()

    @property
    def config(self) -> ShapeConfig:
        return self.network.config

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes whose outlines it can draw."""
        return self.config.varied

    def with_sliders(self, sliders: Mapping[int, tuple[Slider, ...]]) -> ShapeModel:
        return ShapeModel(self.network, self.statistics, self.class_names, self.background, sliders, self.limits)

    def with_limits(self, limits: Mapping[int, float]) -> ShapeModel:
        """Limits of the dice by class, 0 to 1; see :meth:`dice`."""
        return ShapeModel(self.network, self.statistics, self.class_names, self.background, self.sliders, limits)

    def directions(self, class_index: int) -> list[Slider]:
        """The named sliders of a class: longer, wider, fuller, then the main directions that are left."""
        self._check_class(class_index)
        return list(self.sliders.get(class_index, ()))

    def sample(self, seed: int, around: Code | None = None, strength: float = 1.0) -> Code:
        """A random code; the same for the same seed.

        Args:
            around: a code to stay near, such as the map's own; by default none.
            strength: 0 gives ``around`` itself, 1 a code that has nothing to do with it.
        """
        random = np.random.default_rng(seed)
        code = random.standard_normal(self.config.code_size)
        # Beyond two standard deviations the network has seen little, and draws accordingly.
        while (np.abs(code) > _LONGEST).any():
            code = np.where(np.abs(code) > _LONGEST, random.standard_normal(code.shape), code)
        if around is not None:
            # On an arc, not a line: halfway between two codes of usual length lies one of usual length.
            angle = 0.5 * np.pi * float(np.clip(strength, 0, 1))
            code = np.cos(angle) * around + np.sin(angle) * code
        return np.asarray(code, np.float32)

    def dice(
        self, labels: LabelMap, class_index: int, seed: int, strength: float = 1.0, protect: Iterable[int] = ()
    ) -> Code:
        """A random code for a class of a map: as far from the outline that is there as the class allows.

        Args:
            strength: 0 gives the outline's own code, 1 the farthest at which outlines still look like real ones.
        """
        self._check_class(class_index)
        own = self.encode(labels, class_index, protect)
        return self.sample(seed, own, strength * self.limits.get(class_index, 1.0))

    def encode(self, labels: LabelMap, class_index: int, protect: Iterable[int] = ()) -> Code:
        """The code of the outline that the class has now; zeros where the map does not show it."""
        setting = self._setting(labels, class_index, tuple(sorted(set(protect))), None)
        return np.zeros(self.config.code_size, np.float32) if setting.code is None else setting.code.copy()

    def vary(
        self,
        labels: LabelMap,
        class_index: int,
        code: Code,
        protect: Iterable[int] = (),
        box: Box | None = None,
    ) -> LabelMap:
        """The map with another outline for one class; a class that it does not show is added.

        With the code that :meth:`encode` gives, the map comes back as it is, and near that code outlines stay near the
        map's own. Vary always from the map as it was before, not from the last result.

        Args:
            labels: uint8 (H, W).
            code: float32 (code_size,), see :meth:`sample` and :meth:`directions`.
            protect: classes that keep every pixel, beside those that always do (what is worn over the class, the face).
            box: (top, left, bottom, right) in pixels outside of which nothing may change; by default the surroundings
                of the class, or where such a class usually is.

        Returns:
            a new map. Outside the box it equals ``labels``; inside, a pixel changes only where the class comes or goes.

        Raises:
            UserError: the class is none that the model can vary, or the map has classes that it does not know.
            ValueError: the code or the box has the wrong shape.
        """
        code = np.asarray(code, np.float32)
        if code.shape != (self.config.code_size,):
            raise ValueError(f"a code has the shape ({self.config.code_size},), found {code.shape}")
        setting = self._setting(labels, class_index, tuple(sorted(set(protect))), box)
        outline, rest = self._decode(setting.levels, code, class_index)
        logits = enlarge(outline, setting.frame, setting.box)
        if setting.code is not None and setting.held is not None:
            near = np.float32(np.exp(-0.5 * float(np.square(code - setting.code).sum()) / _HOLD**2))
            detail = _DETAIL * np.clip(setting.held, -_DETAIL_LIMIT, _DETAIL_LIMIT)
            logits += near * setting.held + (1 - near) * detail
        if setting.seam is not None:
            logits += setting.seam
        top, left, bottom, right = setting.box
        drawn = np.zeros(labels.shape, bool)
        drawn[top:bottom, left:right] = logits > 0
        drawn &= ~setting.fixed
        here = labels == class_index
        if self.class_names[class_index] in _PARTED:
            drawn &= here | ~below_chin(labels, self.class_names.index(_PARTED[self.class_names[class_index]]))
        if np.array_equal(drawn[top:bottom, left:right], here[top:bottom, left:right]):
            return labels.copy()
        limit = self.statistics.components[class_index]
        drawn = tidy(drawn, limit, setting.fixed)
        if not drawn.any() and here.any():
            return labels.copy()  # An outline of nothing is no outline.
        return redrawn(
            labels, class_index, drawn, rest, setting.frame, setting.fixed, setting.box, self.background, limit
        )

    def add(self, labels: LabelMap, class_index: int, seed: int, protect: Iterable[int] = ()) -> LabelMap:
        """The map with a class added that it does not show: the outline number ``seed`` of an endless library.

        Unlike :meth:`vary`, it also chooses the place of what lies now here, now there, as found in a real map: a bag
        hangs on the left or on the right, never on average.

        Raises:
            UserError: the class is none that the model can vary, or the map shows it already.
        """
        self._check_class(class_index)
        if (labels == class_index).any():
            raise UserError("the map shows {name} already, so none can be added", name=self.class_names[class_index])
        random = np.random.default_rng([seed, class_index])
        places = typical_places(self.statistics.places[class_index])
        name = self.class_names[class_index]
        tries = _TRIES if places and name in _CHOSEN else 1
        anchor = places[0].class_index if places else self.background

        def fitness(drawn: LabelMap) -> float:
            added = drawn == class_index
            like = 0.0 if name == "accessory" else worn(added, name)
            return seat(labels, added, anchor, self.background) + like

        seeds = range(seed * tries, (seed + 1) * tries)
        found = [self._added(labels, class_index, places, random, number, protect) for number in seeds]
        best, kept = max(found, key=fitness), self.statistics.kept[class_index]
        return dressed(labels, best, class_index, self.class_names, kept, protect, self.background)

    def _added(
        self,
        labels: LabelMap,
        class_index: int,
        places: Sequence[Anchor],
        random: np.random.Generator,
        seed: int,
        protect: Iterable[int],
    ) -> LabelMap:
        box = None
        if places:
            place = places[int(random.integers(len(places)))]
            seen = without_necks(labels, place.class_index, self.background)
            box = box_from(seen, place, self.background, mirrored=bool(random.integers(2)))
        if box is not None:
            down, across = (max(2, round(0.3 * (box[side + 2] - box[side]))) for side in (0, 1))
            box = grown_box(box, down, across, down, across, *labels.shape)
        return self.vary(labels, class_index, self.dice(labels, class_index, seed, _ADDED), protect, box)

    def remove(self, labels: LabelMap, class_index: int, protect: Iterable[int] = ()) -> LabelMap:
        """The map without a class: hair where a hat was, the coat goes on where a bag hung.

        Classes in ``protect`` get none of the pixels, and neither do those that the map does not show; hair below a hat
        it need not show.

        Raises:
            UserError: the class is none that the model can vary.
        """
        if not (labels == class_index).any():
            self._check_class(class_index)
            return labels.copy()
        protected = tuple(sorted(set(protect)))
        setting = self._setting(labels, class_index, protected, None)
        _, rest = self._decode(setting.levels, np.zeros(self.config.code_size, np.float32), class_index)
        rest = rest.copy()
        rest[[index for index in protected if index != self.background]] = _NEVER
        loose = bool(self.statistics.places[class_index])
        hidden = _HIDDEN.get(self.class_names[class_index], ())
        body = [index for index, name in enumerate(self.class_names) if name in hidden and index not in protected]
        return emptied(
            labels, class_index, rest, setting.frame, setting.fixed, setting.box, self.background, loose, body
        )

    def outline_logits(self, labels: LabelMap, class_index: int, codes: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's own logits for ``codes`` (N, code_size) in the frame around the class, float32 (N, rows,
        columns); -20 where nothing may change."""
        setting = self._setting(labels, class_index, (), None)
        levels = [level.expand(len(codes), -1, -1, -1) for level in setting.levels]
        index = torch.full((len(codes),), class_index)
        with torch.inference_mode():
            outline, _ = self.network.decode(levels, torch.from_numpy(codes), index)
        return np.where(setting.unknown, outline[:, 0].numpy(), np.float32(-20))

    def outline_shares(self, labels: LabelMap, class_index: int) -> NDArray[np.float32]:
        """Share of each cell of the same frame that the class covers now, float32 (rows, columns)."""
        frame = self._setting(labels, class_index, (), None).frame
        rows, columns = self.config.height, self.config.width
        return coverage(labels, frame, rows, columns, self.config.classes, self.background)[class_index]

    def _decode(
        self, levels: list[Tensor], code: Code, class_index: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        with torch.inference_mode():
            outline, rest = self.network.decode(levels, torch.from_numpy(code)[None], torch.tensor([class_index]))
        return outline[0, 0].numpy(), rest[0].numpy()

    def _check_class(self, class_index: int) -> None:
        if class_index not in self.classes:
            known = ", ".join(self.class_names[index] for index in self.classes)
            name = self.class_names[class_index] if 0 <= class_index < len(self.class_names) else str(class_index)
            raise UserError("the shape model cannot vary {name!r}, only {known}", name=name, known=known)

    def _setting(self, labels: LabelMap, class_index: int, protect: tuple[int, ...], box: Box | None) -> _Setting:
        self._check_class(class_index)
        if labels.ndim != 2 or labels.dtype != np.uint8 or not labels.size:
            raise ValueError(f"a label map is uint8 (H, W), found {labels.dtype} {labels.shape}")
        if int(labels.max()) >= self.config.classes:
            raise UserError(
                "the label map has the class {highest}, which the shape model does not know", highest=int(labels.max())
            )
        # The bytes themselves are the key: hashing 100 kB is far cheaper than the network, and never wrong.
        key = (labels.tobytes(), labels.shape, class_index, protect, box)
        setting = self._settings.get(key)
        if setting is None:
            setting = self._make_setting(labels, class_index, protect, box)
            self._settings[key] = setting
            while len(self._settings) > _REMEMBERED:
                self._settings.popitem(last=False)
        else:
            self._settings.move_to_end(key)
        return setting

    def _make_setting(self, labels: LabelMap, class_index: int, protect: tuple[int, ...], box: Box | None) -> _Setting:
        config = self.config
        rows, columns = config.height, config.width
        here = labels == class_index
        present = bool(here.any())
        fixed = np.isin(labels, [*self.statistics.kept[class_index], *protect]) & ~here
        if present:
            fixed |= components_in_front(labels, class_index, self.background)
        hole_box = self._usual(labels, here, class_index)
        if box is None:
            box = hole_box
        elif not (0 <= box[0] < box[2] <= labels.shape[0] and 0 <= box[1] < box[3] <= labels.shape[1]):
            raise ValueError(f"the box {box} does not lie in a map of {labels.shape[1]} x {labels.shape[0]} pixels")
        elif present:
            hole_box = joined_box(hole_box, box)
        else:
            hole_box = box
        frame = frame_around(hole_box, rows, columns)
        shares = coverage(labels, frame, rows, columns, config.classes, self.background)
        shown = look_through(fixed.astype(np.uint8), frame, rows, columns) != 0
        shown &= shares[class_index] <= 0
        hole = hole_in(frame, hole_box, rows, columns) | (shares[class_index] > 0)
        unknown = hole & ~shown
        context = torch.from_numpy(context_of(shares, hole, shown))[None]
        index = torch.tensor([class_index])
        with torch.inference_mode():
            levels = self.network.look_around(context, index)
            if not present:
                return _Setting(levels, frame, unknown, box, fixed, None, None, None)
            target = torch.from_numpy(shares[class_index])[None, None]
            mean, _ = self.network.encode(
                levels, target, torch.from_numpy(unknown.astype(np.float32))[None, None], index
            )
        code = mean[0].numpy().copy()
        window = (slice(box[0], box[2]), slice(box[1], box[3]))
        own = distance_logits(here, frame.height / rows)[window]
        held = own - enlarge(self._decode(levels, code, class_index)[0], frame, box)
        seam = seam_logits(fixed, _SEAM_CELLS * frame.height / rows)[window] * here[window] * np.float32(_SEAM)
        return _Setting(levels, frame, unknown, box, fixed, code, held, seam)

    def _usual(self, labels: LabelMap, here: Mask, class_index: int) -> Box:
        """Where the class may go: around where it is, and if it is nowhere, where it usually is."""
        height, width = labels.shape
        around = bounding_box(here)
        if around is None:
            return usual_box(labels, self.statistics.anchors[class_index], self.background)
        down = int(np.clip(0.45 * (around[2] - around[0]), 0.03 * height, 0.14 * height)) + 1
        across = int(np.clip(0.45 * (around[3] - around[1]), 0.03 * height, 0.09 * height)) + 1
        return grown_box(around, down, across, down, across, height, width)
