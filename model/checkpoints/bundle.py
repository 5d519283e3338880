"""Bundles: a folder with the weights of one trained model and everything that is needed to use them.

bundle.json            format version, name, label set, network configs, native size, background, card
generator.safetensors  spectral norm folded; float16, batch-norm statistics float32
codes.safetensors      "mean" and "std" of every class's codes over the training photos, (C, K, h, w); where they
                       were measured, "factor" (C, N, N) and "bank" (C, M, N), see `Bundle`, N = K h w
encoder.safetensors, parser.safetensors      where there are such networks
MODEL_CARD.md          the card for people
anything else          (named styles, shape models, pictures of the card) is carried along by `save_bundle`
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from model.checkpoints.card import card_text
from model.checkpoints.state import folded_state, load_state, read_tensors, to_half, write_tensors
from model.errors import Phrase, UserError
from model.files import flush_to_disk, read_json, reason
from model.groupdnet import ClassEncoder, EncoderConfig, Generator, GeneratorConfig
from model.groupdnet.class_frame import with_all_functions
from model.groupdnet.config import PlainGround
from model.labels import LabelSet

FORMAT = 1
MANIFEST = "bundle.json"
_PARTS = ("generator", "encoder", "parser", "codes")
_OWN_FILES = {MANIFEST, "MODEL_CARD.md", *(f"{part}.safetensors" for part in _PARTS)}

Network = TypeVar("Network", Generator, ClassEncoder)


@dataclass
class Bundle:
    """A trained model in memory: float32 networks on the CPU, in evaluation, spectral norm folded.

    Attributes:
        name: the name people choose it by.
        path: the folder it was read from or saved to, None before.
        height, width: the native size in pixels, multiples of the generator's divisor.
        code_mean, code_std: float32 (C, K, h, w), mean and spread of every class's codes; what an absent class gets.
        code_factor: float32 (C, N, N) with N = K h w, or None: the lower Cholesky factor of the codes' covariance.
        code_bank: float32 (C, M, N), or None: M codes of training photos for every class, around which codes are drawn.
        background: RGB of the studio ground that stood behind what the networks were trained on, or None. A generator
            that lays its ground itself says which colour that is, whatever is given here.
        card: free fields of the model card (JSON values), shown by `info` and written to MODEL_CARD.md.
    """

    name: str
    label_set: LabelSet
    generator: Generator
    encoder: ClassEncoder | None
    height: int
    width: int
    code_mean: Tensor
    code_std: Tensor
    code_factor: Tensor | None = None
    code_bank: Tensor | None = None
    parser: nn.Module | None = None
    background: tuple[int, int, int] | None = None
    card: dict[str, Any] = field(default_factory=dict)
    path: Path | None = None

    def __post_init__(self) -> None:
        laid = self.generator.config.ground
        if laid is not None:
            self.background = laid.colour

    @property
    def ground(self) -> PlainGround | None:
        """The studio ground and its class, as `lay_ground` takes it; None where there was none."""
        laid = self.generator.config.ground
        if laid is None and self.background is not None:
            return PlainGround(self.label_set.background, self.background)
        return laid

    @property
    def classes(self) -> int:
        return len(self.label_set)

    @property
    def code_shape(self) -> tuple[int, int, int, int]:
        """Classes, channels, height and width of the codes."""
        c, k, h, w = self.code_mean.shape
        return c, k, h, w


@dataclass(frozen=True)
class BundleInfo:
    """What `list_bundles` tells without reading weights; `problem` says why a bundle cannot be used."""

    name: str
    path: Path
    label_set: str = ""
    classes: int = 0
    height: int = 0
    width: int = 0
    megabytes: float = 0.0
    problem: UserError | None = None


def bundle_folders() -> list[Path]:
    """Where bundles are looked for, first found wins: SMIS_WEIGHTS, weights/ of the program, the user's data folder."""
    import platformdirs

    folders = [Path(__file__).resolve().parents[2] / "weights", platformdirs.user_data_path("smis-studio") / "weights"]
    named = os.environ.get("SMIS_WEIGHTS")
    return [Path(named), *folders] if named else folders


def list_bundles() -> list[BundleInfo]:
    """Every bundle in `bundle_folders`, sorted by name; a broken one is listed with its problem."""
    found: dict[str, BundleInfo] = {}
    for folder in bundle_folders():
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, bundle_info(manifest.parent))
    return [found[name] for name in sorted(found)]


def bundle_info(path: Path) -> BundleInfo:
    """Name, classes and size of the bundle in folder `path`; never raises for a broken bundle."""
    try:
        manifest = _read_manifest(path)
        label_set = LabelSet.from_json(manifest.get("label_set"), str(path / MANIFEST))
        size = sum(file.stat().st_size for file in path.glob("*.safetensors"))
        return BundleInfo(
            path.name, path, label_set.name, len(label_set), int(manifest["height"]), int(manifest["width"]), size / 1e6
        )
    except UserError as error:
        return BundleInfo(path.name, path, problem=error)
    except (KeyError, TypeError, ValueError, OSError) as error:
        problem = UserError("{source} is damaged: {error}", source=path / MANIFEST, error=error)
        return BundleInfo(path.name, path, problem=problem)


def default_bundle_name() -> str:
    """street-fashion where it can be used, else the first bundle that can; a UserError where there is none."""
    usable = [info.name for info in list_bundles() if info.problem is None]
    if not usable:
        raise UserError(
            "no bundle of weights was found in {folders}", folders=", ".join(str(folder) for folder in bundle_folders())
        )
    return "street-fashion" if "street-fashion" in usable else usable[0]


def find_bundle(name: str | Path) -> Path:
    """The folder of a bundle, by path or by name; a UserError lists the names there are."""
    path = Path(name)
    if (path / MANIFEST).is_file():
        return path
    if path.name == str(name):
        for folder in bundle_folders():
            if (folder / name / MANIFEST).is_file():
                return folder / name
    names = ", ".join(info.name for info in list_bundles()) or Phrase("none")
    if path.exists():
        raise UserError(
            "{path} is no bundle: it has no {manifest} (bundles that were found: {names})",
            path=path,
            manifest=MANIFEST,
            names=names,
        )
    raise UserError("there is no bundle {name!r} (bundles that were found: {names})", name=str(name), names=names)


def load_bundle(path_or_name: str | Path) -> Bundle:
    """Read a bundle by folder or by name.

    Raises:
        UserError: it is missing, cut short, made by a newer version, or its weights do not fit its description; the
            message names the file, and for weights the keys.
    """
    path = find_bundle(path_or_name)
    manifest = _read_manifest(path)
    source = path / MANIFEST
    label_set = LabelSet.from_json(manifest.get("label_set"), str(source))
    try:
        generator_config = GeneratorConfig.from_dict(manifest["generator"])
        encoder_config = EncoderConfig.from_dict(manifest["encoder"]) if manifest.get("encoder") else None
        height, width = int(manifest["height"]), int(manifest["width"])
        ground = manifest.get("background")
        background = None if ground is None else (int(ground[0]), int(ground[1]), int(ground[2]))
        name = str(manifest["name"])
    except UserError as error:
        raise UserError("{source} is damaged: {error}", source=source, error=error) from error
    except KeyError as error:
        raise UserError("{source} is damaged: it has no {error}", source=source, error=error) from error
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise UserError("{source} is damaged: {error}", source=source, error=error) from error
    generator = _load_network(Generator, generator_config, path / "generator.safetensors")
    encoder = None
    if encoder_config is not None:
        encoder = _load_network(ClassEncoder, encoder_config, path / "encoder.safetensors")
    codes = read_tensors(path / "codes.safetensors")
    if set(codes) - {"factor", "bank"} != {"mean", "std"}:
        raise UserError(
            "{path} must hold mean and std, but holds {found}",
            path=path / "codes.safetensors",
            found=", ".join(sorted(codes)),
        )
    bundle = Bundle(
        name=name,
        label_set=label_set,
        generator=generator,
        encoder=encoder,
        height=height,
        width=width,
        code_mean=codes["mean"],
        code_std=codes["std"],
        code_factor=codes.get("factor"),
        code_bank=codes.get("bank"),
        parser=_load_parser(manifest.get("parser"), path),
        background=background,
        card=dict(manifest.get("card") or {}),
        path=path,
    )
    check_bundle(bundle, str(path))
    return bundle


def check_bundle(bundle: Bundle, source: str) -> None:
    """Raise a UserError unless the parts of a bundle fit each other."""
    config = bundle.generator.config
    if config.classes != len(bundle.label_set):
        raise UserError(
            "{source}: the generator has {classes} classes, the label set {label_set} {count}",
            source=source,
            classes=config.classes,
            label_set=bundle.label_set.name,
            count=len(bundle.label_set),
        )
    if bundle.height < 1 or bundle.width < 1 or bundle.height % config.divisor or bundle.width % config.divisor:
        raise UserError(
            "{source}: the size {width} x {height} is no multiple of {divisor}",
            source=source,
            width=bundle.width,
            height=bundle.height,
            divisor=config.divisor,
        )
    if bundle.encoder is not None:
        encoder = bundle.encoder.config
        if (encoder.classes, encoder.code_channels) != (config.classes, config.code_channels):
            raise UserError("{source}: the encoder's codes do not fit the generator", source=source)
    for name, codes in (("mean", bundle.code_mean), ("std", bundle.code_std)):
        if codes.ndim != 4 or codes.shape[:2] != (config.classes, config.code_channels):
            raise UserError(
                "{source}: the {name} of the codes has the shape {shape}",
                source=source,
                name=name,
                shape=tuple(codes.shape),
            )
        if codes.shape != bundle.code_mean.shape or not bool(codes.isfinite().all()):
            raise UserError(
                "{source}: the mean and std of the codes do not fit each other or are not finite", source=source
            )
    numbers = bundle.code_mean[0].numel()
    for name, values in (("factor", bundle.code_factor), ("bank", bundle.code_bank)):
        if values is None:
            continue
        rows = numbers if name == "factor" else max(values.shape[1] if values.ndim == 3 else 0, 1)
        if values.shape != (config.classes, rows, numbers) or not bool(values.isfinite().all()):
            raise UserError(
                "{source}: the {name} of the codes has the shape {shape} or is not finite",
                source=source,
                name=name,
                shape=tuple(values.shape),
            )
    if (bundle.code_factor is None) != (bundle.code_bank is None):
        raise UserError("{source}: the codes have a factor or a bank, but must have both or neither", source=source)


def _read_manifest(path: Path) -> dict[str, Any]:
    source = path / MANIFEST
    manifest = read_json(source)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise UserError("{source} is no description of a bundle: it has no format number", source=source)
    if manifest["format"] > FORMAT:
        raise UserError(
            "{source} has format {format}, but this version of the program reads only up to {newest}",
            source=source,
            format=manifest["format"],
            newest=FORMAT,
        )
    return manifest


def _load_network(kind: type[Network], config: Any, path: Path) -> Network:
    # Stored weights are folded, so the network is built without spectral norm, whatever its training used; and first
    # without memory, so that no time goes into random weights that are overwritten.
    with torch.device("meta"):
        network = kind(replace(config, spectral_norm=False))
    tensors = read_tensors(path)
    # Bundles from before knew fewer functions of places.
    older = {name: with_all_functions(values) for name, values in tensors.items() if name.endswith(".place")}
    load_state(network, {**tensors, **older}, path)
    return network.eval().requires_grad_(False)


def _load_parser(description: Any, path: Path) -> nn.Module | None:
    if not description:
        return None
    from model.parsing.network import Parser, ParserConfig

    with torch.device("meta"):
        parser = Parser(ParserConfig.from_dict(description))
    load_state(parser, read_tensors(path / "parser.safetensors"), path / "parser.safetensors")
    return parser.eval().requires_grad_(False)


def save_bundle(bundle: Bundle, path: str | Path, half: bool = True) -> None:
    """Write a bundle as a folder, all or nothing: a failure leaves an older bundle at `path` as it was.

    Networks are stored folded, and in float16 unless `half` is false. Further files of the bundle's old folder (named
    styles, shape models, pictures) are carried over. Sets `bundle.path`.

    Raises:
        UserError: the parts do not fit each other, `path` holds something else than a bundle, or cannot be written.
    """
    target = Path(path)
    check_bundle(bundle, bundle.name)
    if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise UserError("{target} exists and is no bundle; nothing was written", target=target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        _write_parts(bundle, temporary, half)
        _carry_over(bundle.path, target, temporary)
        for file in temporary.iterdir():
            if file.is_file():
                flush_to_disk(file)
        _swap(temporary, target)
    except OSError as error:
        raise UserError("{target} cannot be written: {reason}", target=target, reason=reason(error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    bundle.path = target


def _write_parts(bundle: Bundle, folder: Path, half: bool) -> None:
    parser_config = getattr(bundle.parser, "config", None)
    manifest = {
        "format": FORMAT,
        "name": bundle.name,
        "label_set": bundle.label_set.to_json(),
        "height": bundle.height,
        "width": bundle.width,
        # Said by the generator, where that lays it.
        "background": list(bundle.background) if bundle.background and not bundle.generator.config.ground else None,
        "generator": replace(bundle.generator.config, spectral_norm=False).to_dict(),
        "encoder": replace(bundle.encoder.config, spectral_norm=False).to_dict() if bundle.encoder else None,
        "parser": parser_config.to_dict() if parser_config is not None else None,
        "card": bundle.card,
    }
    networks: dict[str, nn.Module | None] = {
        "generator": bundle.generator,
        "encoder": bundle.encoder,
        "parser": bundle.parser,
    }
    for name, network in networks.items():
        if network is not None:
            state = folded_state(network)
            write_tensors(folder / f"{name}.safetensors", to_half(state) if half else state)
    codes = {"mean": bundle.code_mean.float().cpu(), "std": bundle.code_std.float().cpu()}
    for name, values in (("factor", bundle.code_factor), ("bank", bundle.code_bank)):
        if values is not None:
            codes[name] = values.float().cpu().contiguous()
    write_tensors(folder / "codes.safetensors", codes)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(card_text(bundle.name, bundle.card), encoding="utf-8")


def _carry_over(*sources_and_temporary: Path | None) -> None:
    *sources, temporary = sources_and_temporary
    assert temporary is not None
    for source in sources:
        if source is None or not (source / MANIFEST).is_file():
            continue
        for file in source.iterdir():
            if file.name in _OWN_FILES or (temporary / file.name).exists():
                continue
            copy: Callable[..., Any] = shutil.copytree if file.is_dir() else shutil.copy2
            copy(file, temporary / file.name)


def _swap(temporary: Path, target: Path) -> None:
    """Put `temporary` in the place of `target`, which steps aside: a folder cannot be renamed over a full one."""
    if not target.exists():
        temporary.rename(target)
        return
    aside = target.with_name(f".{target.name}.old-{secrets.token_hex(4)}")
    target.rename(aside)
    try:
        temporary.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
