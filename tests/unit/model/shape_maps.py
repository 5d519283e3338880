"""Maps of people and a tiny shape model, for the tests of the shape model."""

import cv2
import numpy as np
import torch
from hypothesis import strategies as st

from model.labels import LabelMap, LabelSet
from model.shapes import ShapeConfig, ShapeModel, ShapeNetwork, Slider
from model.shapes.holes import ShapeStatistics
from model.training.shape_data import measure_statistics

NAMES = ("background", "face", "skin", "dress", "bag")

BACKGROUND, FACE, SKIN, DRESS, BAG = range(5)

LABEL_SET = LabelSet.from_json(
    {"name": "tiny", "classes": [{"name": name, "color": f"#0000{40 * i:02x}"} for i, name in enumerate(NAMES)]}
)

CONFIG = ShapeConfig(5, (DRESS, BAG), height=32, width=32, code_size=4, channels=(8, 8, 16, 16))


def person(seed: int = 0, height: int = 96, width: int = 64, bag: bool = True) -> LabelMap:
    """A face, two legs, a dress of random length and width, and perhaps a bag."""
    random = np.random.default_rng(seed)
    labels = np.zeros((height, width), np.uint8)
    middle = width // 2 + int(random.integers(-3, 4))
    hem, half = int(random.integers(50, 76)), int(random.integers(8, 14))
    labels[40:88, middle - 6 : middle - 2] = SKIN
    labels[40:88, middle + 2 : middle + 6] = SKIN
    corners = np.array([[middle - 6, 24], [middle + 6, 24], [middle + half, hem], [middle - half, hem]], np.int32)
    cv2.fillConvexPoly(labels, corners, DRESS)
    cv2.circle(labels, (middle, 15), 7, FACE, -1)
    if bag:
        left = middle + half + 1
        labels[50:62, left : left + int(random.integers(6, 12))] = BAG
    return labels


def statistics() -> ShapeStatistics:
    return measure_statistics([person(seed) for seed in range(12)], LABEL_SET, CONFIG.varied)


def blob_model() -> ShapeModel:
    """An untrained network whose outlines are blobs that depend on the code."""
    network = ShapeNetwork(CONFIG)
    with torch.no_grad():
        network.finish.weight.mul_(20)
        network.posterior.weight.mul_(3)
    vector = np.array([1, 0, 0, 0], np.float32)
    sliders = {DRESS: (Slider("longer", vector, -3.0, 3.0),)}
    return ShapeModel(network, statistics(), NAMES, sliders=sliders)


maps = st.builds(person, st.integers(0, 10_000), bag=st.booleans())
