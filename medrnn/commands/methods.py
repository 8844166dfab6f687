"""What ``explain`` can be asked, from the dict of methods, and what was asked of it."""

import argparse
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import data_of, read_as, read_image, show
from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError

if TYPE_CHECKING:  # no command waits for what it does not use
    from medrnn.models.cards import Card


def list_methods(args: argparse.Namespace) -> int:
    """``explain --list``: every method with what it is valid for and what it costs; of a model those that are right."""
    from medrnn.explanation.attribution.methods import METHODS, REFUSED, methods_for
    from medrnn.models.catalog import find_card

    card = find_card(args.model) if args.model else None
    reading = card.config.reading if card else ReadingConfig()
    fit = methods_for(card, has_others=True) if card else METHODS
    told = [
        {
            "name": name,
            "title": how.title,
            "valid_for": how.valid_for,
            "forwards": how.cost(reading),
            "is_random": how.is_random,
            "has_baseline": how.has_baseline,
            "needs_others": how.needs_others,
        }
        for name, how in fit.items()
    ]
    if args.json:
        rows, columns = reading.size
        show({"model": card and card.id, "size": [rows, columns], "methods": told, "refused": REFUSED}, True)
        return 0
    of = f"the images of {card.id}" if card else "an image of 28 x 28, row by row"
    print(f"Passes through the network for {of}; there and back counts as three.\n")
    for one in told:
        print(f"{one['name']:<25} {one['title']:<28} {one['forwards']:>8}  {one['valid_for']}")
    for name, reason in REFUSED.items():
        print(f"{name:<25} refused: {reason}")
    return 0


def check_asked(args: argparse.Namespace) -> None:
    """What ``explain`` cannot do without, before anything is opened.

    Raises:
        ConfigError: a file, a model or where to write is missing, and no verdicts are asked for that are printed; the
            method is unknown or refused with its reason.
    """
    from medrnn.explanation.attribution.methods import find_method

    for name, value in (("FILE", args.file), ("--model", args.model)):
        if not value:
            raise ConfigError(f"{name}: expected one, got none. What can be asked: explain --list.")
    if not (args.out or args.evidence):
        raise ConfigError(
            "--out: expected an .npz file for the map, got none. Name one, or add --evidence to have the verdicts "
            "about it printed without a file."
        )
    find_method(args.method)
    if args.step is not None and args.evidence:
        raise ConfigError(
            "evidence: expected a map of the whole image's answer, got one of a step. Leave out --evidence or --step."
        )
    if args.baseline == "image" and not args.baseline_image:
        raise ConfigError("baseline: another image was asked for, expected --baseline-image FILE.")
    if args.baseline_image and args.baseline not in (None, "image"):
        raise ConfigError(f"baseline-image: expected --baseline image beside it, got {args.baseline}.")


def asked_of(args: argparse.Namespace, card: "Card") -> dict[str, Any]:
    """The arguments of ``explain_reading``: the baseline, with the image it may be, other images, seed and step.

    Raises:
        DataError: there is no such data set.
    """
    from medrnn.explanation.attribution.methods import METHODS
    from medrnn.explanation.attribution.others import others_of

    asked: dict[str, Any] = {"baseline": args.baseline, "seed": args.seed, "step": args.step}
    if args.baseline_image:
        whole = argparse.Namespace(frame=0, crop=None, grey=args.grey)
        asked["baseline"] = read_as(whole, read_image(args.baseline_image), card).sequence
    how = METHODS[args.method]
    if how.needs_others or (how.takes_others and args.others):
        asked["others"] = others_of(data_of(card, args.others, "--others"), card, seed=args.seed)
    return asked
