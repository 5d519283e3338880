"""`info`: versions, devices and bundles."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from typing import Annotated, Any

import typer

_PACKAGES = ("torch", "PySide6-Essentials", "numpy", "opencv-python-headless", "pillow", "safetensors", "lightning")


def gather() -> dict[str, Any]:
    """What `info` prints, as JSON values."""
    import torch

    from model.checkpoints import list_bundles

    packages: dict[str, str | None] = {}
    for name in _PACKAGES:
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            packages[name] = None
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": packages,
        "devices": [f"cpu ({torch.get_num_threads()} threads)"]
        + [f"cuda:{number} ({torch.cuda.get_device_name(number)})" for number in range(count)],
        "bundles": [
            {
                "name": bundle.name,
                "path": str(bundle.path),
                "label_set": bundle.label_set,
                "classes": bundle.classes,
                "height": bundle.height,
                "width": bundle.width,
                "megabytes": round(bundle.megabytes, 1),
                "problem": None if bundle.problem is None else str(bundle.problem),
            }
            for bundle in list_bundles()
        ],
    }


def info(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print versions, devices and the bundles that were found."""
    facts = gather()
    if as_json:
        print(json.dumps(facts, indent=1))
        return
    print(f"Python {facts['python']} on {facts['system']}")
    for name, version in facts["packages"].items():
        print(f"  {name} {version or 'not installed'}")
    print("Devices")
    for device in facts["devices"]:
        print(f"  {device}")
    print("Bundles" if facts["bundles"] else "Bundles: none found")
    for bundle in facts["bundles"]:
        if bundle["problem"]:
            print(f"  {bundle['name']}: cannot be used: {bundle['problem']}")
            continue
        size = f"{bundle['width']} x {bundle['height']}, {bundle['megabytes']} MB"
        print(f"  {bundle['name']}: {bundle['classes']} classes ({bundle['label_set']}), {size}, {bundle['path']}")


COMMANDS = {"info": info}
