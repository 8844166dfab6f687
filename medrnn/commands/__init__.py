"""What each command of the command line does: arguments in, text or JSON out. See ``medrnn.__main__``."""

from medrnn.commands.adopting import adopt
from medrnn.commands.beyond import concepts, counterfactual, nearest, shortcuts
from medrnn.commands.checks import bench, doctor
from medrnn.commands.comparing import compare
from medrnn.commands.data import data_check, data_get, data_list, data_plant
from medrnn.commands.images import deidentify, inspect
from medrnn.commands.lessons import lessons
from medrnn.commands.readings import explain, intervene, predict
from medrnn.commands.runs import runs_export, runs_list
from medrnn.commands.states import memory, trace
from medrnn.commands.training import evaluate, index, models, train, zoo

__all__ = [
    "adopt", "bench", "compare", "concepts", "counterfactual", "data_check", "data_get", "data_list", "data_plant",
    "deidentify", "doctor", "evaluate", "explain", "index", "inspect", "intervene", "lessons", "memory", "models",
    "nearest", "predict", "runs_export", "runs_list", "shortcuts", "trace", "train", "zoo",
]  # fmt: skip
