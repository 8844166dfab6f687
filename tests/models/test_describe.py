"""What is said of a network layer by layer is what the built network has, gives, costs and sees."""

import subprocess
import sys
from collections import defaultdict

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from medrnn.models.cells import CELLS
from medrnn.models.classifier import Classifier
from medrnn.models.describe import GATES, count_words, describe_network, field_words, shape_words, states_of
from medrnn.models.networks import build_network
from medrnn.training.presets import PRESETS
from tests.models import built

ALLOWED = built.allowed()


def described(model):
    return describe_network(model.config, model.reading)


def parameters(module):
    return sum(weights.numel() for weights in module.parameters())


def check_parameters(model: Classifier):
    layers, found = described(model), defaultdict(int)
    for layer in layers:
        found[layer.name] += layer.parameters
    assert found.pop("") == 0
    for name, count in found.items():
        module = model.get_submodule(name)
        own = parameters(module)
        if isinstance(module, torch.nn.Conv2d):
            before, number = name.rsplit(".", 1)
            own += parameters(model.get_submodule(f"{before}.{int(number) + 1}"))  # its batch norm
        assert count == own, name
    assert sum(layer.parameters for layer in layers) == parameters(model)


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_parameters_are_those_of_each_module(one, is_both):
    for cell in CELLS:
        check_parameters(build_network(*built.settings(*one, is_bidirectional=is_both, cell=cell)))


@pytest.mark.parametrize("name", ["chest-renet", "chest-rows", "chest-cnn", "blood-renet", "mnist-peephole"])
def test_parameters_of_shipped_recipes(name):
    config = PRESETS[name]
    check_parameters(build_network(config.model, config.reading))


@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_shapes_are_those_that_come_out(one):
    model, given = built.build(*one, is_bidirectional=True), {}

    def hear(name):
        def keep(_, __, out):
            given[name] = out[0] if isinstance(out, tuple) else out

        return keep

    for layer in described(model):
        if layer.name:
            model.get_submodule(layer.name).register_forward_hook(hear(layer.name))
    with torch.no_grad():
        model(built.images(model.reading, count=1)[0])
    for layer in described(model):
        if not layer.name:
            continue
        out = given[layer.name]
        if layer.kind == "convolution" and layer.form == "map":
            assert tuple(out.movedim(1, -1)[0].shape) == layer.shape
        elif layer.kind == "convolution":  # of every step by itself, before the mean
            assert (len(out), out.shape[1]) == layer.shape
        elif layer.form == "map":
            rows, columns, states = layer.shape
            lines = (rows, columns) if layer.axis == "rows" else (columns, rows)
            assert tuple(out.shape) == (*lines, states)
        else:
            assert tuple(out[0].shape) == layer.shape


@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_multiply_adds_are_half_the_flops_that_torch_counts_outside_recurrent_modules(one):
    """Torch's counter hears convolutions and matrix products; inside a recurrent module it depends on the machine."""
    model = built.build(*one, is_bidirectional=True)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(built.images(model.reading, count=1)[0])
    counted = counter.get_flop_counts()
    recurrent = set(model.recurrent())
    for layer in described(model):
        if layer.name and layer.name not in recurrent:
            module = f"{type(model).__name__}.{layer.name}"
            assert layer.flops == sum(counted[module].values()), layer


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("core", ["stack", "streams", "sweeps"])
def test_multiply_adds_of_a_cell_are_those_of_its_written_out_equations(core, cell, is_both):
    """One step of the equations under torch's counter, times the steps that the module is given."""
    model = built.build("none", core, cell=cell, layers=1, is_bidirectional=is_both)
    given = {}

    def hear(name):
        def keep(_, args):
            given[name] = args[0].shape

        return keep

    for name, rnn in model.recurrent().items():
        rnn.register_forward_pre_hook(hear(name))
    with torch.no_grad():
        model(built.images(model.reading, count=1)[0])
    for layer in described(model):
        if layer.kind != "recurrent":
            continue
        rnn, (lines, steps, features) = model.get_submodule(layer.name), given[layer.name]
        weights = {name: getattr(rnn, f"{name}_l0") for name in CELLS[cell].layout}
        start = {symbol: torch.zeros(lines, 4, dtype=torch.float64) for symbol in CELLS[cell].memory}
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            CELLS[cell].step(torch.zeros(lines, features, dtype=torch.float64), start, weights)
        assert layer.flops == counter.get_total_flops() * steps * (2 if is_both else 1)


@pytest.mark.parametrize("stem", [((4,), (1,)), ((4, 3), (2, 1)), ((4, 3, 3, 2), (2, 1, 2, 1))], ids=str)
def test_the_field_of_a_stem_is_where_its_gradient_lies(stem):
    channels, strides = stem
    model = built.build("stem", "none", size=(32, 40), stem=channels, strides=strides)
    _, planes = built.images(model.reading, count=1)
    planes.requires_grad_()
    values, layers = planes.movedim(-1, 1), [one for one in described(model) if one.part == "encoder"]
    for k, layer in enumerate(layers):
        values = model.encoder.layers[3 * k + 1](
            model.encoder.layers[3 * k](values)
        )  # not its ReLU, which hides
        middle = values[0, :, values.shape[2] // 2, values.shape[3] // 2].sum()
        (grad,) = torch.autograd.grad(middle, planes, retain_graph=True)
        seen = grad[0, ..., 0] != 0
        assert (int(seen.any(1).sum()), int(seen.any(0).sum())) == layer.field


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
def test_the_field_of_sweeps_is_a_band_of_lines_and_then_the_image(is_both):
    model = built.build(
        "stem", "sweeps", layers=1, is_bidirectional=is_both, size=(32, 24), stem=(6,), strides=(2,)
    )
    x, _ = built.images(model.reading, count=1)
    x.requires_grad_()
    rows = model._before_last(x)
    along, down = (layer for layer in described(model) if layer.kind == "recurrent")
    (grad,) = torch.autograd.grad(rows[0, 8, -1].sum(), x, retain_graph=True)  # the last place of a line
    assert int((grad[0] != 0).any(1).sum()) <= along.field[0] == 3
    assert along.field[1] == 24
    assert down.field == (32, 24)


def test_the_gates_are_those_of_the_cells():
    assert {name: len(cell.rows) for name, cell in CELLS.items()} == GATES


def test_it_reads_as_a_person_says_it():
    config = PRESETS["chest-renet"]
    layers = describe_network(config.model, config.reading)
    assert [shape_words(layer) for layer in layers] == [
        "64 x 64",
        "32 x 32 x 24",
        "32 x 32 x 24",
        "16 x 16 x 48",
        "16 x 16 x 48",
        "16 x 16 x 112",
        "16 x 16 x 112",
        "224 values",
        "2 classes",
    ]
    assert [field_words(layer, config.reading) for layer in layers[1:7]] == [
        "3 x 3 pixels",
        "7 x 7 pixels",
        "11 x 11 pixels",
        "19 x 19 pixels",
        "19 x 64 pixels",
        "the whole image",
    ]
    assert states_of(config.model) == 112
    assert [count_words(n) for n in (936, 9_999, 34_128, 250_000, 7_520_000, 3 * 10**9)] == [
        "936",
        "9,999",
        "34.1 k",
        "250 k",
        "7.5 M",
        "3.0 G",
    ]


def test_no_torch_is_needed():
    code = "import sys, medrnn.models.describe; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
