"""From a photo of any size to its label map."""

import copy
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model.backbones import STRIDES
from model.boxes import Box
from model.errors import Phrase, UserError
from model.guided_filter import GuidedFilter
from model.images import Photo
from model.labels import LabelMap, LabelSet
from model.parsing.network import Parser
from model.parsing.people import Person, boxes, connected_parts, divide, spread
from model.parsing.scraps import without_scraps

_SMALLEST_PART = 0.03  # of the person's pixels; what lies apart and is smaller (a sleeve seen in a sign) is a slip
_LARGEST_AREA = 1.5  # of the parser's own area: a wide photo is not parsed at full height
_LARGEST_CROP = 6.0  # the same of the part around a person: a strip of a few rows is no person, and would fill memory
_GOOD_SIZES = (0.85, 1.2)  # how far a person's height may be from the training pictures' before a second look pays

#: Of somebody whom the photo's lower edge cuts off, less is seen than in the training pictures, and larger: how much
#: smaller the photo is looked at, too, and by how much surer the parser must be of what it finds then.
_CLOSER, _SURER = (0.7, 0.5, 0.35, 0.25), 0.04
#: So little sure that the photo is looked at smaller, too, where nobody is cut off.
_UNSURE = 0.7

_LOGIT_STRIDE = STRIDES[1]
_EDGE_RADIUS = 8  # of the windows in which outlines are drawn to the photo's edges, in pixels of the parser
_EDGE_SOFTNESS = 1e-4  # variance of colours (in 0..1) that is no edge
_CRUMB = 16  # pixels of the parser below which a part of a class is a slip of its outline
_HARDLY = 0.02  # a class that is nowhere likelier needs no outline

# Batch norms are folded in a copy: a bundle's own parser must stay as it is stored.
_prepared: "WeakKeyDictionary[Parser, Parser]" = WeakKeyDictionary()
# Whoever opens a photo counts its people, parses one and asks how sure that is: all three look at the whole photo.
_looks: "WeakKeyDictionary[Parser, tuple[tuple[int, ...], Photo, _Look]]" = WeakKeyDictionary()


class HasParser(Protocol):
    """What :func:`parse_photo` needs of a bundle."""

    @property
    def name(self) -> str: ...

    @property
    def parser(self) -> nn.Module | None: ...

    @property
    def label_set(self) -> LabelSet: ...


def parse_photo(bundle: HasParser, photo: Photo, *, person: int = 0, thorough: bool = True) -> LabelMap:
    """Label map of one person in a photo, uint8 ``(H, W)``, of the photo's own size.

    The parser was trained on pictures that one standing person fills. So the whole photo is parsed first; where the
    person turns out much smaller or larger than in training, the part around them is parsed again at the right size,
    and all else is background, other people too. Of a portrait, which the photo's lower edge cuts off, no box tells the
    size: the one counts at which the parser is surest. Outlines are smooth at any size because logits are enlarged, not
    labels.

    Args:
        photo: uint8 ``(H, W, 3)``, RGB.
        person: which one of `find_people`, 0 the largest.
        thorough: also parse the mirrored person and average, which is a little more exact (0.004 of mean IoU on the
            validation photos) in twice the time. Smaller and larger sizes on top of that were worth nothing.

    Returns:
        The map; all of class 0 where nobody is found.

    Raises:
        UserError: the bundle has no parser, or the photo does not show so many people.
    """
    parser = _parser_of(bundle)
    config = parser.config
    height, width = photo.shape[:2]
    look = _first_look(parser, photo, bundle.label_set)
    logits, scale, owners, count = look.logits, look.scale, look.owners, look.people
    if person and person >= count:
        one = Phrase("one person") if count else Phrase("nobody")
        shown = Phrase("{count} people", count=count) if count > 1 else one
        raise UserError("the photo shows {shown}, so there is no person {person} in it", shown=shown, person=person + 1)
    if count == 0:
        return np.zeros((height, width), np.uint8)
    box = boxes(owners, count, height, width)[person].box
    wanted = config.person_height * config.height / (box[2] - box[0])
    if look.closer or _GOOD_SIZES[0] <= wanted / scale <= _GOOD_SIZES[1]:
        if thorough:
            logits = _mean(logits, _logits(parser, photo, scale, mirrored=True))
        logits = without_specks(_alone(logits, owners, person))
        return enlarge_and_decide(_drawn_to_edges(logits, photo, bundle.label_set), height, width)
    top, left, bottom, right = frame_person(box, height, width, config.person_height, config.width / config.height)
    crop = photo[top:bottom, left:right]
    logits = _logits(parser, crop, wanted)
    if thorough:
        logits = _mean(logits, _logits(parser, crop, wanted, mirrored=True))
    rows, columns = (
        np.minimum((start + (np.arange(cells) + 0.5) * (end - start) / cells) * size / whole, size - 1).astype(int)
        for start, end, cells, size, whole in (
            (top, bottom, logits.shape[1], owners.shape[0], height),
            (left, right, logits.shape[2], owners.shape[1], width),
        )
    )
    logits = _alone(logits, spread(owners)[rows[:, None], columns], person)
    labels = np.zeros((height, width), np.uint8)
    shares = _drawn_to_edges(without_specks(logits), crop, bundle.label_set)
    labels[top:bottom, left:right] = enlarge_and_decide(shares, bottom - top, right - left)
    return labels


def find_people(bundle: HasParser, photo: Photo) -> list[Person]:
    """The people of a photo, largest first; see `model.parsing.people.divide` for how they are told apart.

    Args:
        photo: uint8 ``(H, W, 3)``, RGB.

    Raises:
        UserError: the bundle has no parser.
    """
    look = _first_look(_parser_of(bundle), photo, bundle.label_set)
    return boxes(look.owners, look.people, *photo.shape[:2])


def not_background(bundle: HasParser, photo: Photo, person_height: int | None) -> NDArray[np.float32]:
    """Probability that a pixel is no background, float32 on a grid of every fourth pixel or so.

    Args:
        photo: uint8 (H, W, 3), a person and what is around them; person_height: theirs in it, in pixels; None for
            portraits, of which a box does not tell it.

    Raises:
        UserError: the bundle has no parser.
    """
    parser = _parser_of(bundle)
    config = parser.config
    if person_height is None:
        logits = _first_look(parser, photo, bundle.label_set).logits
    else:
        logits = _logits(parser, photo, config.person_height * config.height / person_height)
    shares = np.exp(logits - logits.max(axis=0))
    return np.asarray(1 - shares[0] / shares.sum(axis=0), np.float32)


def person_frame(bundle: HasParser, person: Box, height: int, width: int) -> Box:
    """`frame_person` with the sizes of a bundle's parser."""
    config = _parser_of(bundle).config
    return frame_person(person, height, width, config.person_height, config.width / config.height)


def _parser_of(bundle: HasParser) -> Parser:
    if not isinstance(bundle.parser, Parser):
        raise UserError(
            "the bundle {bundle} has no parser, so it cannot find the classes of a photo", bundle=bundle.name
        )
    return _for_inference(bundle.parser)


class _Look(NamedTuple):
    """A whole photo as a parser sees it.

    Attributes:
        logits: float32 (C, h, w); scale: of the photo then.
        owners: int32 (h, w), whose each cell is, from 1; people: how many there are.
        closer: the photo is a portrait, seen smaller than photos of whole people are.
    """

    logits: NDArray[np.float32]
    scale: float
    owners: NDArray[np.int32]
    people: int
    closer: bool = False


def _first_look(parser: Parser, photo: Photo, label_set: LabelSet) -> _Look:
    """What a parser sees of a whole photo; that of the photo before is remembered."""
    scale = _first_scale(parser, *photo.shape[:2])
    small = _resized(parser, photo, scale)
    known = _looks.get(parser)
    if known is not None and known[0] == photo.shape and np.array_equal(known[1], small):
        return known[2]
    found = _look_at(parser, photo, small, scale, label_set)
    _looks[parser] = photo.shape, small.copy() if small is photo else small, found
    return found


def _look_at(parser: Parser, photo: Photo, small: Photo, scale: float, label_set: LabelSet) -> _Look:
    logits = _seen(parser, small)
    found = _Look(logits, scale, *divide(_classes(logits), label_set))
    sure = _sureness(logits) + _SURER
    if not (found.owners[-1] > 0).any() and sure > _UNSURE:
        return found
    for share in _CLOSER:
        logits = _logits(parser, photo, share * scale)
        if (now := _sureness(logits)) <= sure:
            continue
        look = _Look(logits, share * scale, *divide(_classes(logits), label_set), closer=True)
        if look.people:
            found, sure = look, now
    return found


def _sureness(logits: NDArray[np.float32]) -> float:
    """The mean probability of the likeliest class where that is not background; 0 where nothing else is."""
    shares = np.exp(logits - logits.max(axis=0))
    inside = _classes(logits) != 0
    return float((1 / shares.sum(axis=0))[inside].mean()) if inside.any() else 0.0


def _first_scale(parser: Parser, height: int, width: int) -> float:
    config = parser.config
    return min(config.height / height, (_LARGEST_AREA * config.height * config.width / (height * width)) ** 0.5)


def _classes(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    return logits.argmax(axis=0).astype(np.uint8)


def _alone(logits: NDArray[np.float32], owners: NDArray[np.int32], person: int) -> NDArray[np.float32]:
    """Logits in which other people are background; `owners` of their cells, counted from 1."""
    return _emptied(logits, (owners > 0) & (owners != person + 1))


def without_specks(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits in which the parts that lie apart from the person and are much smaller are background."""
    parts, areas = connected_parts(_classes(logits))
    small = areas < _SMALLEST_PART * areas.max(initial=0)
    small[0] = False
    return _emptied(logits, small[parts])


def _emptied(logits: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Logits with background as the likeliest class in some cells."""
    if not where.any():
        return logits
    cleaned = logits.copy()
    cleaned[0, where] = logits[:, where].max(axis=0) + 1
    return cleaned


def frame_person(person: Box, height: int, width: int, person_height: float, aspect: float) -> Box:
    """The box around a person that the training pictures would show: ``person_height`` of its height, cut at the photo.

    Args:
        person: their box; height, width: of the photo; aspect: width over height of the training pictures.
    """
    top, left, bottom, right = person
    tall = (bottom - top) / person_height
    wide = max(tall * aspect, (right - left) / person_height)
    middle_y, middle_x = (top + bottom) / 2, (left + right) / 2
    return (
        max(round(middle_y - tall / 2), 0),
        max(round(middle_x - wide / 2), 0),
        min(round(middle_y + tall / 2), height),
        min(round(middle_x + wide / 2), width),
    )


def _drawn_to_edges(logits: NDArray[np.float32], photo: Photo, label_set: LabelSet) -> NDArray[np.float32]:
    """Probabilities of the classes at the size at which the parser saw the photo, following the photo's own edges.

    The network decides on a grid of every fourth pixel; where on the way between two of its points an outline runs, the
    photo knows better.

    Args:
        logits: float32 (C, h, w); photo: uint8 (H, W, 3), the same view.

    Returns:
        float32 (C, 4 h, 4 w), about 0..1.
    """
    rows, columns = (side * _LOGIT_STRIDE for side in logits.shape[1:])
    if photo.shape[:2] != (rows, columns):
        way = cv2.INTER_AREA if photo.shape[0] > rows else cv2.INTER_CUBIC
        photo = np.asarray(cv2.resize(photo, (columns, rows), interpolation=way), np.uint8)
    follow = GuidedFilter(photo, _EDGE_RADIUS, _EDGE_SOFTNESS)
    shares = np.stack([cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_LINEAR) for plane in logits])
    shares = np.exp(shares - shares.max(axis=0))
    shares /= shares.sum(axis=0)
    for plane in shares:
        if plane.max() > _HARDLY:
            plane[:] = follow(plane)
    return without_scraps(_without_crumbs(np.asarray(shares, np.float32)), photo, label_set)


def _without_crumbs(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities (C, h, w) in which spots of a few pixels go to the next best class."""
    classes = _classes(shares)
    for index in np.flatnonzero(np.bincount(classes.ravel(), minlength=len(shares))).tolist():
        spots = (classes == index).astype(np.uint8)
        _, parts, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
        small = stats[:, cv2.CC_STAT_AREA] < _CRUMB
        small[0] = False
        if small.any():
            shares[index, small[parts]] = -1
    return shares


def enlarge_and_decide(logits: NDArray[np.float32], height: int, width: int) -> LabelMap:
    """The likeliest class at each pixel after enlarging logits ``(C, h, w)``; uint8 ``(height, width)``.

    Class by class, so that a photo of 24 million pixels takes two planes of floats and not one for each class.
    """
    best = cv2.resize(logits[0], (width, height), interpolation=cv2.INTER_LINEAR)
    labels = np.zeros((height, width), np.uint8)
    for index in range(1, len(logits)):
        plane = cv2.resize(logits[index], (width, height), interpolation=cv2.INTER_LINEAR)
        labels[plane > best] = index
        np.maximum(best, plane, out=best)
    return labels


def _for_inference(parser: Parser) -> Parser:
    prepared = _prepared.get(parser)
    if prepared is None:
        prepared = copy.deepcopy(parser).prepare_for_inference()
        _prepared[parser] = prepared
    return prepared


def _mean(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((first + second) / 2, np.float32)


def _logits(parser: Parser, photo: Photo, scale: float, mirrored: bool = False) -> NDArray[np.float32]:
    """Logits ``(C, h, w)`` at stride 4 of the whole photo, brought to about ``scale`` times its size before.

    Each side becomes a multiple of the coarsest stride, so that all levels of the pyramid cover the photo exactly; that
    stretches it by at most a few percent, less than the training's augmentation does. ``mirrored``: the parser sees the
    mirrored photo; the logits lie as the photo does.
    """
    return _seen(parser, _resized(parser, photo, scale), mirrored)


def _resized(parser: Parser, photo: Photo, scale: float) -> Photo:
    stride = STRIDES[-1]
    largest = _LARGEST_CROP * parser.config.height * parser.config.width
    scale = min(scale, (largest / (photo.shape[0] * photo.shape[1])) ** 0.5)
    rows, columns = (max(round(side * scale / stride), 1) * stride for side in photo.shape[:2])
    if (rows, columns) == photo.shape[:2]:
        return photo
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, (columns, rows), interpolation=interpolation), np.uint8)


def _seen(parser: Parser, photo: Photo, mirrored: bool = False) -> NDArray[np.float32]:
    device = parser.classify.weight.device
    with torch.inference_mode():
        batch = torch.tensor(photo, device=device)[None].permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        logits = _coarse(parser, batch.flip(3)).flip(3) if mirrored else _coarse(parser, batch)
        return np.ascontiguousarray(logits[0].float().cpu().numpy())


def _coarse(parser: Parser, batch: Tensor) -> Tensor:
    return parser.coarse_logits(batch.contiguous(memory_format=torch.channels_last))
