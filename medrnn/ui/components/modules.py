"""One script made of a component's ES modules, since Streamlit takes the text of one and fetches no other.

Each module becomes a function that is called once and hands back what it exports, so that it keeps its own names;
an import becomes a ``const`` with what was handed back. Nothing is built beforehand: this runs when the app starts.

Understood is what our files use, each on lines of its own: ``import {a, b as c} from "./file.js"``, ``export`` before
``function``, ``async function``, ``class`` and ``const``, and one ``export default`` in the component's own file.
Anything else is refused, here and so in the tests, instead of failing in a browser.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+\.js)"$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
DEFAULT = re.compile(r"^export default ", re.MULTILINE)
LEFT_OVER = re.compile(r"^\s*(?:import\b|export\b(?! default )).*", re.MULTILINE)


def _variable(path: Path) -> str:
    """Under which a module is known to the others, as ``$shared_echo`` in what a browser's console shows."""
    return "$" + re.sub(r"\W", "_", path.relative_to(HERE).with_suffix("").as_posix())


def _target(path: Path, where: str) -> Path:
    found = (path.parent / where).resolve()
    if not found.is_relative_to(HERE) or not found.is_file():
        raise ValueError(f"{path.name}: expected a file of ours, got {where!r}")
    return found


def _in_order(path: Path, found: dict[Path, str], way: tuple[Path, ...] = ()) -> dict[Path, str]:
    """The text of each module that is needed, once, after those that it needs itself."""
    if path in way:
        circle = " imports ".join(file.name for file in (*way[way.index(path) :], path))
        raise ValueError(f"expected imports without a circle, got {circle}")
    if path not in found:
        text = path.read_text(encoding="utf-8")
        for _, where in IMPORT.findall(text):
            _in_order(_target(path, where), found, (*way, path))
        found[path] = text
    return found


def _joined(path: Path, texts: dict[Path, str]) -> str:
    """A module's text with its imports as constants and without the word ``export``."""

    def constants(match: re.Match[str]) -> str:
        names, source = match.group(1).split(","), _target(path, match.group(2))
        there = EXPORT.findall(texts[source])
        for name in (name.split()[0] for name in names if name.strip()):
            if name not in there:
                raise ValueError(f"{path.name}: {source.name} does not export {name}")
        return f"const {{{', '.join(' '.join(n.replace(' as ', ': ').split()) for n in names)}}} = {_variable(source)}"

    text = EXPORT.sub("", IMPORT.sub(constants, texts[path]))
    if wrong := LEFT_OVER.search(text):
        raise ValueError(
            f"{path.name}: expected imports and exports as modules.py says, got {wrong.group().strip()!r}"
        )
    return text


def script(name: str) -> str:
    """A component's module with all it imports, as the one module that Streamlit takes.

    Args:
        name: of the file that has the ``export default``, as "viewer/viewer.js".

    Raises:
        ValueError: imports or exports that are not understood, lead nowhere or go round in a circle.
    """
    main = HERE / name
    texts = _in_order(main, {})
    parts = []
    for path, text in texts.items():
        joined, exports = _joined(path, texts), ", ".join(EXPORT.findall(text))
        if path == main:
            if exports or len(DEFAULT.findall(text)) != 1:
                raise ValueError(f"{name}: expected one export, the default one, got {exports or 'none'}")
            parts.append(joined)
        elif DEFAULT.search(text):
            raise ValueError(f"{path.name}: expected named exports where others import, got a default one")
        else:
            parts.append(f"const {_variable(path)} = (() => {{\n{joined}\nreturn {{{exports}}}\n}})()\n")
    return "".join(parts)
