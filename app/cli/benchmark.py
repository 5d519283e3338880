"""`bench`: the renderer against the plain network."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.cli.options import Device


def bench(
    network: Annotated[
        str, typer.Option(help="street-fashion, deepfashion, ade20k or cityscapes, at the released size.")
    ] = "street-fashion",
    bundle: Annotated[
        str | None, typer.Option("--bundle", "-b", help="Measure this bundle instead of a network with random weights.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    height: Annotated[int | None, typer.Option(min=16, help="Of the picture; the network's own.")] = None,
    width: Annotated[int | None, typer.Option(min=16, help="Of the picture; the network's own.")] = None,
    classes: Annotated[int | None, typer.Option(min=4, max=255, help="Of street-fashion; 16.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Measurements of every case.")] = 20,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.")] = None,
    cpu_time: Annotated[
        bool, typer.Option("--cpu-time", help="Count CPU time of one thread: for a machine that others use too.")
    ] = False,
    with_growth: Annotated[
        bool, typer.Option("--growth", help="Then how cost grows: dabs 8 to 256, classes 4 to 151, pictures to 1024.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the renderer against the plain float32 network: ratios, spread, exactness and the quality of previews."""
    import torch
    from rich.console import Console
    from rich.progress import Progress

    from model.engine import Renderer, fused
    from model.engine.bench_inputs import SIZES, network_config, random_generator
    from model.engine.benchmark import Benchmark, table
    from model.engine.growth import growth
    from model.errors import UserError

    if cpu_time:
        if threads not in (None, 1) or device is Device.cuda:
            raise UserError("--cpu-time counts one thread of the CPU")
        threads, device = 1, Device.cpu
    if threads is not None:
        torch.set_num_threads(threads)
    if bundle is not None:
        from model.checkpoints import load_bundle

        opened = load_bundle(bundle)
        name, generator, native = opened.name, opened.generator, (opened.height, opened.width)
    else:
        if classes is not None and network != "street-fashion":
            raise UserError("--classes is for street-fashion alone; the other networks have their own")
        config = network_config(network, classes)
        name, native = network, SIZES[network]
    size = (height or native[0], width or native[1])
    if bundle is None:
        generator = random_generator(config, *size)
    renderer = Renderer(generator, device.value, precision)
    # What a program has that has run for some seconds.
    if renderer.device.type == "cpu":
        fused.load()
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Measuring", total=repeats)
        benchmark = Benchmark(generator, *size, renderer, cpu_time=cpu_time)
        report = benchmark.run(repeats, lambda done: progress.update(task, completed=done))
    weights = "random" if bundle is None else "bundle"
    report = {"device": report.pop("device"), "precision": report.pop("precision"), "network": name} | {
        "weights": weights,
        **report,
    }
    if with_growth:
        report["growth"] = list(growth(repeats, lambda made: Renderer(made, device.value, precision), cpu_time))
    if as_json:
        print(json.dumps(report))
        return
    print(f"{name} ({weights} weights), {size[0]} x {size[1]}, {renderer.describe()}, {report['threads']} threads")
    print(table(report["rows"]))
    print(f"convolutions alone {report['floor_ms']} ms, peak memory {report['peak_rss_mib']} MiB")
    for step in report.get("growth", ()):
        print(f"\n{step['classes']} classes, {step['size'][0]} x {step['size'][1]}")
        print(table(step["rows"]))


COMMANDS = {"bench": bench}
