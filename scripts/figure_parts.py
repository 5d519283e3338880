"""Parts of people that several drawn examples share: face, neck, hands, shoes, a garment's trunk and neckline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scripts.figure_drawing import Knot, LabelCanvas, Point, mirrored

# The set's classes in its order.
BACKGROUND, HAIR, FACE, SKIN, HAT, EYEWEAR, TOP, OUTERWEAR = range(8)
DRESS, SKIRT, TROUSERS, LEGWEAR, SHOES, BAG, SCARF, ACCESSORY = range(8, 16)


def face(canvas: LabelCanvas, x: float, top: float = 27.0) -> None:
    """A face seen from the front: 28 wide, 41 from hairline to chin, with ears."""
    canvas.shape(
        FACE,
        mirrored(
            [(x, top), (x + 10, top + 3), (x + 14, top + 15), (x + 12.5, top + 28), (x + 6, top + 38), (x, top + 41)], x
        ),
    )
    for side in (-1, 1):
        canvas.ellipse(FACE, (x + side * 14, top + 19), (2.2, 4.5))


def neck(canvas: LabelCanvas, x: float, opening: float = 92.0) -> None:
    """Neck and the triangle of skin that a neckline leaves open, down to y = opening."""
    canvas.limb(SKIN, [(x, 58), (x, 80)], [15, 16])
    canvas.shape(SKIN, mirrored([(x + 8, 74), (x + 19, 84), (x + 10, 90), (x, opening)], x))


def hand(canvas: LabelCanvas, wrist: Point, tips: Point) -> None:
    """A relaxed hand between a wrist and the finger tips, with a thumb on the body's side."""
    middle = ((wrist[0] + tips[0]) / 2, (wrist[1] + tips[1]) / 2)
    canvas.limb(SKIN, [wrist, middle, tips], [7.5, 10.5, 6.5])
    inward = 1 if wrist[0] < 128 else -1
    canvas.limb(SKIN, [middle, (middle[0] + inward * 5, middle[1] + 4)], [4, 3])


def shoe(canvas: LabelCanvas, ankle: Point, toe: Point, cuff: float = 10.0, ball: float = 13.0) -> None:
    """A flat shoe seen from above the front: from the ankle to the toe cap."""
    middle = (ankle[0] * 0.4 + toe[0] * 0.6, ankle[1] * 0.4 + toe[1] * 0.6)
    canvas.limb(SHOES, [ankle, middle, toe], [cuff, (cuff + ball) / 2, ball])


def pair(draw: Callable[[int], None]) -> None:
    """Calls draw with -1 for the picture's left and 1 for its right."""
    draw(-1)
    draw(1)


def torso(canvas: LabelCanvas, label: int, x: float, half: Sequence[Point], bottom: float) -> None:
    """A garment's trunk about x. half: (half width, y) from the shoulder point down; the hem is straight."""
    right: list[Knot] = [(x + 8, 82, "corner")]
    right += [(x + width, y) for width, y in half[:-1]]
    right.append((x + half[-1][0], bottom, "corner"))
    canvas.shape(label, mirrored(right, x))


def neckline(canvas: LabelCanvas, x: float, width: float, depth: float) -> None:
    """Cuts a round neckline out of what covers the chest."""
    canvas.shape(SKIN, mirrored([(x + width, 80, "corner"), (x + width * 0.7, 80 + depth * 0.7), (x, 80 + depth)], x))
