"""What the parser is trained to lower, and the figures that judge it."""

import torch
import torch.nn.functional as F
from torch import Tensor


def class_weights(counts: Tensor, power: float = 0.3) -> Tensor:
    """Weights ``(classes,)`` that fall with a class's share of the pixels to ``power``; their mean over pixels is 1.

    Args:
        counts: pixels of each class, ``(classes,)``. Classes without any get the weight 0.
    """
    share = counts.double() / counts.sum().clamp(min=1)
    weights = torch.where(counts > 0, share.clamp(min=1e-12).pow(-power), 0.0)
    return (weights / (weights * share).sum().clamp(min=1e-12)).float()


def soft_jaccard_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - mean over the batch's classes of the soft intersection over union (Wang et al., NeurIPS 2023, L1 form).

    Intersection and union are summed over the whole batch, so a rare class counts as much as a common one.

    Args:
        logits: ``(B, C, h, w)``.
        labels: int64 ``(B, h, w)``; pixels of value -1 are left out.
    """
    classes = logits.shape[1]
    known = labels >= 0
    probabilities = F.softmax(logits.float(), dim=1).permute(0, 2, 3, 1)[known]
    truth = F.one_hot(labels[known], classes).to(probabilities.dtype)
    intersection = (probabilities * truth).sum(dim=0)
    union = probabilities.sum(dim=0) + truth.sum(dim=0) - intersection
    present = truth.sum(dim=0) > 0
    return 1 - (intersection[present] / union[present].clamp(min=1e-6)).mean()


def parser_loss(logits: Tensor, labels: Tensor, weights: Tensor, jaccard: float = 1.0) -> Tensor:
    """Class-weighted cross-entropy with labels smoothed by 0.02, plus ``jaccard`` times :func:`soft_jaccard_loss`."""
    entropy = F.cross_entropy(logits.float(), labels, weights, ignore_index=-1, label_smoothing=0.02)
    return entropy + jaccard * soft_jaccard_loss(logits, labels)


def presence_loss(presence: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of a picture's classes, which the label map tells.

    Args:
        presence: logits ``(B, C)``.
        labels: int64 ``(B, h, w)``; -1 where nothing is known.
    """
    present = torch.stack([(labels == index).flatten(1).any(dim=1) for index in range(presence.shape[1])], dim=1)
    return F.binary_cross_entropy_with_logits(presence.float(), present.float())


class Confusion:
    """Pixel counts by true class (rows) and predicted class (columns)."""

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.counts = torch.zeros(classes, classes, dtype=torch.int64)

    def add(self, predicted: Tensor, truth: Tensor) -> None:
        """Count pixels of integer maps of one shape."""
        pairs = truth.flatten().long() * self.classes + predicted.flatten().long()
        counts = torch.bincount(pairs, minlength=self.classes**2).reshape(self.classes, self.classes)
        self.counts += counts.cpu()

    @property
    def pixel_accuracy(self) -> float:
        return float(self.counts.diagonal().sum() / self.counts.sum().clamp(min=1))

    @property
    def class_iou(self) -> Tensor:
        """Intersection over union of each class, float64 ``(classes,)``; NaN for a class neither seen nor predicted."""
        counts = self.counts.double()
        hit = counts.diagonal()
        return hit / (counts.sum(dim=0) + counts.sum(dim=1) - hit)

    @property
    def mean_iou(self) -> float:
        return float(self.class_iou.nanmean())
