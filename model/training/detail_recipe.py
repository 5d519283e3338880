"""What a training of details is about, and its sizes, rates and weights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch

from model.checkpoints.bundle import Bundle
from model.errors import UserError
from model.training.crops import FOCUS, Focus, focus_of

#: Classes of the street-fashion set that make a head; their codes are exchanged together.
HEAD = ("hair", "face", "skin", "hat", "eyewear")
FACE = ("face", "eyewear")
GROUND = "background"
#: What is wide enough to show how detail runs, drawn around twice as often as hair, hands, shoes and the rest.
CLOTH = ("top", "outerwear", "dress", "skirt", "trousers")


class Subject(StrEnum):
    """What a training is about: faces; all that a person wears, with hair and hands; or what the code of one class
    changes in others and on the ground."""

    FACES = "faces"
    CLOTHES = "clothes"
    LEAKS = "leaks"


@dataclass(frozen=True)
class DetailRecipe:
    """Sizes, rates and weights of the losses; the defaults are for faces (see ``recipe_for``)."""

    #: Pixels of a crop to a side, crops around the subject in a step, and crops of other places, which are only held.
    size: int = 48
    crops: int = 12
    others: int = 4
    #: Fewest pixels of the subject that a photo is learned from with.
    least_pixels: int = 150
    #: Steps in which places alone are learned, by regression.
    warm_up: int = 200
    rate_generator: float = 2e-4
    rate_places: float = 1e-3
    rate_warm_up: float = 1e-2
    rate_discriminator: float = 6e-4
    ema_decay: float = 0.995
    #: Crops are enlarged so many times for the classifier.
    scale: int = 2
    lambda_patch: float = 1.0
    lambda_critic: float = 2.0
    lambda_perceptual: float = 3.0
    lambda_colour: float = 20.0
    lambda_class_colour: float = 50.0
    lambda_hold: float = 30.0
    #: What one class's new code changes in others, in crops in which it alone takes another: the paper's mOCD.
    lambda_outside: float = 0.0
    #: Squared: what is far off, such as a frame along the borders, counts; what nobody sees does not.
    lambda_ground: float = 3000.0
    lambda_texture: float = 0.0
    #: Texture's directions, and where they are looked at also what repeats on the grid and edges that lie on it.
    lambda_grain: float = 0.0
    lambda_grid: float = 0.0
    lambda_edges: float = 0.0
    augment_colour: float = 0.3
    augment_translation: float = 0.125


def recipe_for(subject: Subject) -> DetailRecipe:
    """The recipe that a subject is trained by where nobody says otherwise."""
    if subject == Subject.FACES:
        return DetailRecipe()
    if subject == Subject.LEAKS:
        return DetailRecipe(size=64, crops=4, others=6, warm_up=0, rate_places=0.0, lambda_outside=100.0)
    return DetailRecipe(
        size=64,
        crops=10,
        others=3,
        warm_up=0,
        rate_generator=6e-5,
        rate_places=0.0,
        ema_decay=0.998,
        scale=1,
        lambda_patch=0.5,
        lambda_critic=1.0,
        lambda_texture=3.0,
        lambda_grain=4.0,
        lambda_grid=10.0,
        lambda_edges=2.0,
        lambda_outside=100.0,
    )


@dataclass(frozen=True)
class Scope:
    """The numbers of the classes that take part.

    ``judged``: those that make the subject; ``main``: those of them that a photo must show and that are held to its
    colours; ``exchanged``: those that take another photo's code in half of the crops; ``framed``: those that the
    network is told places in. ``around`` says what crops of the subject are drawn around, None for the middle of the
    face; ``elsewhere`` what the crops that are only held are drawn around. In those one class alone takes another code,
    and all others are held to what they are with its own; ``alone``: in every crop.
    """

    judged: tuple[int, ...]
    main: tuple[int, ...]
    exchanged: list[int]
    framed: tuple[int, ...]
    around: Focus | None
    elsewhere: Focus
    alone: bool = False

    def first_alone(self, recipe: DetailRecipe) -> int:
        """Number of the first crop in which one class alone takes another code."""
        return 0 if self.alone else recipe.crops


def scope_of(subject: Subject, bundle: Bundle) -> Scope:
    """Who takes part in a training of ``subject``. Raises UserError where the bundle has no such class."""
    names = list(bundle.label_set.names)
    face = tuple(names.index(name) for name in FACE if name in names)
    if subject == Subject.FACES:
        if "face" not in names:
            raise UserError(f"{bundle.path or bundle.name} has no class named face.")
        head = [names.index(name) for name in HEAD if name in names]
        return Scope(face, face[:1], head, face, None, focus_of(names))
    framed = bundle.generator.config.framed_classes
    if subject == Subject.LEAKS:
        # The ground reaches to the borders, where a network that pads with zeros would end it in a frame.
        only = torch.zeros(len(names)).index_fill(0, torch.tensor(0), 1.0)
        return Scope((), (0,), list(range(len(names))), framed, Focus(only), focus_of(names), alone=True)
    worn = [number for number, name in enumerate(names) if name not in (GROUND, *FACE)]
    if not worn:
        raise UserError(f"{bundle.path or bundle.name} has no classes beside ground and face.")
    # The ground counts as much as a face here: it reaches to the borders, which no crop of clothes does.
    weights = torch.tensor([FOCUS["face"] if name == GROUND else FOCUS.get(name, 1.0) for name in names])
    among = torch.tensor([0.0 if n not in worn else 2.0 if name in CLOTH else 1.0 for n, name in enumerate(names)])
    return Scope(tuple(worn), tuple(worn), worn, framed, Focus(among), Focus((among == 0) * weights))
