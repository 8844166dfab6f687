"""The command line: the same functions as the pages, arguments in, text or JSON out.

``--json`` prints JSON and nothing else on stdout; progress and warnings go to stderr. An error is one line on
stderr, ``error: ...``, and exit code 2.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from medrnn import commands
from medrnn.bench import BENCHES
from medrnn.config import CELLS, CUTS, DIRECTIONS, DISCLAIMER, ORDERS, READOUTS
from medrnn.errors import MedrnnError
from medrnn.evaluation.figures import SPECIFICITY
from medrnn.lessons.measured import NAMES as MEASURED


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"error: {message}", file=sys.stderr)
        raise SystemExit(2)


def _add(
    subparsers: Any, function: Callable[[argparse.Namespace], int], name: str = ""
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name or function.__name__, help=function.__doc__, description=function.__doc__
    )
    parser.set_defaults(run=function)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    return parser


def _add_image_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frame",
        type=int,
        default=None,
        help="counted from 0; default: the first, of a series the middle one",
    )
    parser.add_argument(
        "--crop", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="part to read, in pixels"
    )
    parser.add_argument("--grey", action="store_true", help="convert a colour image to grey")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:0, ...")


def _add_module(parser: argparse.ArgumentParser, *, has_lines: bool = True) -> None:
    parser.add_argument(
        "--module", help="which recurrent network, where there are several; default: the last that reads"
    )
    if has_lines:
        parser.add_argument(
            "--line", type=int, help="of one that sweeps a map which row or column of it, counted from 0"
        )


def _about_picture(subparsers: Any, function: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """One model and one image."""
    parser = _add(subparsers, function)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--model", required=True, help="id or folder")
    _add_image_options(parser)
    return parser


def _about_image(subparsers: Any, function: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """The same, and one of the networks inside."""
    parser = _about_picture(subparsers, function)
    _add_module(parser)
    return parser


def _add_explain(subparsers: Any) -> None:
    sub = _add(subparsers, commands.explain)
    sub.add_argument("file", metavar="FILE", nargs="?")
    sub.add_argument("--model", help="id or folder")
    _add_image_options(sub)
    _add_module(sub)
    sub.add_argument(
        "--out",
        metavar="FILE.npz",
        help="where the map is written, with --evidence also every curve and number of its tests; with --evidence it "
        "can be left out",
    )
    sub.add_argument(
        "--list", action="store_true", help="the methods with their cost; of --model those that are right"
    )
    sub.add_argument(
        "--method", default="integrated-gradients", metavar="NAME", help="see --list; default: %(default)s"
    )
    sub.add_argument("--class", dest="target", help="default: the answer")
    sub.add_argument("--step", type=int, help="whose answer, counted from 0; default: the whole image's")
    sub.add_argument("--baseline", help="black, mean, blur, noise or image; default: black")
    sub.add_argument("--baseline-image", metavar="FILE", help="another image to compare with")
    sub.add_argument("--others", metavar="DATA", help="a data set for methods that draw other images; "
                     "default: what the model learnt from")  # fmt: skip
    sub.add_argument("--evidence", action="store_true",
                     help="also test the map: a headline and a verdict a test with its number are printed, all of it "
                     "stands in --out")  # fmt: skip
    sub.add_argument("--seed", type=int, default=0, help="of everything that is drawn; default: 0")
    sub.add_argument("--mask", metavar="FILE", help="of --evidence: how much of the map lies in it")


def _add_data(subparsers: Any) -> None:
    """``data list``, ``data check`` and ``data get``."""
    about = "Data sets: which are at hand, what one holds, and how a published one comes here."
    parser = subparsers.add_parser("data", help=about, description=about)
    inner = parser.add_subparsers(required=True, parser_class=_Parser, metavar="COMMAND")
    _add(inner, commands.data_list, "list")
    sub = _add(inner, commands.data_check, "check")
    sub.add_argument("path", metavar="PATH", help="a data set's name, an .npz file, a folder or a zip of one")
    _add_data_options(sub)
    sub = _add(inner, commands.data_plant, "plant")
    sub.add_argument("--seed", type=int, required=True, help="of which films, where, how large, how bright")
    sub.add_argument("--out", required=True, metavar="FILE.npz", help="with the masks under {split}_masks")
    sub.add_argument("--radius", type=float, nargs=2, default=(5.0, 8.0), metavar=("LOW", "HIGH"),
                     help="half width at half height, pixels of 64; default: 5 8")  # fmt: skip
    sub.add_argument("--contrast", type=float, nargs=2, default=(0.7, 1.0), metavar=("LOW", "HIGH"),
                     help="as a share of that of the film's own structures; default: .7 1")  # fmt: skip
    sub.add_argument("--share", type=float, default=0.5, help="of the films that get a spot; default: .5")
    sub = _add(inner, commands.data_get, "get")
    sub.add_argument("name", metavar="NAME", help="of a published set, see data list")
    sub.add_argument("--size", type=int, default=28, help="pixels along each side; default: 28")
    sub.add_argument("--out", metavar="DIR", help="default: $MEDRNN_DATA, else data/ in the project")


def _add_data_options(sub: argparse.ArgumentParser) -> None:
    """How a set is made of a folder, a zip or an npz file."""
    from medrnn.datasets.choices import SERIES
    from medrnn.datasets.drawing import SIDES
    from medrnn.datasets.patients import RULES

    sub.add_argument(
        "--label", type=int, metavar="K", help="of several labels the one that is learnt, from 1"
    )
    sub.add_argument("--cut", choices=CUTS, default="none", help="what a volume becomes; default: left out")
    sub.add_argument("--series", choices=SERIES, default="each", help="what the slices of a series become")
    sub.add_argument(
        "--side", type=int, choices=(0, *SIDES), default=0, help="pixels; default: from the images"
    )
    sub.add_argument("--patients", choices=RULES, default="auto", help="how patients are told; default: auto")
    sub.add_argument(
        "--pattern", default="", metavar="REGEX", help="its group tells the patient in a file's name"
    )
    sub.add_argument("--seed", type=int, default=0, help="of the dealing")
    sub.add_argument("--anew", action="store_true", help="deal all images out, whatever splits were given")
    sub.add_argument("--without-copies", action="store_true", help="leave out what stands there twice")
    sub.add_argument("--out", metavar="FILE.npz", help="write the set as it was read, for train --data")


def _add_adopt(subparsers: Any) -> None:
    sub = _add(subparsers, commands.adopt)
    sub.add_argument("weights", metavar="WEIGHTS", help="a .safetensors file")
    sub.add_argument(
        "--classes", required=True, help="names in the order of the outputs, with a comma between"
    )
    sub.add_argument("--reading", default="rows", choices=ORDERS, help="default: %(default)s")
    sub.add_argument("--direction", default="forward", choices=DIRECTIONS, help="default: %(default)s")
    sub.add_argument(
        "--size", type=int, nargs=2, metavar=("ROWS", "COLUMNS"), help="default: as the weights say"
    )
    sub.add_argument("--patch", type=int, default=4, help="side of a square of raster and snake; default: 4")
    sub.add_argument("--colour", action="store_true", help="it reads red, green and blue")
    sub.add_argument("--readout", default="", choices=("", *READOUTS), help="default: as the weights say")
    sub.add_argument("--nonlinearity", default="tanh", help="of a plain RNN: tanh")
    sub.add_argument("--mean", type=float, default=0.0, help="it learnt from (x - mean) / std, x from 0 to 1")
    sub.add_argument("--std", type=float, default=1.0, help="see --mean")
    sub.add_argument(
        "--settings", metavar="FILE", help="of a network of this program: its Settings (JSON), or its card"
    )
    sub.add_argument("--out", required=True, metavar="DIR", help="a new folder")


def _add_runs(subparsers: Any) -> None:
    """``runs list`` and ``runs export``."""
    about = (
        "Training runs: which there are, and one for another tool. TensorBoard reads their folder as it is."
    )
    parser = subparsers.add_parser("runs", help=about, description=about)
    inner = parser.add_subparsers(required=True, parser_class=_Parser, metavar="COMMAND")
    _add(inner, commands.runs_list, "list")
    sub = _add(inner, commands.runs_export, "export")
    sub.add_argument("run_id", metavar="RUN", help="id or folder")
    sub.add_argument(
        "--mlflow", required=True, metavar="DIR", help="MLflow's folder; needs the package mlflow"
    )


def _add_beyond(subparsers: Any) -> None:
    """What no map shows."""
    sub = _about_picture(subparsers, commands.nearest)
    sub.add_argument("--data", help="whose training images; default: what the model learnt from")
    sub.add_argument("--count", type=int, default=5, help="of cases, 1 to 50; default: 5")
    sub.add_argument("--seed", type=int, default=0, help="of the images that say what distance is usual")
    sub = _about_picture(subparsers, commands.counterfactual)
    sub.add_argument(
        "--towards",
        default="case",
        help="case: the nearest training image of another class; or a baseline: black, mean, blur; default: case",
    )
    sub.add_argument("--data", help="whose training images; default: what the model learnt from")
    sub.add_argument("--out", metavar="FILE.npz", help="the changed image and what was changed")
    sub = _add(subparsers, commands.concepts)
    sub.add_argument("--model", required=True, help="id or folder")
    sub.add_argument("--data", help="a data set; default: what the model learnt from")
    sub.add_argument("--class", dest="target", help="default: the last")
    sub.add_argument("--concept", nargs="+", default=(), help="some of all that can be shown; default: all")
    sub.add_argument("--examples", type=int, default=60, help="on each side of a direction; default: 60")
    sub.add_argument("--draws", type=int, default=20, help="directions of each concept; default: 20")
    sub.add_argument("--seed", type=int, default=0, help="of all that is drawn; default: 0")
    sub.add_argument("--device", default="cpu")
    sub = _add(subparsers, commands.shortcuts)
    sub.add_argument("--model", required=True, help="id or folder")
    sub.add_argument("--data", help="chest64 or chest64-kinds; default: what the model learnt from")
    sub.add_argument("--csv", metavar="FILE", help="every picture with its answers")
    sub.add_argument("--device", default="cpu")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = _Parser(
        prog="python -m medrnn", description=f"Watch a recurrent network read a medical image. {DISCLAIMER}."
    )
    subparsers = parser.add_subparsers(required=True, parser_class=_Parser, metavar="COMMAND")

    sub = _add(subparsers, commands.inspect)
    sub.add_argument("files", nargs="+", metavar="FILE")
    sub.add_argument("--frame", type=int, default=0, help="counted from 0")
    sub = _add(subparsers, commands.deidentify)
    sub.add_argument("input", metavar="IN", help="a DICOM file, a zip or a folder")
    sub.add_argument("out", metavar="OUT", help="a file for a file, else a new folder with numbered files")
    sub = _add(subparsers, commands.models)
    sub.add_argument(
        "--network", metavar="ID", help="the layers of one model: shapes, parameters, cost, what each sees"
    )
    sub = _add(subparsers, commands.predict)
    sub.add_argument("files", nargs="+", metavar="FILE")
    sub.add_argument(
        "--model", action="append", required=True, help="id or folder; may be given several times"
    )
    _add_image_options(sub)
    sub.set_defaults(frame=None)  # as a table, every frame counts
    sub.add_argument(
        "--along",
        action="store_true",
        help="of a model that reads a series: moved along all of it, the surest block at each slice",
    )
    sub.add_argument(
        "--csv",
        action="store_true",
        help="one line an image and model; a folder, zip or series counts as its images",
    )
    sub.add_argument(
        "--uncertainty",
        action="store_true",
        help="also the answers under other seeds, small shifts and turns, and dropout at test time (about 60 passes)",
    )
    sub.add_argument("--seed", type=int, default=0, help="of the dropout of --uncertainty; default: 0")
    sub = _add(subparsers, commands.compare)
    sub.add_argument(
        "--data", required=True, help="a data set's name, an .npz file, a folder or a zip of one"
    )
    sub.add_argument(
        "--model", action="append", required=True, help="id or folder; may be given several times"
    )
    sub.add_argument("--class", dest="target", help="of the ROC curves and DeLong's test; default: the last")
    sub.add_argument("--specificity", type=float, default=SPECIFICITY, help="default: %(default)s")
    sub.add_argument("--seed", type=int, default=0, help="of the resamples; default: 0")
    sub.add_argument("--html", metavar="FILE", help="the whole comparison as one file that opens offline")
    sub.add_argument("--csv", metavar="FILE", help="every image with its label and answers")
    sub.add_argument("--device", default="cpu")
    sub = _about_image(subparsers, commands.trace)
    sub.add_argument("--out", required=True, help="an .npz file")
    _add_explain(subparsers)
    _about_image(subparsers, commands.memory)
    sub = _about_image(subparsers, commands.intervene)
    sub.add_argument(
        "--edit",
        action="append",
        required=True,
        metavar="JSON",
        help='what to change, such as {"kind": "clamp", "symbol": "f", "value": 0, "steps": "8-14"}; steps, layers '
        "and units count from 0; may be given several times",
    )
    sub.add_argument(
        "--data",
        help="also change it for test images: a data set's name, an .npz file, a folder or a zip of one",
    )
    sub.add_argument("--limit", type=int, help="at most so many test images; default: 200")
    sub = _add(subparsers, commands.train)
    sub.add_argument("--preset", help="see --list")
    sub.add_argument("--config", help="settings as JSON")
    sub.add_argument("--cell", choices=CELLS, help="another cell than that of the settings")
    sub.add_argument("--data", help="a data set's name, an .npz file, a folder or a zip of one")
    sub.add_argument(
        "--cut", choices=CUTS, help="what a volume of one's own data becomes; default: as the settings say"
    )
    sub.add_argument("--out", help="the run's folder")
    sub.add_argument("--seed", type=int)
    sub.add_argument("--seeds", type=int, nargs="+", help="train once a seed; the weights of all are kept")
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--list", action="store_true", help="the presets with their settings")
    sub.add_argument(
        "--resume",
        metavar="DIR",
        help="go on with a run that was paused, died or failed, from its last checkpoint",
    )
    sub.add_argument(
        "--grid",
        nargs="+",
        action="extend",
        metavar="NAME=V,V",
        help="a setting at several values, each cross-validated over --folds; --out keeps the table",
    )
    sub.add_argument("--folds", type=int, help="of --grid: 3 to 20, by patient where patients are known")
    sub.add_argument(
        "--threads",
        type=int,
        help="of torch; the last bits of a result depend on them. Default: those that are fastest as it starts",
    )
    _add_beyond(subparsers)
    _add_adopt(subparsers)
    _add_data(subparsers)
    _add_runs(subparsers)
    sub = _add(subparsers, commands.evaluate)
    sub.add_argument("--model", required=True, help="id or folder")
    sub.add_argument(
        "--data", required=True, help="a data set's name, an .npz file, a folder or a zip of one"
    )
    sub.add_argument("--cut", choices=CUTS, help="what a volume becomes; default: as the model learnt it")
    sub.add_argument("--device", default="cpu")
    _add(subparsers, commands.zoo)
    sub = _add(subparsers, commands.lessons)
    sub.add_argument(
        "--measure", choices=MEASURED, help="make a measurement of assets/lessons again, in minutes"
    )
    sub = _add(subparsers, commands.index)
    sub.add_argument("--model", required=True, help="id or folder")
    sub.add_argument(
        "--data",
        help="a data set's name, an .npz file, a folder or a zip of one; default: what the model learnt from",
    )
    sub.add_argument("--limit", type=int, help="at most so many images; default: 2,000")
    _add_module(sub, has_lines=False)
    sub.add_argument("--device", default="cpu")
    sub = _add(subparsers, commands.bench)
    sub.add_argument("name", choices=BENCHES)
    sub.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="NAME",
        help="load: not all of its scenarios; faithfulness: not all methods",
    )
    sub.add_argument("--no-browsers", action="store_true", help="load: no real browsers beside the crowd")
    sub.add_argument(
        "--model",
        action="append",
        default=[],
        help="shortcuts, faithfulness: id; default: all shipped models of chest64, and all that know planted spots",
    )
    sub.add_argument("--data", nargs="+", default=(), help="defaults: more sets beside the shipped ones")
    sub.add_argument("--device", default="cpu", help="train, trace, explain: where")
    sub.add_argument(
        "--seed", type=int, default=0, help="faithfulness: of everything that is drawn; default: 0"
    )
    sub.add_argument(
        "--baseline", default="black", help="faithfulness: of methods and of deletion; default: black"
    )
    sub.add_argument("--markdown", metavar="FILE", help="faithfulness: also its table for the docs")
    _add(subparsers, commands.doctor)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    try:
        code: int = args.run(args)
        return code
    except MedrnnError as error:
        file = getattr(error, "file", "")
        print(f"error: {file}: {error}" if file else f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
