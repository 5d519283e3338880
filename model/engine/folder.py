"""Many label maps at once: a folder of maps becomes a folder of pictures, shared by any number of processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from model.checkpoints import Bundle
from model.engine.renderer import Renderer
from model.errors import UserError
from model.fitting import Fit
from model.images import write_picture
from model.labels import read_instance_map, read_label_map

MAP_SUFFIXES = (".png", ".bmp", ".tif", ".tiff", ".webp")


@dataclass
class FolderResult:
    """How many pictures were drawn, how many were there already, and what was wrong with each bad file."""

    drawn: int = 0
    kept: int = 0
    faults: list[str] = field(default_factory=list)


def find_maps(folder: Path) -> list[Path]:
    """The label maps of a folder, by name. Raises UserError where there are none, or two with one stem."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder of label maps")
    maps = sorted(p for p in folder.iterdir() if p.suffix.lower() in MAP_SUFFIXES and not p.name.startswith("."))
    if not maps:
        raise UserError(f"{folder} holds no label map ({', '.join(MAP_SUFFIXES)})")
    stems: dict[str, Path] = {}
    for path in maps:
        if path.stem in stems:
            raise UserError(f"{path} and {stems[path.stem].name} would become the same picture")
        stems[path.stem] = path
    return maps


def render_folder(
    bundle: Bundle,
    renderer: Renderer,
    maps: list[Path],
    output: Path,
    codes: Callable[[Path], Tensor],
    *,
    instances: Path | None = None,
    overwrite: bool = False,
    progress: Callable[[str | None], None] = lambda fault: None,
) -> FolderResult:
    """Draw every map as OUTPUT/<name>.png, of the map's own size.

    A picture newer than its map is kept, so a run that was stopped goes on where it was. A file that cannot be used is
    skipped and told of. ``codes``: the codes (classes, K, h, w) for a map; ``instances``: a folder of instance maps of
    the same names; ``progress`` is called after every map, with the fault of a bad one.
    """
    result = FolderResult()
    for path in maps:
        target = output / f"{path.stem}.png"
        fault: str | None = None
        if not overwrite and _is_newer(target, path):
            result.kept += 1
        else:
            try:
                _render_file(bundle, renderer, path, target, codes(path), instances)
                result.drawn += 1
            except UserError as error:
                fault = str(error)
                result.faults.append(fault)
        progress(fault)
    return result


def _is_newer(target: Path, source: Path) -> bool:
    # A picture appears under its name only when it is complete, so one that is there is whole.
    return target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _render_file(
    bundle: Bundle, renderer: Renderer, path: Path, target: Path, codes: Tensor, instances: Path | None
) -> None:
    labels = read_label_map(path, bundle.label_set)
    fit = Fit.into(labels.shape[0], labels.shape[1], bundle.height, bundle.width)
    instance_map = None
    if instances is not None:
        source = instances / path.name
        instance_map = read_instance_map(source)
        if instance_map.shape != labels.shape:
            raise UserError(f"{source} has not the size of {path}")
        instance_map = fit.instances(instance_map)
    fitted = fit.labels(labels, bundle.label_set.background)
    write_picture(target, fit.restore(renderer.render(fitted, codes, instances=instance_map).pixels))
