"""shapes.safetensors: the shape model's part of a bundle.

Tensors: "network.*" (float16) and "sliders.<class>" (float32, sliders x code_size). The metadata entry "shape_model" is
JSON: format, config, class names, background, statistics, the names and ranges of the sliders, the dice's limits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.errors import UserError
from model.files import reason, replacing
from model.shapes.holes import ShapeStatistics
from model.shapes.model import ShapeModel, Slider
from model.shapes.network import ShapeConfig, ShapeNetwork

if TYPE_CHECKING:
    from model.checkpoints import Bundle

FILE_NAME = "shapes.safetensors"
FORMAT = 1

_METADATA = "shape_model"


@dataclass(frozen=True)
class _Description:
    config: ShapeConfig
    class_names: tuple[str, ...]
    background: int
    statistics: ShapeStatistics
    sliders: dict[int, list[tuple[str, float, float]]]
    limits: dict[int, float]


def load_shape_model(bundle: Bundle) -> ShapeModel | None:
    """The shape model of a bundle, or None where it has none.

    Raises:
        UserError: the file is damaged, made by a newer version, or for other classes than the bundle's.
    """
    path = None if bundle.path is None else bundle.path / FILE_NAME
    if path is None or not path.is_file():
        return None
    model = read_shape_model(path)
    if model.class_names != bundle.label_set.names:
        raise UserError("{path} is for other classes than those of the bundle {bundle}", path=path, bundle=bundle.name)
    return model


def write_shape_model(path: str | Path, model: ShapeModel) -> None:
    """Write a shape model as one file; a failure keeps the old one."""
    tensors: dict[str, Tensor] = {
        f"network.{key}": value.detach().to("cpu", torch.float16).contiguous()
        for key, value in model.network.state_dict().items()
    }
    sliders: dict[str, list[list[Any]]] = {}
    for index, row in model.sliders.items():
        sliders[str(index)] = [[slider.name, slider.low, slider.high] for slider in row]
        if row:
            tensors[f"sliders.{index}"] = torch.stack([torch.from_numpy(slider.vector).float() for slider in row])
    description = {
        "format": FORMAT,
        "config": model.config.to_dict(),
        "class_names": list(model.class_names),
        "background": model.background,
        "statistics": model.statistics.to_dict(),
        "sliders": sliders,
        "limits": {str(index): limit for index, limit in model.limits.items()},
    }
    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, {_METADATA: json.dumps(description, ensure_ascii=False)})
        except SafetensorError as error:
            raise OSError(str(error)) from error
        temporary.chmod(0o644)


def read_shape_model(path: str | Path) -> ShapeModel:
    """Read what :func:`write_shape_model` wrote; float32 in memory.

    Raises:
        UserError: naming the file and what is wrong with it.
    """
    source = Path(path)
    try:
        with safe_open(source, framework="pt") as handle:
            metadata = handle.metadata() or {}
            tensors = {key: handle.get_tensor(key).float() for key in handle.keys()}  # noqa: SIM118 - no mapping
    except FileNotFoundError:
        raise UserError("{source} does not exist", source=source) from None
    except SafetensorError as error:
        raise UserError(
            "{source} is no safetensors file, or is cut short: {error}", source=source, error=error
        ) from error
    except OSError as error:
        raise UserError("{source} cannot be read: {reason}", source=source, reason=reason(error)) from error
    description = _described(metadata, source)
    # Never on the meta device: there the embedding's first weights bring in torch's compiler, seconds of importing.
    network = ShapeNetwork(description.config)
    wanted = {f"network.{key}": value.shape for key, value in network.state_dict().items()}
    wrong = [key for key, shape in wanted.items() if key not in tensors or tensors[key].shape != shape]
    wrong += [key for key in tensors if key.startswith("network.") and key not in wanted]
    wrong += [key for key, value in tensors.items() if not bool(value.isfinite().all())]
    if wrong:
        raise UserError(
            "{source} is damaged: its {wrong} does not fit the network ({count} such tensors)",
            source=source,
            wrong=wrong[0],
            count=len(wrong),
        )
    network.load_state_dict({key.removeprefix("network."): tensors[key] for key in wanted})
    sliders: dict[int, tuple[Slider, ...]] = {}
    for index, named in description.sliders.items():
        vectors = tensors.get(f"sliders.{index}", torch.empty(0, description.config.code_size))
        if tuple(vectors.shape) != (len(named), description.config.code_size):
            raise UserError(
                "{source} is damaged: the sliders of class {index} do not fit their names", source=source, index=index
            )
        sliders[index] = tuple(
            Slider(name, vector.numpy().copy(), low, high)
            for (name, low, high), vector in zip(named, vectors, strict=True)
        )
    return ShapeModel(
        network,
        description.statistics,
        description.class_names,
        description.background,
        sliders,
        description.limits,
    )


def _described(metadata: dict[str, str], source: Path) -> _Description:
    try:
        values = json.loads(metadata[_METADATA])
        version = int(values["format"])
    except (KeyError, TypeError, ValueError):
        raise UserError("{source} is no shape model: it does not describe itself", source=source) from None
    if version > FORMAT:
        raise UserError(
            "{source} has format {version}, but this version of the program reads only up to {newest}",
            source=source,
            version=version,
            newest=FORMAT,
        )
    try:
        config = ShapeConfig.from_dict(values["config"])
        names = tuple(str(name) for name in values["class_names"])
        background = int(values["background"])
        sliders = {
            int(index): [(str(name), float(low), float(high)) for name, low, high in row]
            for index, row in values["sliders"].items()
        }
        limits = {int(index): min(1.0, max(0.0, float(limit))) for index, limit in values.get("limits", {}).items()}
        statistics = ShapeStatistics.from_dict(values["statistics"], config.classes)
    except UserError as error:
        raise UserError("{source} is damaged: {error}", source=source, error=error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError("{source} is damaged: {error}", source=source, error=error) from None
    if len(names) != config.classes or not 0 <= background < config.classes:
        raise UserError("{source} is damaged: its classes do not fit its network", source=source)
    return _Description(config, names, background, statistics, sliders, limits)
