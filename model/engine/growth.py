"""How cost grows with the size of a dab, the number of classes and the size of the picture; on our network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from model.engine.bench_inputs import SIZES, network_config, random_generator
from model.engine.benchmark import Benchmark
from model.engine.renderer import Renderer
from model.groupdnet import Generator

DABS = (8, 16, 32, 64, 96, 128, 192, 256)
CLASSES = (4, 16, 64, 151)
PICTURES = ((128, 128), (256, 256), (512, 512), (1024, 1024))


def growth(repeats: int, make: Callable[[Generator], Renderer], cpu_time: bool) -> Iterator[dict[str, Any]]:
    """{"classes", "size", "rows"} of every measurement; ``make`` gives the renderer of a generator."""
    native = SIZES["street-fashion"]
    steps = [(16, native, DABS), *((classes, native, (32,)) for classes in CLASSES)]
    for classes, size, sides in [*steps, *((16, size, (32,)) for size in PICTURES)]:
        generator = random_generator(network_config("street-fashion", classes), *size)
        rows = Benchmark(generator, *size, make(generator), cpu_time=cpu_time).run_short(repeats, sides)
        yield {"classes": classes, "size": list(size), "rows": rows}
