"""Any link at all: no page turns red, whatever stands behind the "?". A real server, sessions as browsers open them."""

import json
import os
import random
import shutil
from urllib.parse import quote

import pytest
from streamlit.proto.Alert_pb2 import Alert

from tests.browser.conftest import ROOT, Server
from tests.wire import elements, visit

LINKS = int(os.environ.get("MEDRNN_LINKS", "120"))
SEED = 9
COLOUR = "Expected a grey image, got colour"  # said on purpose, with the cure at hand
PAGES = ("", "read", "memory", "map", "data", "train", "runs", "compare", "learn", "models", "about")
ODD = "odd 30 x 30"
GOOD = {
    "sample": ("chest-child-pneumonia-1", "ct-small", "us-colour"),
    "model": ("pneumonia-lstm-forward", "pneumonia-gru", "pneumonia-lstm-raster", "mnist-rnn", ODD, ODD),
    "order": ("rows", "columns", "raster", "snake"),
    "direction": ("forward", "reverse", "backward"),
    "layer": ("1", "2", "3", "4"),
    "step": ("1", "9", "28", "30", "49", "50"),
    "view": ("answer", "gates", "tracks", "retention", "weights", "order", "units"),
    "method": ("saliency", "row-occlusion"),
    "target": ("normal", "pneumonia", "7"),
    "baseline": ("black", "mean"),
    "threshold": ("30", "99.9", "100.1"),
    "run": (ODD, "nothing"),
    "mode": ("models", "images", "set", "own"),
    "data": ("pneumoniamnist", "blood64", "own:" + 22 * "a"),
    "models": ("pneumonia-rnn-forward,pneumonia-gru-forward", "mnist-rnn", "mnist-rnn,mnist-rnn"),
    "lesson": ("sequence", "teacher"),
    "knobs": ("order:columns", "order:columns,step:9", "order:x", "step:99,image:digit-4"),
}
WRONG = [
    *(
        "²",
        "①",
        "٣",
        "１",
        "0",
        "-1",
        "+1",
        "1e3",
        "1.0",
        "0x1",
        "1_0",
        " 1",
        "1 ",
        "999999",
        "9" * 5_000,
        "NaN",
    ),
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\n",
        "\t",
        "..",
        "../..",
        "/etc/passwd",
        ".",
        "~",
        "*",
        "%",
        "a" * 256,
        "é" * 128,
    ),
    *(
        "🦴" * 100,
        "x" * 20_000,
        "![p](http://zz.example)",
        "<script>",
        "{}",
        "[]",
        "null",
        "None",
        "True",
        "ROWS",
    ),
    *(
        "rows,columns",
        "__class__",
        "closer",
        "\u202e",
        "\ufffe",
        "𝟙",
        "a&b=c",
        "a;b",
        "#",
        "?",
        "=",
        "'",
        '"',
        "\\",
    ),
]
RAW = ("%", "%%", "%zz", "%ED%A0%80", "%FF%FE", "%00", "+", "%2525", "%u0031", "&", "=", "==")
NAMES = ("", "step[]", "Step", "embed", "embed_options", "x" * 2_000, "st.x", "utm_source", "\0", "²")


def value(dice, name):
    family = dice.random()
    if family < 0.45 and name in GOOD:
        return quote(dice.choice(GOOD[name]), safe="")
    if family < 0.9:
        return quote(dice.choice(WRONG), safe="")
    return dice.choice(RAW)


def link(dice):
    """A page and a query, as they are sent."""
    names = [dice.choice([*GOOD, *GOOD, *NAMES]) for _ in range(dice.randint(1, 4))]
    if dice.random() < 0.7:
        names = ["sample", "model", *names]
    if dice.random() < 0.1:
        names += names[-1:]
    return dice.choice(PAGES), "&".join(f"{quote(name, safe='')}={value(dice, name)}" for name in names)


def make_odd(runs):
    """A model of 30 x 30 pixels, which no patch of 4 divides, in both directions."""
    import torch

    from medrnn.config import ModelConfig
    from medrnn.models.checkpoints import save_weights
    from medrnn.models.classifier import RecurrentClassifier

    torch.manual_seed(0)
    shutil.copytree(ROOT / "assets" / "models" / "pneumonia-gru-forward", runs / ODD)
    (runs / ODD / "novelty.safetensors").unlink()
    card = json.loads((runs / ODD / "card.json").read_text())
    small = {"features": 30, "width": 8, "is_bidirectional": True}
    card["config"] |= {"model": card["config"]["model"] | small}
    card["config"]["reading"]["size"] = [30, 30]
    network = RecurrentClassifier(ModelConfig.from_dict(card["config"]["model"]))
    digest = save_weights(network, runs / ODD / "model.safetensors")
    card |= {"id": ODD, "title": ODD, "digest": digest, "novelty": ""}
    card["parameters"] = sum(weights.numel() for weights in network.parameters())
    (runs / ODD / "card.json").write_text(json.dumps(card))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    runs = tmp_path_factory.mktemp("links") / "runs"
    runs.mkdir()
    make_odd(runs)
    made = Server(runs)
    yield made
    made.stop()


def red(messages):
    """What is red on a page: exceptions, and errors that are not meant."""
    errors = [alert.body for alert in elements(messages, "alert") if alert.format == Alert.ERROR]
    return [one.message or one.type for one in elements(messages, "exception")] + [
        body for body in errors if not body.startswith(COLOUR)
    ]


def said(messages):
    """The words on what was left out, as they stand in the end: a place may be written to twice."""
    last = {tuple(m.metadata.delta_path): m for m in messages if m.WhichOneof("type") == "delta"}
    messages = list(last.values())
    return [alert.body for alert in elements(messages, "alert") if alert.body.startswith("The address asked")]


@pytest.mark.timeout(180 + 3 * LINKS)
def test_no_link_turns_a_page_red(server):
    dice, wrong, words = random.Random(SEED), [], 0
    for _ in range(LINKS):
        page, query = link(dice)
        with visit(server.port, page, query) as visitor:
            messages = visitor.rerun()
        assert elements(messages, "heading"), (page, query[:300])
        words += bool(said(messages))
        wrong += [(page, query[:300], one) for one in red(messages)]
    assert wrong == []
    assert words > LINKS / 4
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    ("page", "query", "sentence"),
    [
        ("memory", "step=%C2%B2", "step “²”, which is no step of this reading"),
        ("memory", "step=30", "step “30”, which is no step of this reading"),
        ("memory", "layer=%E2%91%A0", "layer “①”, which is no layer of this model"),
        ("memory", "layer=3", "layer “3”, which is no layer of this model"),
        ("memory", "direction=reverse", "direction “reverse”, which is no direction here"),
        ("memory", "view=closer", "view “closer”, which is no closer look"),
        ("memory", "step=1&step=2", "step more than once"),
        ("map", "target=7", "target “7”, which is no class of this model"),
        ("map", "method=captum&baseline=x", "method “captum”, which is no method, and for baseline “x”"),
        ("read", "direction=backward", "direction “backward”, which is no direction here"),
        ("runs", "run=" + "a" * 256, "run “aaaa"),
        ("train", "run=gone", "run “gone”, which is no run here"),
        ("models", "x=1", "x, which this page does not know"),
        (
            "",
            "sample=a&model=b",
            "sample “a”, which is no sample of this app, and for model “b”, which is no model",
        ),
    ],
)
def test_what_is_left_out_is_said_once(server, page, query, sentence):
    if page in ("read", "memory", "map"):
        query = f"sample=chest-child-pneumonia-1&model=pneumonia-lstm-forward&{query}"
    with visit(server.port, page, query) as visitor:
        messages = visitor.rerun()
    assert red(messages) == []
    (word,) = said(messages)
    assert sentence in word


@pytest.mark.parametrize("page", ["read", "train"])
def test_an_order_that_does_not_fit_the_size_is_not_offered(server, page):
    """30 x 30 pixels are not divided by patches of 4."""
    query = f"sample=chest-child-pneumonia-1&model={quote(ODD)}&order=raster&direction=forward"
    with visit(server.port, "read", query) as visitor:
        messages = visitor.rerun()
        assert "order “raster”, which is no order that this model's size allows" in said(messages)[0]
        visitor.query = query.replace("raster", "columns")
    with visit(server.port, "read", visitor.query) as visitor:
        messages = visitor.rerun()
        if page == "train":  # with the reading that was chosen on Read
            visitor.page, visitor.query = page, ""
            messages = visitor.rerun()
    groups = [one for one in elements(messages, "button_group") if one.label == "Order"]
    offered = ["Rows", "Columns"] + (
        ["Raster", "Snake"] if page == "train" else []
    )  # with patches of another side
    assert [[option.content for option in one.options] for one in groups] == [offered]
    assert red(messages) == []
