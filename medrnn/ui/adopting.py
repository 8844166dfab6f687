"""Weights of the visitor's own: what the file tells, what has to be said, and a model that nobody else sees."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import DIRECTIONS, ORDERS, READOUTS, ReadingConfig, TrainConfig
from medrnn.datasets.matching import number_classes
from medrnn.errors import CatalogError, MedrnnError
from medrnn.models.cards import Card
from medrnn.models.catalog import is_private
from medrnn.ui import address, cached
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.serving import room
from medrnn.ui.state import session
from medrnn.ui.study import uploads

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from medrnn.models.adopt.recognise import Found
    from medrnn.training.adopted import Asked

SIDES = range(2, 513)  # pixels along a side
PRIVATE = (
    "The model is yours: it stands in no list of anybody else. Its address holds its name, and who has that can use "
    "it; Delete takes it away."
)


@dataclass(frozen=True)
class _Order:
    """An order in which a network of so many values a step can read, and its patch."""

    name: str
    patch: int


def section() -> None:
    """The place for weights, folded."""
    tag = session().adoptions
    with st.expander("Bring your own weights", icon=":material/upload_file:", key=f"adopt__section-{tag}"):
        st.caption(
            "The state_dict of an nn.LSTM, nn.GRU or nn.RNN with a linear head, as safetensors. The network is told by "
            "names and shapes; what they do not tell is asked for. Other files are not opened: they can run programs."
        )
        left, right = st.columns(2, gap="medium")
        file = left.file_uploader(
            "Weights",
            key=f"adopt__weights-{tag}",
            help="A .safetensors file of at most 128 MB. Its header is checked before a number is read.",
        )
        settings = right.file_uploader(
            "Settings (JSON), if it is a network of this program",
            key=f"adopt__settings-{tag}",
            help="The Settings or the Card that stand beside every model here. Only a stem, streams or sweeps need "
            "them: their strides stand in no weight.",
        )
        if file is not None:
            try:
                _taken(file, settings)
            except MedrnnError as error:
                _say(str(error))


def _say(sentence: str) -> None:
    """What is wrong; the line that mends it can be copied."""
    from medrnn.models.adopt.header import CONVERT

    words, line, _ = sentence.partition(CONVERT)
    say_error(words.rstrip())
    if line:
        st.code(line, language=None, wrap_lines=True)


def _taken(file: "UploadedFile", settings: "UploadedFile | None") -> None:
    from medrnn.models.adopt.header import MOST_BYTES
    from medrnn.training.adopted import adopt, adopt_own, examine, new_folder

    if file.size > MOST_BYTES:
        raise CatalogError(
            f"Expected at most {MOST_BYTES >> 20} MB of weights, got {file.size >> 20} MB. Bring a smaller network."
        )
    room.check()
    data = file.getvalue()
    if settings is not None:
        config, names = _settings(settings)
        classes = _classes(config.model.classes, names)
        if _is_pressed():
            _use(adopt_own(data, config, classes, new_folder()), [file, settings])
        return
    found = examine(data)
    st.markdown(f"**{shown(found.title)}**; read out: {READOUTS[found.readouts[0]]}.")
    asked = _ask(found)
    if _is_pressed():
        _use(adopt(data, asked, new_folder()), [file])


def _settings(file: "UploadedFile") -> tuple[TrainConfig, tuple[str, ...]]:
    """Settings alone, or inside a card, which names the classes too."""
    from typing import Any

    from medrnn import disk
    from medrnn.errors import ConfigError

    if file.size > disk.MOST_JSON:
        raise ConfigError("Expected settings of at most 1 MB. Bring the file Settings (JSON) of a model.")
    found = disk.decode(file.getvalue(), dict[str, Any], "The settings")
    names = found.get("classes") if "config" in found else ()
    classes = tuple(map(str, names)) if isinstance(names, list) else ()
    return TrainConfig.from_dict(found.get("config", found)), classes


def _classes(count: int, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    known = names if len(names) == count else number_classes(count)
    text = st.text_input(
        f"Names of the {count} classes",
        ", ".join(plain(name, 60) for name in known),
        key=f"adopt__classes-{session().adoptions}",
        max_chars=2_000,
        help="With a comma between, in the order of the head's outputs. Of a single output the first is the class of "
        "p = 0.",
    )
    return tuple(part.strip() for part in text.split(","))


def _is_pressed() -> bool:
    st.caption(PRIVATE)
    return st.button(
        "Make it a model",
        type="primary",
        icon=":material/add:",
        key=f"adopt__make-{session().adoptions}",
        help="Writes the weights and a card without figures, and makes it the model that Read, Memory and Map show.",
    )


def _use(card: Card, files: "list[UploadedFile]") -> None:
    """The visitor holds it, and sees it everywhere at once; the uploaded bytes go."""
    state = session()
    uploads.forget(uploads.ids(files))
    state.adoptions += 1
    state.held.add(card.id)
    state.use_model(card.id)
    address.forget("model")
    cached.forget_cards()
    st.rerun()


def _orders(features: int, planes: int) -> list[_Order]:
    """The orders in which so many values can be read at a step."""
    if features % planes:
        return []
    line = features // planes
    found = [_Order(name, 4) for name in ("rows", "columns") if line in SIDES]
    patch = round(line**0.5)
    if patch**2 == line and patch <= max(SIDES):
        found += [_Order(name, patch) for name in ("raster", "snake")]
    return found


def _ask(found: "Found") -> "Asked":
    """What no tensor tells."""
    from medrnn.training.adopted import SCALES, Asked

    classes = _classes(found.classes)
    first, second, third = st.columns(3, gap="medium")
    with first:
        is_colour = _is_colour(found.features)
        planes = 3 if is_colour else 1
        order = _order(found.features, planes)
    with second:
        size, direction = _size(found.features // planes, order), _direction()
    with third:
        scale = _scale()
        nonlinearity = _nonlinearity() if found.cell == "rnn" else "tanh"
    reading = ReadingConfig(order.name, direction, size, order.patch, "rgb" if is_colour else "grey")
    return Asked(classes, reading, "", nonlinearity, SCALES[scale][1], SCALES[scale][2])


def _is_colour(features: int) -> bool:
    return features % 3 == 0 and st.toggle(
        "In colour",
        key=f"adopt__colour-{session().adoptions}",
        help="Whether a pixel is red, green and blue, one after another.",
    )


def _order(features: int, planes: int) -> _Order:
    orders = _orders(features, planes)
    if not orders:
        raise CatalogError(
            f"Expected a step of one row, column or square of pixels, {features} values are none of them. Such a "
            "network cannot read an image here."
        )
    return st.selectbox(
        "Order of reading",
        orders,
        key=f"adopt__order-{planes}-{session().adoptions}",
        format_func=lambda one: ORDERS[one.name],
        help="What the network got at each step. Where it is another, the answers mean nothing.",
    )


def _direction() -> str:
    return st.selectbox(
        "Begins",
        list(DIRECTIONS),
        key=f"adopt__direction-{session().adoptions}",
        format_func=DIRECTIONS.__getitem__,
        help="At which end of the image the first step lies.",
    )


def _scale() -> str:
    from medrnn.training.adopted import SCALES

    return st.selectbox(
        "Values that it learnt from",
        list(SCALES),
        key=f"adopt__scale-{session().adoptions}",
        format_func=lambda name: SCALES[name][0],
        help="Images are read as 0 to 1 here; another scale goes into the first layer, so that the answers stay.",
    )


def _nonlinearity() -> str:
    from medrnn.training.adopted import NONLINEARITIES

    return st.selectbox(
        "Nonlinearity",
        list(NONLINEARITIES),
        key=f"adopt__nonlinearity-{session().adoptions}",
        format_func=NONLINEARITIES.__getitem__,
        help="Of a plain RNN, as nn.RNN was made; only tanh can be run here.",
    )


def _size(line: int, order: _Order) -> tuple[int, int]:
    """Rows and columns: of rows or columns one of them stands in the weights, of patches neither."""
    tag, is_patched = session().adoptions, order.name in ("raster", "snake")
    sides = [side for side in SIDES if side % order.patch == 0] if is_patched else list(SIDES)
    usual = sides.index(28) if is_patched and 28 in sides else sides.index(line) if line in sides else 0

    def side(name: str) -> int:
        chosen: int = st.selectbox(
            name,
            sides,
            usual,
            key=f"adopt__{name}-{order.name}-{order.patch}-{tag}",
            help="Pixels of the image that it learnt from.",
        )
        return chosen

    if is_patched:
        return side("Rows"), side("Columns")
    return (side("Rows"), line) if order.name == "rows" else (line, side("Columns"))


def delete(card: Card) -> None:
    """The way to take such a model away, for who holds it."""
    if card.is_measured or not is_private(card.id):
        return
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("The weights go with their card. This cannot be undone.")
        if st.button(
            "Delete the model",
            key=f"adopt__delete-{card.id}",
            type="primary",
            help="Its folder goes for good.",
        ):
            _delete(card.id)


def _delete(model: str) -> None:
    from medrnn.training.runs.processes import delete_run

    try:
        delete_run(model)
    except MedrnnError as error:
        say_error(error)
        return
    state = session()
    with suppress(KeyError):
        state.held.remove(model)
    if state.model == model:
        state.use_model(next(iter(cached.cards())))
    address.forget("model")
    cached.forget_cards()
    st.rerun()
