"""How the engine's modules know of each other: knowledge runs down only, html → pages → check → run → model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "docs" / "_ext" / "everypython"
FLOORS = ["model", "run", "check", "pages", "html"]  # from the ground up; what stands in no folder is above them
PROGRAMS = {"__init__", "__main__", "publish", "live", "live_server", "my_python"}
MODULES = {
    tuple(path.relative_to(ENGINE).with_suffix("").parts): path.read_text(encoding="utf-8")
    for path in sorted(ENGINE.rglob("*.py"))
}
Module = tuple[str, ...]


def imported(module: Module, source: str, modules: set[Module]) -> Iterator[Module]:
    """Yield each module of the engine that one imports: in functions and for types alone, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            assert not [alias for alias in node.names if alias.name.startswith("everypython")], f"{module}: be relative"
        if not isinstance(node, ast.ImportFrom):
            continue
        assert node.level or not (node.module or "").startswith("everypython"), f"{module}: be relative"
        if not node.level:
            continue
        base = module[: -node.level] + tuple((node.module or "").split(".") if node.module else ())
        for alias in node.names:
            found = next((each for each in ((*base, alias.name), base, (*base, "__init__")) if each in modules), None)
            assert found, f"{module} imports {'.'.join(base)}, which is not there"
            yield found


def arrows(modules: dict[Module, str]) -> dict[Module, set[Module]]:
    return {module: set(imported(module, source, set(modules))) for module, source in modules.items()}


def floor(module: Module) -> int:
    return FLOORS.index(module[0]) if len(module) > 1 else len(FLOORS)


def upwards(knows: dict[Module, set[Module]]) -> list[str]:
    return [
        f"{'.'.join(module)} imports {'.'.join(other)}"
        for module, others in knows.items()
        for other in sorted(others)
        if floor(other) > floor(module)
    ]


def circle(knows: dict[Module, set[Module]]) -> set[Module]:
    """Return the modules that are left when those go, again and again, that know none of the others."""
    left = {module: set(others) for module, others in knows.items()}
    while ends := {module for module, others in left.items() if not others & left.keys()}:
        left = {module: others for module, others in left.items() if module not in ends}
    return set(left)


def test_every_module_stands_in_one_of_the_five_folders_or_is_a_program() -> None:
    assert {module[0] for module in MODULES if len(module) > 1} == set(FLOORS)
    assert {module[0] for module in MODULES if len(module) == 1} == PROGRAMS
    assert max(map(len, MODULES)) == 2


def test_no_module_imports_one_of_a_higher_floor() -> None:
    assert upwards(arrows(MODULES)) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(arrows(MODULES)) == set()


def test_each_folder_builds_on_the_one_below_it() -> None:
    known = {(module[0], other[0]) for module, others in arrows(MODULES).items() for other in others if len(module) > 1}
    assert {(upper, lower) for upper, lower in zip(FLOORS[1:], FLOORS, strict=False)} <= known


@pytest.mark.parametrize("folder", FLOORS)
def test_a_folder_says_in_one_sentence_what_it_is_for(folder: str) -> None:
    (sentence,) = ast.parse(MODULES[folder, "__init__"]).body
    assert isinstance(sentence, ast.Expr) and MODULES[folder, "__init__"].count("\n") == 1


@pytest.mark.parametrize(
    "line", ["from ..run import b", "from ..run.b import X", "def f():\n    from ..run import b\n"]
)
def test_an_arrow_upwards_is_found_wherever_it_stands(line: str) -> None:
    assert upwards(arrows({("model", "a"): line, ("run", "b"): ""})) == ["model.a imports run.b"]


def test_a_circle_is_found_however_long_it_is() -> None:
    modules = {("run", "a"): "from . import b", ("run", "b"): "from .c import X", ("run", "c"): "from .a import Y"}
    assert circle(arrows({**modules, ("run", "d"): "from . import a"})) == {*modules, ("run", "d")}
