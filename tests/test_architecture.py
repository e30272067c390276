"""The shape of the code: imports go down the floors only, and the code knows no domain."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "analyzer"
MODULES = sorted(PACKAGE.rglob("*.py"))

# words of one domain; they belong into its profile and its fixtures
DOMAIN = re.compile(r"migrat|MIG_EVENT|vm_start|postcopy|qemu", re.IGNORECASE)
BELOW_CLI = (
    "model",
    "intake",
    "snapshots",
    "cfront",
    "profiles",
    "lifecycle",
    "checks",
    "regress",
    "reports",
    "subscribers",
    "pipeline",
    "bot",
)


def lint_imports() -> str | None:
    """The tool beside this Python, else on the search path."""
    beside = Path(sys.executable).with_name("lint-imports")
    return str(beside) if beside.exists() else shutil.which("lint-imports")


def test_imports_go_down_the_floors_only() -> None:
    tool = lint_imports()
    if tool is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_a_domain_stands_in_the_code(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()
    assert not [f"{number}: {line}" for number, line in enumerate(lines, 1) if DOMAIN.search(line)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_its_job(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("floor", BELOW_CLI)
def test_nothing_below_the_command_line_prints_or_exits(floor: str) -> None:
    for module in sorted((PACKAGE / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in {"print", "exit", "quit", "sys.exit", "os._exit"}, (
                    f"{module}:{node.lineno}"
                )


ROOMS = {
    "git": "analyzer/snapshots/commits.py",
    "unidiff": "analyzer/intake/unified.py",
    "pygments": "analyzer/reports/highlight.py",
    "tree_sitter": "analyzer/cfront/",
    "tree_sitter_c": "analyzer/cfront/",
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_others_wrote_is_imported_in_its_own_room_alone(module: Path) -> None:
    place = module.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for top in (name.split(".")[0] for name in names):
            if top not in sys.stdlib_module_names and top != "analyzer":
                assert place.startswith(ROOMS[top]), top


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    for module in sorted((PACKAGE / "model").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("analyzer.model"), (
                    f"{module}: {name}"
                )
