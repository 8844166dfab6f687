"""The address of a page: the one place where it is read and written.

An address is read when a visit begins, into a frozen record; what is wrong or unknown is left out with a word. What it
asks is taken once (``take``), so that nothing comes back which the visitor has changed since. A link within the app,
a change of page, brings a new record, of which only ``LINKED`` counts.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from medrnn.models.catalog import is_private
from medrnn.ui.components import location
from medrnn.ui.foreign import shown
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MOST_BYTES = 255  # of a name: a folder's can have no more
MOST_HELD = 8  # private runs that one address may name
MOST_SAID = 3  # of what was left out
ON = "on"
LINKED = ("model", "run")
EVERYWHERE = ("sample", "own", "grey", "model", "size")  # known to every page

Value = TypeVar("Value")


def _word(text: str) -> str | None:
    return text if re.fullmatch(r"[a-z0-9-]{1,64}", text) else None


def _name(text: str) -> str | None:
    return text if text.isprintable() and 0 < len(text.encode()) <= MOST_BYTES else None


def _pairs(text: str) -> str | None:
    pair = r"[a-z0-9-]{1,32}:[a-z0-9.+-]{1,32}"
    return text if len(text) <= MOST_BYTES and re.fullmatch(f"{pair}(,{pair})*", text) else None


def _data(text: str) -> str | None:
    """A set by its name, or one that a visitor brought by its token."""
    return text if re.fullmatch(r"[a-z0-9-]{1,64}|own:[A-Za-z0-9_-]{22}", text) else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) and int(text) else None


def _count(text: str) -> int | None:
    """From 1 in an address, from 0 in the app."""
    number = _number(text)
    return None if number is None else number - 1


def _percent(text: str) -> str | None:
    """Of a hundred, with at most one digit behind the point."""
    return text if re.fullmatch(r"[0-9]{1,3}(\.[0-9])?", text) and float(text) <= 100 else None


@dataclass(frozen=True)
class Address:
    """What an address asks for; None where it asks for nothing that could be.

    Attributes:
        sample, model, run: ids.
        own: how many images of somebody's own were open; nothing else is said of them.
        grey: "on" where the image is in colour and is turned to grey for the model.
        order, direction: of a reading; on Memory the direction of a layer.
        layer, step: counted from 0.
        module: a recurrent module of the network; line: which row or column of its map it reads, counted from 0.
        view: a closer look at a memory.
        method, methods, target, baseline: of maps; several methods with a comma between; the target is the name of a
            class.
        threshold: in percent, of the target or of the second of two classes.
        mode, models, beside: of what is compared: how, which models (ids with a comma between), a sample beside.
        grid: a cross-validation, by its token.
        data: the data set that is looked at, learnt from, or on which models are compared.
        lesson: of the page Learn; knobs: its controls as "name:value,name:value".
        size: of the text, on every page.
    """

    sample: str | None = None
    own: int | None = None
    grey: str | None = None
    model: str | None = None
    order: str | None = None
    direction: str | None = None
    layer: int | None = None
    step: int | None = None
    module: str | None = None
    line: int | None = None
    view: str | None = None
    method: str | None = None
    methods: str | None = None
    target: str | None = None
    baseline: str | None = None
    threshold: str | None = None
    run: str | None = None
    grid: str | None = None
    mode: str | None = None
    models: str | None = None
    beside: str | None = None
    data: str | None = None
    lesson: str | None = None
    knobs: str | None = None
    size: str | None = None


@dataclass(frozen=True)
class LeftOut:
    """A name of an address whose value was not taken, and why: "unfit", "repeated" or "unknown"."""

    name: str
    asked: str
    why: str = "unfit"


KINDS: dict[str, Callable[[str], str | int | None]] = {
    "sample": _word,
    "own": _number,
    "grey": _word,
    "model": _name,
    "order": _word,
    "direction": _word,
    "layer": _count,
    "step": _count,
    "module": _name,
    "line": _count,
    "view": _word,
    "method": _word,
    "methods": _name,
    "target": _name,
    "baseline": _word,
    "threshold": _percent,
    "run": _name,
    "grid": _name,
    "mode": _word,
    "models": _name,
    "beside": _word,
    "data": _data,
    "lesson": _word,
    "knobs": _pairs,
    "size": _word,
}
KNOWN: dict[str, tuple[str, ...]] = {  # besides EVERYWHERE
    "read": ("order", "direction"),
    "memory": ("module", "line", "layer", "direction", "step", "view"),
    "map": ("method", "methods", "target", "baseline", "step"),
    "data": ("data",),
    "train": ("run", "grid", "data"),
    "runs": ("run", "target", "threshold"),
    "compare": ("mode", "models", "beside", "method", "baseline", "data"),
    "learn": ("lesson", "knobs"),
    "models": ("target", "threshold"),
    "about": (),
}
UNFIT = {
    "sample": "is no sample of this app",
    "own": "is no number of images that could have been open",
    "grey": "is no such choice",
    "model": "is no model here",
    "order": "is no order that this model's size allows",
    "direction": "is no direction here",
    "layer": "is no layer of this model",
    "step": "is no step of this reading",
    "module": "is no recurrent module of this model",
    "line": "is no line of this module",
    "view": "is no closer look",
    "method": "is no method",
    "methods": "are no methods that can stand beside each other here",
    "target": "is no class of this model",
    "baseline": "is no baseline",
    "threshold": "is no threshold from 0 to 100 %",
    "run": "is no run here",
    "grid": "is no cross-validation here",
    "mode": "is nothing that can be compared",
    "models": "are no models that can stand beside each other here",
    "beside": "is no sample of this app",
    "data": "is no data set here",
    "lesson": "is no lesson",
    "knobs": "is no choice of this lesson",
    "size": "is no size of the text",
}


def read(values: Mapping[str, Sequence[str]], page: str) -> tuple[Address, dict[str, LeftOut]]:
    """An address as a record, and what was left out by name.

    Args:
        values: every value of every name, as they came.
        page: its address, "open" for the first.
    """
    found: dict[str, Any] = {}
    left: dict[str, LeftOut] = {}
    for name, given in values.items():
        asked = given[0] if given else ""
        if name not in (*EVERYWHERE, *KNOWN.get(page, ())):
            left[name] = LeftOut(name, asked, "unknown")
        elif len(given) != 1:
            left[name] = LeftOut(name, asked, "repeated")
        elif (value := KINDS[name](asked)) is None:
            left[name] = LeftOut(name, asked)
        else:
            found[name] = value
    return Address(**found), left


def describe(left: Sequence[LeftOut]) -> str:
    """What was left out, in one sentence of Markdown."""
    said = [_describe(one) for one in left[:MOST_SAID]]
    if len(left) > MOST_SAID:
        said.append(f"{len(left) - MOST_SAID} more")
    end = "it was left out" if len(left) == 1 else "they were left out"
    return f"The address asked for {', and for '.join(said)}; {end}."


def _describe(one: LeftOut) -> str:
    name, asked = shown(one.name, 24), f"“{shown(one.asked, 40)}”"
    if one.why == "unknown":
        return f"{name}, which this page does not know"
    return f"{name} more than once" if one.why == "repeated" else f"{name} {asked}, which {UNFIT[one.name]}"


@dataclass
class Arrival:
    """How the visitor came to the page in view, and the place for a word on it."""

    page: str
    is_first: bool
    address: Address
    left: dict[str, LeftOut]
    taken: set[str] = field(default_factory=set)
    place: "DeltaGenerator | None" = None
    writer: "DeltaGenerator | None" = None
    written: dict[str, str] = field(default_factory=dict)

    def say(self) -> None:
        """One sentence, as soon as something is left out: a page may stop at any time."""
        if self.left and self.place:
            self.place.info(describe(list(self.left.values())), icon=":material/link_off:")


def _hold(address: Address) -> None:
    """Who comes with the name of a private run holds it: it is long, random and stands in no list."""
    names = [address.run, address.model, *(address.models or "").split(",")]
    found = {name for name in names if name and is_private(name)}
    session().held |= set(list(found)[:MOST_HELD])


def arrive(page: str) -> None:
    """Read the address where the visit begins or the page is another one; the frame calls it before all else."""
    state = session()
    arrival = state.arrival
    if arrival is None or arrival.page != page:
        arrival = state.arrival = _begin(page, is_first=arrival is None)
    arrival.place, arrival.writer = st.empty(), st.empty()
    arrival.say()


def _arrival() -> Arrival:
    arrival = session().arrival
    assert arrival is not None, "the frame reads the address before all else"
    return arrival


def here() -> str:
    """The page in view, "open" for the first."""
    return _arrival().page


def _begin(page: str, *, is_first: bool) -> Arrival:
    address, left = read({name: st.query_params.get_all(name) for name in st.query_params}, page)
    _hold(address)
    if is_first:
        return Arrival(page, is_first, address, left)
    linked = Address(**{name: getattr(address, name) for name in LINKED})
    unfit = {name: left[name] for name in LINKED if name in left and left[name].why != "unknown"}
    return Arrival(page, is_first, linked, unfit)


def asked(name: str, among: Container[Value]) -> Value | None:
    """What the address of this page asks for, as long as the page is in view; None where that is nothing that can be.

    Args:
        name: a field of ``Address``.
        among: what there is; anything else is left out with a word.
    """
    arrival = _arrival()
    value = getattr(arrival.address, name)
    if value is None or value in among:
        found: Value | None = value
        return found
    arrival.left[name] = LeftOut(name, str(value + 1) if KINDS[name] is _count else value)
    arrival.say()
    return None


def _is_new(name: str) -> bool:
    """Whether it was not taken before in this visit, and did not come by a link within the app."""
    arrival = _arrival()
    if name in arrival.taken or not arrival.is_first:
        return False
    arrival.taken.add(name)
    return True


def take(name: str, among: Container[Value]) -> Value | None:
    """The same, once a visit: None when it was taken before, or came by a link within the app."""
    return asked(name, among) if _is_new(name) else None


def take_pairs(name: str, options: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    """Several choices that stand in an address as "name:value,name:value", once a visit.

    Args:
        name: a field of ``Address``.
        options: of each choice its values as they are written; any other is left out with a word.

    Returns:
        What was asked for of what there is, by the name of the choice.
    """
    arrival = _arrival()
    text = getattr(arrival.address, name) if _is_new(name) else None
    pairs = dict(pair.split(":", 1) for pair in text.split(",")) if text else {}
    unfit = [f"{key}:{value}" for key, value in pairs.items() if value not in options.get(key, {})]
    if unfit:
        arrival.left[name] = LeftOut(name, ", ".join(unfit))
        arrival.say()
    return {key: options[key][value] for key, value in pairs.items() if value in options.get(key, {})}


def forget(name: str) -> None:
    """What the address asked for is gone, by the visitor's own doing: no word about it."""
    arrival = _arrival()
    arrival.address = replace(arrival.address, **{name: None})


def share(**values: str | int | None) -> None:
    """Keep what can be shared without the image in the page's address; what could not be read again stays out.

    The browser's history gets no entry of it: one press of Back is one page.
    """
    state = session()
    every = {
        "sample": state.samples.get(state.current),
        "own": state.own or state.lost or None,  # a second reload says it too
        "grey": ON if state.current in state.from_colour else None,
        **values,
        "size": state.size or None,
    }
    _write({name: value for name, value in every.items() if value is not None})


def amend(part: str, **values: str | int | None) -> None:
    """Change some of what stands in the page's address, from a part of the page that runs by itself.

    Args:
        part: names it.
        values: by name; None takes one away.
    """
    every = {**_arrival().written, **values}
    _write({name: value for name, value in every.items() if value is not None}, part)


def _write(values: Mapping[str, str | int], part: str = "") -> None:
    arrival = _arrival()
    texts = {name: str(value) for name, value in values.items()}
    wanted = {name: text for name, text in texts.items() if KINDS[name](text) is not None}
    arrival.written = wanted
    if context := get_script_run_ctx():  # where this script begins anew, it is as the browser would send it
        context.query_string = urlencode(wanted)
    with (not part and arrival.writer) or nullcontext():
        location.write("" if arrival.page == "open" else arrival.page, list(KNOWN), wanted, part=part)


def go(page: str) -> None:
    """To another page, as a link leads there: one entry in the browser's history.

    Streamlit would push one more without the "?" first, unless it finds there what it means to write.
    """
    st.switch_page(f"pages/{page}.py", query_params=_arrival().written)
