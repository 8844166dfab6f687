"""The layer rules of CONTRIBUTING.md, read from the source itself."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = [
    "errors",
    "disk",
    "config",
    "brief",
    "types",
    "imaging",
    "sequences",
    "models",
    "datasets",
    "evaluation",
    "training",
    "explanation",
    "compare",
    "report",
    "bench",
    "lessons",
    "plots",
    "ui",
]
HOMES = {
    "streamlit": ("medrnn/ui/", "pages/", "app.py", "tests/"),
    "plotly": ("medrnn/plots/", "tests/"),
    "captum": ("medrnn/explanation/", "tests/"),
    "crepes": ("medrnn/evaluation/", "tests/"),
    "pydicom": ("medrnn/imaging/", "tests/"),
}
EXCEPTIONS = {("medrnn/bench/tab.py", "streamlit.proto")}  # the format of the messages, and nothing that runs


def is_exception(path: str, module: str) -> bool:
    return any(path == place and f"{module}.".startswith(f"{name}.") for place, name in EXCEPTIONS)


def sources() -> list[Path]:
    folders = [ROOT / "medrnn", ROOT / "pages"]
    return [ROOT / "app.py", *(f for folder in folders for f in folder.rglob("*.py"))]


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "medrnn" and len(parts) > 1 and parts[1] in LAYERS else None


def breaches(path: str, source: str) -> list[str]:
    """What a file at ``path`` imports against the rules."""
    found, tree = [], ast.parse(source)
    for module in imports(tree):
        for package, homes in HOMES.items():
            if (
                module.split(".")[0] == package
                and not path.startswith(homes)
                and not is_exception(path, module)
            ):
                found.append(f"{path} imports {module}")
        own = layer(path.removesuffix(".py").replace("/", "."))
        if own and layer(module) and LAYERS.index(layer(module)) > LAYERS.index(own):
            found.append(f"{path} ({own}) imports {module}, a later layer")
        if {own, layer(module)} == {"bench", "lessons"}:
            found.append(f"{path} imports {module}, which stands beside it")
        if path.startswith(("medrnn/__main__.py", "medrnn/commands/")) and layer(module) == "ui":
            found.append(f"{path} imports {module}")
        if path.startswith("medrnn/") and module.split(".")[0] in ("pages", "app", "tests"):
            found.append(f"{path} imports {module}")
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_from_earlier_layers(path):
    assert breaches(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("medrnn/models/x.py", "from medrnn.training import loop"),
        ("medrnn/models/x.py", "def f():\n    from medrnn import ui"),
        ("medrnn/plots/x.py", "import streamlit as st"),
        ("medrnn/ui/x.py", "import captum.attr"),
        ("medrnn/__main__.py", "from medrnn.ui import state"),
        ("pages/x.py", "import pydicom"),
        ("medrnn/bench/tab.py", "import streamlit"),
        ("medrnn/bench/tab.py", "from streamlit import proto_like"),
        ("medrnn/bench/load.py", "from streamlit.proto.BackMsg_pb2 import BackMsg"),
        ("medrnn/lessons/x.py", "from medrnn.bench import trace"),
    ],
)
def test_the_rules_find_a_breach(path, line):
    assert breaches(path, line)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.name)
def test_a_page_is_thin_and_begins_with_the_guard(path):
    text = path.read_text(encoding="utf-8")
    body = [n for n in ast.parse(text).body[1:] if not isinstance(n, ast.Import | ast.ImportFrom)]
    assert ast.unparse(body[0]) == "shell.guard()"
    assert len(text.splitlines()) <= 80
    assert not any(m.split(".")[0] == "torch" for m in imports(ast.parse(text)))


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("medrnn", "torch"),
        ("medrnn", "streamlit"),
        ("medrnn.imaging", "pydicom"),
        ("medrnn.sequences", "torch"),
        ("medrnn.models.catalog", "torch"),
        ("medrnn.datasets", "torch"),
        ("medrnn.training.presets", "torch"),
        ("medrnn.ui.shell", "torch"),
        ("medrnn.explanation", "captum"),
    ],
)
def test_a_light_module_does_not_import_a_heavy_one(module, heavy):
    code = f"import sys, {module}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_the_public_names_are_sorted_and_there():
    import medrnn

    assert medrnn.__all__ == sorted(medrnn.__all__)
    assert all(callable(getattr(medrnn, name)) for name in medrnn.__all__)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_one_module_reads_and_writes_the_address(path):
    found = [n for n in ast.walk(ast.parse(path.read_text())) if getattr(n, "attr", "") == "query_params"]
    assert not found or path == ROOT / "medrnn" / "ui" / "address.py"


def decorators(path: Path) -> list[ast.Call]:
    """Every use of Streamlit's caches in a file."""
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    return [call for call in calls if ast.unparse(call.func) in ("st.cache_data", "st.cache_resource")]


def test_every_cache_stands_in_one_room_and_is_bounded():
    found = {path.relative_to(ROOT).as_posix(): decorators(path) for path in sources()}
    cached = [path for path, calls in found.items() if calls]
    assert cached and all(path.startswith("medrnn/ui/cached/") for path in cached)
    for call in (call for path in cached for call in found[path]):
        said = {keyword.arg for keyword in call.keywords}
        assert "max_entries" in said or "ttl" in said, ast.unparse(call)


def test_what_is_kept_of_a_visitor_stands_in_one_typed_record():
    """Streamlit's own state holds widgets by their keys, and the session."""
    own = re.compile(
        r"st\.session_state\.(setdefault|pop)\(|\.session_state\[f?\"(?!read__|data__|train__|compare__|medrnn__)"
    )
    found = [path for path in sources() if own.search(path.read_text(encoding="utf-8"))]
    assert found == []


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, known: set[str]) -> set[str]:
    """Modules of ours that a file imports as it is loaded: neither in functions nor for the checker alone."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                full if full in known else node.module
                for full in (f"{node.module}.{n.name}" for n in node.names)
            }
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found & known


def circles(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Edges that lie on a circle, found with the standard library's sorter."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return error.args[1]
    return []


FILES = {module_of(path): path for path in (ROOT / "medrnn").rglob("*.py")}
IMPORTED = {name: imported(path, set(FILES)) - {name} for name, path in FILES.items()}


def test_no_module_is_loaded_in_a_circle():
    assert circles(IMPORTED) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}})


@pytest.mark.parametrize("part", ["imaging", "explanation", "training", "models"])
def test_no_room_of_a_layer_needs_another_that_needs_it(part):
    def room(name):
        return name if FILES[name].name == "__init__.py" else name.rpartition(".")[0]

    rooms = {}
    for name, needs in IMPORTED.items():
        inside = {room(n) for n in needs if n.startswith(f"medrnn.{part}")}
        if name.startswith(f"medrnn.{part}"):
            rooms.setdefault(room(name), set()).update(inside - {room(name)})
    assert rooms and circles(rooms) == []
