"""Put a shipped bundle together: networks of a run, a parser, a model card and an unpicked page of samples.

    python scripts/assemble_bundle.py --networks RUN/bundle [--parser RUN] --card docs/cards/street-fashion.json \
        -o weights/street-fashion

Files that the target already holds beside its networks (named styles, the shape model) stay, and so does its parser
where none is given.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from model.checkpoints import Bundle, load_bundle, save_bundle
from model.images import write_picture
from model.labels import read_label_map, resize_labels
from model.styles.sampling import sample_codes

EXAMPLES = Path(__file__).resolve().parent.parent / "assets" / "examples"
SAMPLES = 24


def sample_page(bundle: Bundle, count: int = SAMPLES) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The drawn example maps in turn with the codes of seeds 0 to ``count`` - 1, unpicked; six a row, uint8 RGB."""
    paths = sorted(EXAMPLES.glob("*.png"))
    maps = [
        resize_labels(read_label_map(path, bundle.label_set), bundle.height, bundle.width)[:, : bundle.width]
        for path in paths
    ]
    pictures = []
    with torch.inference_mode():
        for seed in range(count):
            labels = torch.from_numpy(np.ascontiguousarray(maps[seed % len(maps)])).long()[None]
            picture = bundle.generator(labels, sample_codes(bundle, seed)[None])[0]
            pictures.append(((picture.permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy())
    rows = [np.concatenate(pictures[start : start + 6], 1) for start in range(0, count, 6)]
    return np.concatenate(rows, 0)


def main() -> None:
    """Read the arguments, write the bundle, print its folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=Path, required=True, help="bundle that a training run ended with")
    parser.add_argument("--parser", type=Path, help="run of train-parser; the target's own where left out")
    parser.add_argument("--card", type=Path, required=True, help="JSON with the fields of the model card")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    bundle = load_bundle(arguments.networks)
    if arguments.parser is not None:
        from model.training.parser.loop import load_trained_parser

        bundle.parser = load_trained_parser(arguments.parser)
    elif (arguments.output / "bundle.json").is_file():
        bundle.parser = load_bundle(arguments.output).parser
    bundle.name = arguments.output.name
    # The run's own facts (recipe, steps) come first; the card adds what a person wrote.
    bundle.card = {**json.loads(arguments.card.read_text(encoding="utf-8")), "last_run": bundle.card}
    bundle.path = None
    save_bundle(bundle, arguments.output)
    write_picture(arguments.output / "samples.png", sample_page(bundle))
    size = sum(file.stat().st_size for file in arguments.output.glob("*.safetensors"))
    print(f"{arguments.output}: {size / 1e6:.1f} MB of weights")


if __name__ == "__main__":
    main()
