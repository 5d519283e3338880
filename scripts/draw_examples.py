"""Draws the bundled example label maps: six dressed people, 384 x 256, in the street-fashion label set.

    .venv/bin/python scripts/draw_examples.py [FOLDER]

Every outline is made up here, by hand, as numbers; nothing is traced from a photo. FOLDER defaults to assets/examples.
A figure stands on y = 370 and reaches up to y = 16, 92 % of the height, its head a seventh of that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from model.labels import builtin_label_set, write_label_map  # noqa: E402
from scripts.figure_drawing import Knot, LabelCanvas, mirrored  # noqa: E402
from scripts.figure_parts import (  # noqa: E402
    ACCESSORY,
    BACKGROUND,
    BAG,
    DRESS,
    EYEWEAR,
    FACE,
    HAIR,
    HAT,
    LEGWEAR,
    OUTERWEAR,
    SCARF,
    SHOES,
    SKIN,
    SKIRT,
    TOP,
    TROUSERS,
    face,
    hand,
    neck,
    neckline,
    shoe,
    torso,
)

HEIGHT, WIDTH = 384, 256
LABELS = builtin_label_set("street-fashion")


def long_coat() -> LabelCanvas:
    """An open coat to the knee over a top and trousers, a bag in the hand, long hair."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 130.0
    canvas.shape(
        HAIR, mirrored([(x, 15), (x + 16, 20), (x + 22, 42), (x + 22, 70), (x + 26, 104), (x + 16, 114), (x, 96)], x)
    )
    canvas.limb(SKIN, [(x - 14, 347), (x - 14, 355)], [9, 9])
    canvas.limb(SKIN, [(x + 19, 346), (x + 20, 354)], [9, 9])
    # Trousers: the standing leg straight, the other one bent a little outward.
    canvas.limb(TROUSERS, [(x - 12, 186), (x - 13, 270), (x - 14, 345)], [29, 23, 17])
    canvas.limb(TROUSERS, [(x + 12, 186), (x + 17, 268), (x + 19, 343)], [29, 23, 17])
    shoe(canvas, (x - 14, 353), (x - 19, 362), 12, 15)
    shoe(canvas, (x + 20, 352), (x + 27, 361), 12, 15)
    neck(canvas, x, 96)
    # The coat hangs from the shoulders and opens towards the hem; the top and the trousers show in the gap.
    coat: list[Knot] = [
        (x + 8, 80, "corner"),
        (x + 30, 87),
        (x + 37, 104),
        (x + 33, 150),
        (x + 36, 200),
        (x + 43, 262, "corner"),
    ]
    canvas.shape(OUTERWEAR, [*mirrored(coat, x)])
    canvas.polygon(TROUSERS, [(x - 13, 176), (x + 14, 176), (x + 17, 266), (x - 15, 266)])
    canvas.polygon(BACKGROUND, [(x + 1, 222), (x + 4, 266), (x - 2, 266)])
    canvas.shape(
        TOP,
        [
            (x - 9, 84, "corner"),
            (x + 9, 84, "corner"),
            (x + 12, 130),
            (x + 15, 186, "corner"),
            (x - 13, 186, "corner"),
            (x - 12, 130),
        ],
    )
    neckline(canvas, x, 9, 15)
    for side in (-1, 1):
        canvas.shape(
            OUTERWEAR,
            [
                (x + side * 6, 80, "corner"),
                (x + side * 16, 84),
                (x + side * 22, 106),
                (x + side * 14, 140, "corner"),
                (x + side * 8, 106),
            ],
        )
    canvas.limb(HAIR, [(x - 17, 40), (x - 19, 70), (x - 22, 112)], [9, 12, 5])
    canvas.limb(HAIR, [(x + 17, 40), (x + 19, 72), (x + 18, 118)], [9, 13, 5])
    canvas.shape(HAIR, mirrored([(x, 15), (x + 13, 19), (x + 20, 34), (x + 19, 56), (x + 12, 50)], x))
    face(canvas, x, 26)
    canvas.shape(HAIR, [(x - 17, 30), (x - 2, 20), (x + 17, 30), (x + 14, 40), (x + 4, 29), (x - 8, 34), (x - 15, 46)])
    # Arms over the coat: one hangs with the bag, the other hand is in the pocket.
    canvas.limb(OUTERWEAR, [(x - 31, 98), (x - 39, 140), (x - 42, 192)], [20, 19, 15])
    hand(canvas, (x - 42, 198), (x - 42, 213))
    canvas.limb(OUTERWEAR, [(x + 31, 98), (x + 43, 146), (x + 33, 188)], [20, 19, 16])
    canvas.limb(BAG, [(x - 52, 244), (x - 50, 222), (x - 42, 211), (x - 35, 222), (x - 33, 244)], [3, 2.6, 2.6, 2.6, 3])
    canvas.shape(
        BAG,
        [(x - 64, 240, "corner"), (x - 24, 240, "corner"), (x - 19, 274), (x - 23, 283), (x - 65, 283), (x - 69, 274)],
    )
    return canvas


def hat_and_dress() -> LabelCanvas:
    """A flared dress with a belt, a wide hat, bare arms and legs, one hand on the hip."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 126.0
    canvas.shape(HAIR, mirrored([(x, 26), (x + 17, 30), (x + 22, 56), (x + 21, 86), (x + 10, 94)], x))
    canvas.limb(SKIN, [(x - 8, 250), (x - 10, 290), (x - 8, 318), (x - 11, 352)], [16, 14, 13, 7.5])
    canvas.limb(SKIN, [(x + 9, 250), (x + 11, 292), (x + 14, 320), (x + 15, 350)], [16, 14, 13, 7.5])
    shoe(canvas, (x - 11.5, 351), (x - 15.5, 363), 9.5, 13)
    shoe(canvas, (x + 15.5, 349), (x + 21.5, 361), 9.5, 13)
    neck(canvas, x, 100)
    # Arms: the picture's left one rests on the hip, the right one hangs.
    canvas.limb(SKIN, [(x - 28, 100), (x - 45, 140), (x - 26, 166)], [12, 10.5, 7.5])
    canvas.limb(SKIN, [(x - 26, 166), (x - 19, 170)], [8, 6])
    canvas.limb(SKIN, [(x + 28, 100), (x + 36, 146), (x + 41, 186)], [12, 10.5, 7])
    hand(canvas, (x + 41.5, 190), (x + 43, 206))
    canvas.limb(ACCESSORY, [(x + 38, 183), (x + 44, 182)], [3.4, 3.4])
    dress: list[Knot] = [
        (x + 9, 80, "corner"),
        (x + 26, 86),
        (x + 31, 98),
        (x + 25, 118),
        (x + 21, 148),
        (x + 30, 190),
        (x + 42, 234),
        (x + 52, 272, "corner"),
        (x + 30, 279),
        (x + 10, 276),
    ]
    canvas.shape(DRESS, mirrored(dress, x))
    canvas.limb(DRESS, [(x - 26, 95), (x - 34, 112)], [18, 17])
    canvas.limb(DRESS, [(x + 26, 95), (x + 32, 114)], [18, 17])
    neckline(canvas, x, 13, 20)
    canvas.shape(
        ACCESSORY,
        [
            (x - 21, 147, "corner"),
            (x, 150),
            (x + 21, 147, "corner"),
            (x + 21.5, 154, "corner"),
            (x, 157),
            (x - 21.5, 154, "corner"),
        ],
    )
    canvas.limb(SKIN, [(x - 27, 165), (x - 18, 168)], [8, 6.5])
    face(canvas, x, 29)
    canvas.limb(HAIR, [(x - 15, 40), (x - 17, 64), (x - 18, 92)], [7, 9, 5])
    canvas.limb(HAIR, [(x + 15, 40), (x + 17, 64), (x + 17, 92)], [7, 9, 5])
    canvas.shape(HAT, [(x - 17, 38), (x - 16, 22), (x - 10, 16), (x, 17.5), (x + 10, 16), (x + 16, 22), (x + 17, 38)])
    canvas.ellipse(HAT, (x, 38), (40, 7.5), -4)
    return canvas


def skirt_and_tights() -> LabelCanvas:
    """A knit top, a short skirt, tights and ankle boots, a shoulder bag on a strap, a bob."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 128.0
    canvas.limb(LEGWEAR, [(x - 11, 215), (x - 12, 270), (x - 9, 300), (x - 12, 345)], [26, 19, 17, 10])
    canvas.limb(LEGWEAR, [(x + 12, 215), (x + 15, 270), (x + 18, 300), (x + 18, 343)], [26, 19, 17, 10])
    for ankle, toe in (((x - 12, 338), (x - 17, 362)), ((x + 18, 336), (x + 25, 361))):
        canvas.limb(SHOES, [ankle, (ankle[0], 354)], [14, 13])
        shoe(canvas, (ankle[0], 354), toe, 13, 14)
    neck(canvas, x, 92)
    canvas.shape(
        SKIRT,
        mirrored([(x + 21, 154, "corner"), (x + 29, 180), (x + 36, 212), (x + 40, 234, "corner"), (x + 20, 238)], x),
    )
    torso(canvas, TOP, x, [(27, 86), (31, 98), (25, 122), (22, 146), (25, 168)], 168)
    neckline(canvas, x, 11, 9)
    canvas.limb(TOP, [(x - 27, 97), (x - 36, 140), (x - 40, 184)], [19, 17, 13])
    canvas.limb(TOP, [(x + 27, 97), (x + 40, 138), (x + 35, 176)], [19, 17, 13])
    hand(canvas, (x - 40.5, 190), (x - 41, 206))
    # The strap crosses from the far shoulder to the bag at the hip, held by the near hand.
    canvas.limb(BAG, [(x - 19, 84), (x + 6, 128), (x + 31, 178)], [3.2, 3.2, 3.2])
    canvas.shape(
        BAG,
        [(x + 22, 180, "corner"), (x + 54, 178, "corner"), (x + 57, 200), (x + 53, 210), (x + 26, 212), (x + 21, 203)],
    )
    hand(canvas, (x + 34, 178), (x + 31, 191))
    canvas.shape(HAIR, mirrored([(x, 15), (x + 15, 19), (x + 22, 36), (x + 22, 60), (x + 18, 74), (x + 10, 72)], x))
    canvas.limb(SKIN, [(x, 62), (x, 78)], [14, 15])
    face(canvas, x, 27)
    canvas.shape(
        HAIR,
        [
            (x - 21, 40),
            (x - 12, 20),
            (x + 10, 19),
            (x + 21, 40),
            (x + 15, 41),
            (x + 7, 38.5),
            (x - 7, 38.5),
            (x - 15, 41),
        ],
    )
    for side in (-1, 1):
        canvas.limb(HAIR, [(x + side * 16, 38), (x + side * 18, 56), (x + side * 16, 72)], [7, 9, 6])
    return canvas


def scarf_and_glasses() -> LabelCanvas:
    """A man in a top, straight trousers, a scarf and glasses, a watch on the wrist."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 126.0
    canvas.limb(TROUSERS, [(x - 13, 190), (x - 17, 270), (x - 20, 346)], [31, 25, 20])
    canvas.limb(TROUSERS, [(x + 13, 190), (x + 18, 270), (x + 22, 346)], [31, 25, 20])
    canvas.shape(TROUSERS, mirrored([(x + 26, 172, "corner"), (x + 29, 192), (x + 26, 214), (x, 216)], x))
    shoe(canvas, (x - 21, 351), (x - 27, 361), 15, 17)
    shoe(canvas, (x + 23, 351), (x + 31, 360), 15, 17)
    neck(canvas, x, 96)
    torso(canvas, TOP, x, [(32, 86), (38, 98), (32, 124), (29, 156), (30, 186)], 186)
    canvas.limb(TOP, [(x - 33, 99), (x - 43, 140), (x - 46, 186)], [21, 19, 15])
    canvas.limb(TOP, [(x + 33, 99), (x + 44, 140), (x + 46, 186)], [21, 19, 15])
    hand(canvas, (x - 46, 193), (x - 45, 211))
    hand(canvas, (x + 46, 193), (x + 46, 211))
    canvas.limb(ACCESSORY, [(x + 42.5, 190), (x + 49.5, 190)], [4, 4])
    # The scarf: once round the neck, one end hanging longer than the other.
    canvas.shape(
        SCARF,
        [(x - 12, 96, "corner"), (x, 92), (x - 1, 128), (x - 4, 152, "corner"), (x - 18, 150, "corner"), (x - 16, 120)],
    )
    canvas.shape(SCARF, [(x + 2, 94), (x + 13, 98, "corner"), (x + 16, 126, "corner"), (x + 4, 128, "corner")])
    canvas.shape(SCARF, mirrored([(x, 70), (x + 12, 70), (x + 20, 80), (x + 18, 94), (x, 102)], x))
    canvas.shape(HAIR, mirrored([(x, 15), (x + 13, 18), (x + 18, 30), (x + 16.5, 46), (x + 12, 46)], x))
    canvas.shape(FACE, mirrored([(x, 28), (x + 11, 29), (x + 14.5, 44), (x + 13.5, 58), (x + 8, 68), (x, 71)], x))
    for side in (-1, 1):
        canvas.ellipse(FACE, (x + side * 15, 48), (2.4, 4.8))
    canvas.shape(
        HAIR,
        [(x - 17, 40), (x - 12, 22), (x + 6, 18), (x + 16, 26), (x + 16, 41), (x + 11, 33), (x - 3, 31), (x - 12, 33)],
    )
    for side in (-1, 1):
        canvas.ellipse(EYEWEAR, (x + side * 7, 46), (6, 4.6))
    canvas.limb(EYEWEAR, [(x - 15, 44), (x + 15, 44)], [2, 2])
    return canvas


def shorts_and_socks() -> LabelCanvas:
    """A T-shirt, shorts, socks and trainers, sunglasses, a bucket hat, a rucksack's straps, one step forward."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 130.0
    canvas.shape(BAG, mirrored([(x, 90), (x + 34, 96), (x + 42, 130), (x + 38, 156), (x, 160)], x))
    # The back leg first: it is the further one.
    canvas.limb(SKIN, [(x + 13, 230), (x + 20, 268), (x + 24, 300), (x + 27, 330)], [21, 15, 15, 10])
    canvas.limb(LEGWEAR, [(x + 25, 316), (x + 27.5, 344)], [12.5, 10])
    shoe(canvas, (x + 28, 347), (x + 34, 357), 13, 14)
    canvas.limb(SKIN, [(x - 13, 230), (x - 17, 270), (x - 15, 306), (x - 18, 340)], [21, 16, 15.5, 10])
    canvas.limb(LEGWEAR, [(x - 16.5, 322), (x - 18, 352)], [13, 10.5])
    shoe(canvas, (x - 18.5, 355), (x - 23, 363), 14, 15)
    neck(canvas, x, 92)
    canvas.limb(SKIN, [(x - 34, 112), (x - 44, 146), (x - 50, 184)], [13, 11.5, 8])
    hand(canvas, (x - 50.5, 189), (x - 51, 205))
    canvas.limb(SKIN, [(x + 34, 112), (x + 47, 142), (x + 42, 178)], [13, 11.5, 8])
    hand(canvas, (x + 42, 183), (x + 39, 199))
    canvas.shape(
        TROUSERS,
        [
            (x - 25, 174, "corner"),
            (x + 25, 174, "corner"),
            (x + 31, 214),
            (x + 33, 250, "corner"),
            (x + 8, 254, "corner"),
            (x + 1, 214, "corner"),
            (x - 6, 256, "corner"),
            (x - 33, 252, "corner"),
            (x - 31, 214),
        ],
    )
    torso(canvas, TOP, x, [(30, 86), (35, 97), (30, 124), (28, 156), (30, 184)], 184)
    canvas.limb(TOP, [(x - 31, 98), (x - 38, 124)], [21, 20])
    canvas.limb(TOP, [(x + 31, 98), (x + 40, 122)], [21, 20])
    neckline(canvas, x, 11, 9)
    for side in (-1, 1):
        canvas.limb(BAG, [(x + side * 19, 83), (x + side * 21, 108), (x + side * 28, 148)], [6, 6, 5])
    canvas.shape(HAIR, mirrored([(x, 22), (x + 16, 30), (x + 17.5, 48), (x + 12, 60)], x))
    face(canvas, x, 28)
    canvas.limb(HAIR, [(x - 14.5, 40), (x - 14.5, 52)], [5, 3])
    canvas.limb(HAIR, [(x + 14.5, 40), (x + 14.5, 52)], [5, 3])
    canvas.shape(
        HAT,
        [
            (x - 15, 30),
            (x - 12, 19),
            (x, 15.5),
            (x + 12, 19),
            (x + 15, 30),
            (x + 24, 40, "corner"),
            (x + 12, 37),
            (x, 36),
            (x - 12, 37),
            (x - 24, 40, "corner"),
        ],
    )
    for side in (-1, 1):
        canvas.ellipse(EYEWEAR, (x + side * 7, 47), (6.2, 4.6))
    canvas.limb(EYEWEAR, [(x - 14, 45), (x + 14, 45)], [2.2, 2.2])
    return canvas


def jacket_over_dress() -> LabelCanvas:
    """A short jacket over a long dress, boots, a clutch under the arm, hair tied up in a bun."""
    canvas, x = LabelCanvas(HEIGHT, WIDTH, len(LABELS)), 128.0
    canvas.limb(LEGWEAR, [(x - 10, 296), (x - 12, 340)], [14, 11])
    canvas.limb(LEGWEAR, [(x + 11, 296), (x + 15, 338)], [14, 11])
    for ankle, toe in (((x - 12, 330), (x - 17, 363)), ((x + 15, 328), (x + 22, 361))):
        canvas.limb(SHOES, [ankle, (ankle[0], 353)], [15, 13])
        shoe(canvas, (ankle[0], 354), toe, 13, 13)
    neck(canvas, x, 100)
    canvas.shape(
        DRESS,
        [
            (x - 16, 88),
            (x + 16, 88),
            (x + 20, 150),
            (x + 29, 200),
            (x + 36, 260),
            (x + 44, 310, "corner"),
            (x + 18, 316),
            (x - 8, 309),
            (x - 38, 314, "corner"),
            (x - 34, 260),
            (x - 28, 200),
            (x - 20, 150),
        ],
    )
    neckline(canvas, x, 12, 19)
    for side in (-1, 1):
        canvas.shape(
            OUTERWEAR,
            [
                (x + side * 7, 79, "corner"),
                (x + side * 28, 86),
                (x + side * 34, 98),
                (x + side * 29, 130),
                (x + side * 28, 166, "corner"),
                (x + side * 12, 170, "corner"),
                (x + side * 13, 130),
                (x + side * 15, 104),
            ],
        )
    canvas.limb(OUTERWEAR, [(x - 29, 98), (x - 40, 138), (x - 44, 180)], [20, 18, 14])
    hand(canvas, (x - 44, 186), (x - 44, 203))
    canvas.limb(OUTERWEAR, [(x + 29, 98), (x + 45, 140), (x + 27, 168)], [20, 19, 15])
    canvas.shape(
        BAG, [(x + 8, 158, "corner"), (x + 42, 166, "corner"), (x + 38, 192, "corner"), (x + 4, 184, "corner")]
    )
    hand(canvas, (x + 23, 172), (x + 11, 176))
    canvas.limb(ACCESSORY, [(x - 8, 92), (x, 104), (x + 8, 92)], [2.6, 3.2, 2.6])
    canvas.ellipse(HAIR, (x + 1, 20), (9, 7))
    canvas.shape(HAIR, mirrored([(x, 21), (x + 14, 25), (x + 18, 40), (x + 15, 54), (x + 11, 48)], x))
    face(canvas, x, 30)
    canvas.shape(
        HAIR, [(x - 16, 46), (x - 13, 28), (x, 24), (x + 13, 28), (x + 16, 46), (x + 11, 36), (x, 31.5), (x - 11, 36)]
    )
    for side in (-1, 1):
        canvas.ellipse(ACCESSORY, (x + side * 15.5, 57.5), (1.8, 2.8))
    return canvas


EXAMPLES: dict[str, Callable[[], LabelCanvas]] = {
    "long-coat": long_coat,
    "hat-and-dress": hat_and_dress,
    "skirt-and-tights": skirt_and_tights,
    "scarf-and-glasses": scarf_and_glasses,
    "shorts-and-socks": shorts_and_socks,
    "jacket-over-dress": jacket_over_dress,
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in EXAMPLES.items():
        write_label_map(folder / f"{name}.png", draw().labels(), LABELS)
        print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
