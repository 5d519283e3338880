"""Draw the page of the model card that shows what a bundle makes of twelve maps painted by hand.

    python scripts/hand_drawn.py --bundle street-fashion -o docs/gallery/hand-drawn.png

The maps are painted as a person paints them: with one round brush, straight strokes, parts left out. Nothing is picked:
map N is drawn with the codes of seed N.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model.checkpoints import find_bundle, load_bundle
from model.images import write_picture
from model.labels import LabelSet
from model.styles import sample_codes

HEIGHT, WIDTH = 384, 256
Map = NDArray[np.uint8]
Point = tuple[int, int]
"""(x, y) in pixels."""


class Brush:
    """Strokes of a round brush on an empty map."""

    def __init__(self, label_set: LabelSet) -> None:
        self.label_set = label_set
        self.map: Map = np.zeros((HEIGHT, WIDTH), np.uint8)

    def stroke(self, name: str, size: int, *points: Point) -> Brush:
        """One stroke of a class through the points; a single point is a dab."""
        value = self.label_set.index_of(name)
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        if len(points) == 1:
            cv2.circle(self.map, points[0], size // 2, value, -1)
        else:
            cv2.polylines(self.map, [line], False, value, size)
        return self

    def filled(self, name: str, *points: Point) -> Brush:
        """A closed outline of straight lines."""
        cv2.fillPoly(self.map, [np.array(points, np.int32).reshape(-1, 1, 2)], self.label_set.index_of(name))
        return self


def head(brush: Brush, x: int = 128, y: int = 48, size: int = 34) -> None:
    brush.stroke("hair", size + 12, (x, y - 5)).stroke("skin", size // 2, (x, y + 10), (x, y + size))
    brush.stroke("face", size - 4, (x, y), (x, y + 6))


def legs(brush: Brush, name: str, size: int, bottom: int = 335) -> None:
    brush.stroke(name, size, (116, 200), (112, bottom)).stroke(name, size, (142, 200), (146, bottom))


def feet(brush: Brush) -> None:
    brush.stroke("shoes", 18, (111, 346), (100, 354)).stroke("shoes", 18, (147, 346), (158, 354))


def arms(brush: Brush, name: str, size: int, hands: bool = True) -> None:
    for side in (-1, 1):
        elbow, wrist = (128 + side * 44, 150), (128 + side * 46, 200)
        if hands:
            brush.stroke("skin", size - 6, wrist, (wrist[0], wrist[1] + 14))
        brush.stroke(name, size, (128 + side * 26, 98), elbow, wrist)


def everyday(brush: Brush) -> None:
    legs(brush, "trousers", 26)
    feet(brush)
    head(brush)
    arms(brush, "top", 18)
    brush.stroke("top", 56, (128, 112), (128, 180))


def without_hands(brush: Brush) -> None:
    legs(brush, "skin", 18)
    feet(brush)
    head(brush)
    arms(brush, "outerwear", 22, hands=False)
    brush.filled("outerwear", (96, 86), (160, 86), (172, 250), (84, 250)).stroke("top", 18, (128, 92), (128, 240))


def coat_alone(brush: Brush) -> None:
    arms(brush, "outerwear", 26, hands=False)
    brush.filled("outerwear", (92, 82), (164, 82), (186, 290), (70, 290))


def dress_alone(brush: Brush) -> None:
    brush.filled("dress", (104, 80), (152, 80), (146, 150), (188, 300), (68, 300), (110, 150))


def portrait(brush: Brush) -> None:
    brush.stroke("hair", 150, (128, 130), (128, 170)).stroke("skin", 60, (128, 210), (128, 280))
    brush.stroke("top", 120, (60, 372), (196, 372)).stroke("face", 104, (128, 140), (128, 175))


def thick_brush(brush: Brush) -> None:
    legs(brush, "trousers", 38, 320)
    feet(brush)
    head(brush, size=44)
    arms(brush, "top", 30)
    brush.stroke("top", 70, (128, 115), (128, 185))


def without_feet(brush: Brush) -> None:
    legs(brush, "legwear", 20, 350)
    head(brush)
    arms(brush, "top", 16)
    brush.stroke("top", 52, (128, 110), (128, 165)).filled("skirt", (102, 170), (154, 170), (172, 245), (84, 245))


def arms_raised(brush: Brush) -> None:
    legs(brush, "trousers", 24)
    feet(brush)
    head(brush)
    for side in (-1, 1):
        brush.stroke("skin", 12, (128 + side * 64, 40), (128 + side * 66, 28))
        brush.stroke("top", 18, (128 + side * 24, 98), (128 + side * 56, 76), (128 + side * 64, 44))
    brush.stroke("top", 54, (128, 112), (128, 180))


def hat_and_bag(brush: Brush) -> None:
    legs(brush, "skin", 16)
    feet(brush)
    head(brush)
    arms(brush, "skin", 12)
    brush.filled("dress", (102, 84), (154, 84), (150, 150), (196, 270), (60, 270), (106, 150))
    brush.stroke("hat", 14, (96, 36), (160, 36)).stroke("hat", 30, (128, 26)).stroke("bag", 40, (184, 240))


def two_people(brush: Brush) -> None:
    for x in (70, 186):
        brush.stroke("trousers", 18, (x - 9, 200), (x - 11, 330)).stroke("trousers", 18, (x + 9, 200), (x + 11, 330))
        brush.stroke("shoes", 14, (x - 11, 340), (x - 18, 345)).stroke("shoes", 14, (x + 11, 340), (x + 18, 345))
        head(brush, x, 60, 30)
        brush.stroke("top", 44, (x, 118), (x, 180)).stroke("top", 14, (x - 24, 110), (x - 32, 190))
        brush.stroke("top", 14, (x + 24, 110), (x + 32, 190))


def small(brush: Brush) -> None:
    brush.stroke("trousers", 14, (121, 270), (119, 335)).stroke("trousers", 14, (135, 270), (137, 335))
    brush.stroke("shoes", 10, (118, 342), (112, 345)).stroke("shoes", 10, (138, 342), (144, 345))
    head(brush, 128, 185, 22)
    brush.stroke("outerwear", 34, (128, 222), (128, 262)).stroke("outerwear", 11, (112, 214), (104, 268))
    brush.stroke("outerwear", 11, (144, 214), (152, 268))


def scribble(brush: Brush) -> None:
    brush.stroke("top", 34, (50, 60), (200, 80), (60, 120), (200, 150))
    brush.stroke("trousers", 30, (60, 200), (190, 220), (70, 270), (190, 300)).stroke("face", 50, (128, 340))


PAINTINGS: tuple[Callable[[Brush], None], ...] = (
    everyday,
    without_hands,
    coat_alone,
    dress_alone,
    portrait,
    thick_brush,
    without_feet,
    arms_raised,
    hat_and_bag,
    two_people,
    small,
    scribble,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", default="street-fashion")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/gallery/hand-drawn.png"))
    options = parser.parse_args()
    folder = Path(options.bundle)
    bundle = load_bundle(folder if folder.is_dir() else find_bundle(options.bundle))
    rows = []
    for start in range(0, len(PAINTINGS), 6):
        maps, pictures = [], []
        for number in range(start, start + 6):
            brush = Brush(bundle.label_set)
            PAINTINGS[number](brush)
            labels = torch.from_numpy(brush.map).long()[None]
            with torch.inference_mode():
                drawn = bundle.generator(labels, sample_codes(bundle, number)[None])[0]
            maps.append(bundle.label_set.palette()[brush.map])
            pictures.append(((drawn.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy())
        rows += [np.concatenate(maps, 1), np.concatenate(pictures, 1)]
    write_picture(options.output, np.concatenate(rows, 0))


if __name__ == "__main__":
    main()
