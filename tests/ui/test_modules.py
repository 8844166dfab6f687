"""One script made of ES modules: what is understood, what is refused, and that node runs it as it runs the modules."""

import re
import shutil
import subprocess

import pytest

from medrnn.ui.components import modules

OURS = modules.HERE
MAINS = ["carry.js", "location.js", "look.js", *(f"{p.parent.name}/{p.name}" for p in OURS.glob("*/*.js"))]
MAINS = [name for name in MAINS if modules.DEFAULT.search((OURS / name).read_text(encoding="utf-8"))]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(modules, "HERE", tmp_path)

    def go(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
        return tmp_path

    return go


def ran(text, tmp_path):
    """What node prints for a module."""
    if not shutil.which("node"):
        pytest.skip("node is not here")
    file = tmp_path / "script.mjs"
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        ["node", file], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


def test_a_script_runs_as_its_modules_do(write, tmp_path):
    write(
        deep="const REST = 1\nexport const add = v => v + REST\nexport class Sum { add(v) { return add(v) } }\n",
        left='import {add, Sum} from "./deep.js"\n\nconst REST = 10\nexport function ten(v) { return add(v) * REST }\n'
        "export const sum = new Sum()\n",
        right='import {\n  add as more,\n} from "./deep.js"\nexport async function later(v) { return more(v) }\n',
        main='import {sum, ten} from "./left.js"\nimport {later} from "./right.js"\nconst REST = 100\n'
        "console.log(ten(1), sum.add(REST), await later(5))\nexport default function () {}\n",
    )
    assert ran(modules.script("main.js"), tmp_path) == ["20", "101", "6"]


def test_a_module_that_two_need_is_made_once(write, tmp_path):
    write(
        one='export const made = []\nmade.push("once")\n',
        a='import {made} from "./one.js"\nexport const a = made\n',
        b='import {made} from "./one.js"\nexport const b = made\n',
        main='import {a} from "./a.js"\nimport {b} from "./b.js"\nconsole.log(a === b, a.length)\nexport default 1\n',
    )
    assert ran(modules.script("main.js"), tmp_path) == ["true", "1"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'import * as all from "./part.js"',
            "expected imports and exports as modules.py says, got 'import \\* as",
        ),
        ('import part from "./part.js"', "got 'import part from"),
        ('import "./part.js"', "got 'import \"./part.js\"'"),
        ('import {part} from "./part.js";', "got 'import {part}"),
        ("export let count = 0", "got 'export let count = 0'"),
        ("const a = 1\nexport {a}", "got 'export {a}'"),
        ('export {part} from "./part.js"', "got 'export {part} from"),
        ('import {other} from "./part.js"', "part.js does not export other"),
        ('import {part} from "./nowhere.js"', "expected a file of ours, got './nowhere.js'"),
        ('import {part} from "../../../etc/part.js"', "expected a file of ours"),
        ('import {part} from "part"', "got 'import {part} from \"part\"'"),
        ("export const a = 1", "expected one export, the default one, got a"),
        ("export default 1", "expected one export"),
    ],
)
def test_what_is_not_understood_is_refused(write, text, words):
    write(part="export const part = 1\n", main=f"{text}\nexport default 2\n")
    with pytest.raises(ValueError, match=words):
        modules.script("main.js")


def test_a_circle_is_refused_by_name(write):
    write(
        a='import {b} from "./b.js"\nexport const a = 1\n',
        b='import {a} from "./a.js"\nexport const b = 1\n',
        main='import {a} from "./a.js"\nexport default a\n',
    )
    with pytest.raises(ValueError, match="got a.js imports b.js imports a.js"):
        modules.script("main.js")


def test_a_default_export_is_for_streamlit_only(write):
    write(
        part="export default 1\nexport const a = 2\n", main='import {a} from "./part.js"\nexport default a\n'
    )
    with pytest.raises(ValueError, match="part.js: expected named exports"):
        modules.script("main.js")


def test_every_file_belongs_to_a_component():
    used = {path for name in MAINS for path in modules._in_order(OURS / name, {})}
    assert used == set(OURS.rglob("*.js"))
    assert len(MAINS) == 13


@pytest.mark.parametrize("name", MAINS)
def test_scripts_of_components_are_whole(name, tmp_path):
    text = modules.script(name)
    assert not re.search(r"^import\b", text, re.MULTILINE) and text.count("\nexport default ") <= 1
    if shutil.which("node"):
        file = tmp_path / "script.mjs"
        file.write_text(text, encoding="utf-8")
        subprocess.run(["node", "--check", file], check=True, timeout=60)
