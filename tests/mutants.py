"""Mutation testing: do the tests notice when a module does something else than it should?

    python -m tests.mutants [MODULE …] [--number N] [--python PATH …]

breaks each module of the table in places that are drawn at random, the same ones each time, and runs its tests on
every mutant, those of refdemo on the other Pythons as well. It prints those that survive, each with its reason if it is
one that no test could kill (mutants.toml beside this file), and a table; exits with 1 if of thirty mutants of a module,
or more, less than nine tenths are killed or justified.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[1]
JUSTIFIED = Path(__file__).with_suffix(".toml")
ENGINE, TESTS, OF_REFDEMO = "docs/_ext/everypython", "tests/engine", "tests/refdemo"
GOAL, ENOUGH = 0.9, 30  # of fewer mutants a score says little
# For each module what tests it, the fastest first: a mutant is dead with the first test that fails.
MODULES = {
    f"{ENGINE}/check/gates.py": [f"{TESTS}/check/test_gates.py", f"{TESTS}/check/test_verdict.py"],
    f"{ENGINE}/model/grouping.py": [f"{TESTS}/model/test_grouping.py", f"{TESTS}/check/test_gates.py"],
    f"{ENGINE}/run/records.py": [f"{TESTS}/run/test_hostile_records.py", f"{TESTS}/run/test_records.py"],
    f"{ENGINE}/run/store.py": [f"{TESTS}/run/test_store.py"],
    f"{ENGINE}/run/environments.py": [f"{TESTS}/run/test_environments.py"],
    f"{ENGINE}/run/scheduler.py": [f"{TESTS}/run/test_{name}.py" for name in ("scheduler", "environments")],
    f"{ENGINE}/run/process.py": [f"{TESTS}/run/test_process.py", f"{TESTS}/run/test_private.py"],
    "refdemo/counts.py": [f"{OF_REFDEMO}/test_refcount.py", f"{OF_REFDEMO}/test_refcount_at.py"],
    "refdemo/cycles.py": [
        f"{OF_REFDEMO}/test_{name}.py"
        for name in ("cycles", "cyclic_garbage", "garbage_is_left_alone", "garbage_beside_threads")
    ],
    "refdemo/_searching/instances.py": [f"{OF_REFDEMO}/test_growth.py"],
    "refdemo/growth.py": [f"{OF_REFDEMO}/test_growth{name}.py" for name in ("_words", "_chart", "", "_of_types")],
    "refdemo/edges.py": [
        f"{OF_REFDEMO}/test_{name}.py"
        for name in ("edges", "edges_of_instances", "edges_of_every_type", "empty_places")
    ],
    "refdemo/collector.py": [f"{OF_REFDEMO}/test_recorded_collections.py", f"{OF_REFDEMO}/test_collector.py"],
    "refdemo/testing.py": [f"{OF_REFDEMO}/test_testing.py"],
    "refdemo/_reporting/verdict.py": [f"{OF_REFDEMO}/test_{name}.py" for name in ("verdict_of_a_report", "report")],
}


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    module: str
    source: str
    change: str  # the lines that differ, as `diff` writes them


class WithoutAnnotations(ast.NodeTransformer):
    """Drops annotations, which say what is meant and do nothing."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant("")
        self.generic_visit(node)
        return node


def meaning(source: str) -> str:
    return ast.dump(WithoutAnnotations().visit(ast.parse(source)))


def mutants(module: str) -> Iterator[Mutant]:
    """Yield the mutants of a module in an order drawn at random, each of which can run and differs in what it does."""
    source = (ROOT / module).read_text(encoding="utf-8")
    tree, seen = list(ast_nodes(get_ast(source))), {meaning(source)}
    operators = [kind() for kind in map(get_operator, sorted(operator_names())) if not kind.arguments()]
    places = [
        (operator, place)
        for operator in operators
        for place in range(sum(len(list(operator.mutation_positions(node))) for node in tree))
    ]
    for operator, place in random.Random(module).sample(places, len(places)):
        changed = mutate_code(source, operator, place)
        try:
            does = meaning(changed)
        except SyntaxError:
            continue
        if does not in seen:
            seen.add(does)
            lines = list(difflib.unified_diff(source.splitlines(), changed.splitlines(), n=0, lineterm=""))
            yield Mutant(module, changed, "\n".join(line for line in lines[2:] if line[:2] != "@@"))


@contextmanager
def copies(number: int) -> Iterator[SimpleQueue[Path]]:
    """Make copies of the project, which mutants are put into."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    queue: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        for name in map(str, range(number)):
            for file in listed.splitlines():
                if (ROOT / file).is_file():
                    Path(scratch, name, file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / file, Path(scratch, name, file))
            queue.put(Path(scratch, name))
        yield queue


def survives(copy: Path, module: str, python: str, seconds: float = 600) -> bool:
    """Return whether a module's tests pass in a copy. What does not end has been noticed as well.

    The seconds are those of the processor: where others keep it busy, a mutant has not been noticed because of them.
    """
    limited = ["sh", "-c", f'ulimit -t {seconds:.0f}; exec "$@"', "sh"]
    pytest = [python, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *MODULES[module]]
    # without bytecode: a mutant of the same size and second would be taken for the one before
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "EVERYPYTHON": python, "PYTHONPATH": ""}
    try:
        done = subprocess.run([*limited, *pytest], cwd=copy, env=environment, capture_output=True, timeout=1200)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return False


def survivors(module: str, number: int, others: list[str], free: SimpleQueue[Path]) -> tuple[list[Mutant], int]:
    """Return the mutants of a module that its tests do not notice, and how many there were."""
    copy, limits = free.get(), {}
    for python in [sys.executable, *(others if module.startswith("refdemo/") else [])]:
        began = sum(os.times()[2:4])
        if not survives(copy, module, python):
            raise SystemExit(f"{module}: its tests fail as it is: {python} -m pytest {' '.join(MODULES[module])}")
        limits[python] = 20 + 5 * (sum(os.times()[2:4]) - began)
    free.put(copy)
    chosen = list(islice(mutants(module), number))

    def alive(mutant: Mutant) -> bool:
        copy = free.get()
        file = copy / module
        before = file.read_text(encoding="utf-8")
        try:
            file.write_text(mutant.source, encoding="utf-8")
            return all(survives(copy, module, python, seconds) for python, seconds in limits.items())
        finally:
            file.write_text(before, encoding="utf-8")
            free.put(copy)

    with ThreadPoolExecutor(free.qsize()) as pool:
        return [mutant for mutant, lives in zip(chosen, pool.map(alive, chosen), strict=True) if lives], len(chosen)


def main() -> int:
    """Try every module, or those named; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Break modules and run their tests.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="part of a path of the table (default: all)")
    parser.add_argument("--number", type=int, default=100, help="mutants of each module (default: %(default)s)")
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="one more, for refdemo's mutants")
    given = parser.parse_args()
    known = tomllib.loads(JUSTIFIED.read_text(encoding="utf-8"))["mutant"]
    reasons = {each["change"].rstrip("\n"): each["why"] for each in known}
    chosen = [module for module in MODULES if not given.modules or any(each in module for each in given.modules)]
    rows, missed = [], 0
    with copies(os.cpu_count() or 1) as free:
        for module in chosen:
            left, number = survivors(module, given.number, given.python, free)
            unjustified = [mutant for mutant in left if mutant.change not in reasons]
            for mutant in left:
                print(f"{module}: survived: {reasons.get(mutant.change, 'no reason is known')}\n{mutant.change}\n")
            score = 1 - len(unjustified) / number
            missed += score < GOAL and number >= ENOUGH
            rows.append(f"{module:45}{number:>8}{number - len(left):>8}{len(left) - len(unjustified):>10}{score:>8.0%}")
            print(rows[-1], flush=True)
    print("\n".join([f"\n{'module':45}{'mutants':>8}{'killed':>8}{'justified':>10}{'score':>8}", *rows]))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
