"""Moving a class's named sliders from the command line: `top:lightness=0.5`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from model.checkpoints.bundle import Bundle
from model.errors import Phrase, UserError
from model.styles.directions import class_directions


@dataclass(frozen=True)
class Adjustment:
    """Where a slider of a class is moved to: `class:slider=amount` on the command line.

    Attributes:
        class_name, slider: names, of any case.
        amount: from -1, the slider's lower end, over 0, where it stands, to 1, its upper end.
    """

    class_name: str
    slider: str
    amount: float

    @staticmethod
    def parse(text: str) -> Adjustment:
        """Read `top:lightness=0.5`. Raises UserError."""
        what, equals, number = text.partition("=")
        class_name, colon, slider = what.partition(":")
        if not equals or not colon or not class_name.strip() or not slider.strip():
            raise UserError(
                "{text!r} is no adjustment; write CLASS:SLIDER=AMOUNT, such as top:lightness=0.5", text=text
            )
        try:
            amount = float(number)
        except ValueError:
            raise UserError("{text!r}: the amount {amount!r} is no number", text=text, amount=number) from None
        if not -1 <= amount <= 1:
            raise UserError("{text!r}: the amount {amount} is outside -1 to 1", text=text, amount=number)
        return Adjustment(class_name.strip(), slider.strip(), amount)


def adjust(bundle: Bundle, codes: Tensor, adjustments: Sequence[Adjustment]) -> Tensor:
    """The codes (C, K, h, w) with sliders moved, one after the other.

    Raises:
        UserError: a class is unknown, or has no slider of that name.
    """
    moved = codes.clone()
    for each in adjustments:
        index = bundle.label_set.index_of(each.class_name)
        sliders = {slider.name.lower(): slider for slider in class_directions(bundle, index)}
        slider = sliders.get(each.slider.lower())
        if slider is None:
            raise UserError(
                "{name} has no slider {slider!r}; it has {sliders}",
                name=each.class_name,
                slider=each.slider,
                sliders=", ".join(sliders) or Phrase("none"),
            )
        mean = bundle.code_mean[index]
        at = slider.position(moved[index], mean)
        end = slider.high if each.amount > 0 else slider.low
        moved[index] = slider.moved(moved[index], mean, at + abs(each.amount) * (end - at))
    return moved
