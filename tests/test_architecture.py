"""The rooms: who may import whom, what the package shows, what a plain import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import askwiki

PACKAGE = Path(askwiki.__file__).parent

GROUND = {"schema", "errors", "settings", "text"}
ORDER = [
    *(
        "orders",
        "corpus",
        "chunk",
        "embed",
        "network",
        "rerank",
        "index",
        "request",
        "courtesy",
        "homophones",
        "wordings",
        "opposed",
        "question",
        "retrieve",
        "answer",
    ),
    *("proof", "cite", "compose"),
    *("findings", "pipeline", "evaluate", "api", "integrations", "serve", "cli"),
]
"""From the bottom up: a room imports the ground floor and rooms before it."""

APART = {
    "answer": {"index", "retrieve", "corpus"},
    "cite": {"index", "retrieve", "corpus"},
    "evaluate": {"pipeline", "index", "retrieve", "answer", "cite", "corpus"},
    "integrations": set(ORDER) - {"pipeline", "integrations"},
}
"""Rooms that must not know each other although the order would allow it."""

HEAVY = (
    *("torch", "transformers", "sentence_transformers", "faiss", "gradio", "numpy"),
    *("langchain", "langchain_core", "langgraph"),
)


def imports(path: Path) -> set[str]:
    """Names of the rooms of askwiki that the file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "askwiki":
                names = [f"askwiki.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("askwiki.")}
    return found


def rooms() -> dict[str, set[str]]:
    """Room -> the rooms it imports."""
    graph: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room not in ("__init__", "__main__"):
            graph.setdefault(room, set()).update(imports(path) - {room})
    return graph


def test_every_room_is_in_the_order() -> None:
    assert set(rooms()) - GROUND == set(ORDER) & set(rooms())


def test_imports_go_one_way() -> None:
    upward = {
        (room, other)
        for room, others in rooms().items()
        for other in others - GROUND - {"__version__"}
        if room in GROUND or ORDER.index(other) >= ORDER.index(room)
    }
    assert upward == set()


def test_rooms_that_stay_apart() -> None:
    graph = rooms()
    assert {room: graph[room] & others for room, others in APART.items() if room in graph} == {
        room: set() for room in APART if room in graph
    }


def test_only_serve_and_cli_and_the_function_stand_above_the_pipeline() -> None:
    above = {room for room, others in rooms().items() if "pipeline" in others}
    assert above <= {"api", "serve", "cli", "integrations"}


def test_the_environment_is_read_in_one_room() -> None:
    readers = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers <= {
        "settings.py",
        "chat.py",
        "page.py",
    }  # these two switch the analytics of gradio off


def test_the_public_names_are_these() -> None:
    assert askwiki.__all__ == ["Answer", "AskWiki", "AskWikiError", "Citation", "Settings", "ask"]
    assert all(getattr(askwiki, name) is not None for name in askwiki.__all__)
    assert askwiki.__all__ == sorted(askwiki.__all__)


def modules_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.splitlines()[-1].split())


def test_a_plain_import_loads_nothing_heavy() -> None:
    assert modules_after("import askwiki") & set(HEAVY) == set()


def test_answering_on_the_default_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 总机\n\n总机是统一的电话入口。", "utf-8")
    code = (
        "from askwiki import AskWiki\n"
        f"AskWiki.build({str(tmp_path)!r}, {str(tmp_path / 'index')!r}).ask('总机是什么')"
    )
    loaded = modules_after(code)
    assert "faiss" in loaded
    assert loaded & set(HEAVY) <= {"faiss", "numpy"}
