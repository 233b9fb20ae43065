"""Who builds: this project, Sphinx without executing, and the peers; how each starts, and what it must have built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from compileall import compile_dir
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import notebooks
from bench.environments import PEERS, environment, path, python_of, versions
from bench.rounds import ROOT, Log

OURS, FLOOR, PLAIN, MYST_NB = "refdemo", "Sphinx, not executing", "plain python", "myst-nb"
NAVIGATION = f"{FLOOR}, furo's navigation made once"
Texts = Mapping[str, str]
BUILT_FROM = ("sphinx", "myst-nb", "furo")
EXECUTED_BY = ("ipykernel", "jupyter_client")


class Unbuilt(Exception):
    """A build that did not do what it is timed for; the message says what is missing."""


@dataclass(frozen=True)
class Tool:
    """One way to build a site in a folder of its own."""

    tool: str
    call: str
    """How it is started, for a reader."""
    command: tuple[str, ...]
    prepare: Callable[[Path, Texts], None]
    """Writes the site's sources into an empty folder."""
    pages: str
    """Where pages stand below the folder once it has built."""
    built: str
    output: str
    """Where built pages are found, as a glob, and the pattern of an output in them."""
    executes: bool = True
    env: Mapping[str, str] = field(default_factory=dict)
    pythons: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)
    package: str = "."
    """The folder that `refdemo` is imported from."""
    anew: tuple[str, ...] = ()
    """What is added to its command to execute again what did not change: it does not know what cells import."""

    def environment(self, folder: Path) -> dict[str, str]:
        known = {"PYTHONPATH": os.pathsep.join([str(folder / self.package), str(folder / "docs" / "_ext")])}
        return {**environment(), **known, **{name: value.format(folder=folder) for name, value in self.env.items()}}

    def check(self, folder: Path, texts: Texts, sentence: str | None = None) -> None:
        """Raise Unbuilt where pages with cells show no output, or where a build that does not execute shows one."""
        files = [file.read_text(encoding="utf-8") for file in folder.glob(self.built)]
        found = sum(re.search(self.output, text) is not None for text in files)
        expected = sum(map(notebooks.shows_outputs, texts.values())) if self.executes else 0
        if found < expected or (found and not self.executes):
            raise Unbuilt(f"{found} of its {len(files)} pages show an output, not {expected}")
        if not files:
            raise Unbuilt("there are no pages")
        if any("No module named &#39;refdemo" in text or "No module named 'refdemo" in text for text in files):
            raise Unbuilt("its cells could not import refdemo")
        if sentence and not any(sentence in text for text in files):
            raise Unbuilt("what was edited is not on its page")


def copy_of_repository(folder: Path) -> None:
    """Return the repository's files as they are now, without what git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def our_site(folder: Path, texts: Texts) -> None:
    copy_of_repository(folder)
    replace_pages(folder / "docs", texts)
    compile_dir(folder / "docs" / "_ext", quiet=1)  # as pip compiled the peers


def replace_pages(docs: Path, texts: Texts) -> None:
    for name in notebooks.pages(docs):
        (docs / name).unlink()
    if not any(map(notebooks.CLAIM.search, texts.values())):
        shutil.rmtree(docs / "claims", ignore_errors=True)  # of sentences that the pages do not mark any more
    (docs / "moved.toml").write_text("", encoding="utf-8")  # of places of pages that grown sites do not have
    notebooks.write(texts, docs)


def stock_site(folder: Path, texts: Texts) -> None:
    copy_of_repository(folder)
    docs = folder / "docs"
    replace_pages(docs, {name: notebooks.stripped(text) for name, text in texts.items()})
    (docs / "conf.py").rename(docs / "own_conf.py")
    shutil.copy2(PEERS / "sphinx" / "conf.py", docs / "conf.py")


def peers_site(peer: str, converted: Callable[[str, str], tuple[str, str]]) -> Callable[[Path, Texts], None]:
    def prepare(folder: Path, texts: Texts) -> None:
        shutil.copytree(PEERS / peer, folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "refdemo", folder / "refdemo", ignore=shutil.ignore_patterns("__pycache__"))
        notebooks.write(dict(converted(name, text) for name, text in texts.items()), folder)

    return prepare


def to_ipynb(name: str, text: str) -> tuple[str, str]:
    return name.replace(".md", ".ipynb"), notebooks.as_ipynb(notebooks.stripped(text, {"toctree", "eval-rst"}))


def to_jupyter_book(name: str, text: str) -> tuple[str, str]:
    return name, notebooks.stripped(text, {"toctree"})


def to_mystmd(name: str, text: str) -> tuple[str, str]:
    return name, notebooks.stripped(text, {"toctree", "eval-rst"}, notebooks.for_mystmd)


def refdemo(pythons: Sequence[str], everypython: str) -> Tool:
    return Tool(
        tool=OURS,
        call="python -m everypython build docs SITE",
        command=(sys.executable, "-m", "everypython", "build", "docs", "docs/_build/site"),
        prepare=our_site,
        pages="docs",
        built="docs/_build/site/**/*.html",
        output='class="cell_output|class="by-python',  # or a table of what a cell printed on each Python
        env={"EVERYPYTHON": everypython} if everypython else {},
        pythons=len(pythons),
        versions=versions(Path(sys.executable), "refdemo", *BUILT_FROM),
    )


def floor() -> Tool:
    options = ("-b", "html", "-j", "auto", "-D", "nb_execution_mode=off")
    return Tool(
        tool=FLOOR,
        call=" ".join(["sphinx-build", *options]),
        command=(sys.executable, "-m", "sphinx", *options, "docs", "docs/_build/html"),
        prepare=stock_site,
        pages="docs",
        built="docs/_build/html/**/*.html",
        output='class="cell_output',
        executes=False,
        pythons=0,
        versions=versions(Path(sys.executable), *BUILT_FROM),
    )


def floor_with_our_navigation() -> Tool:
    """Return the floor with the engine's only part that is there for furo: without it, furo takes most of the time."""
    return replace(floor(), tool=NAVIGATION, env={"BENCH_NAVIGATION": "1"})


def myst_nb(jobs: str) -> Tool:
    options = ("-b", "html", "-j", jobs, "-D", "nb_execution_mode=force")
    return replace(
        floor(),
        tool=MYST_NB,
        call=" ".join(["sphinx-build", *options]),
        command=(sys.executable, "-m", "sphinx", *options, "docs", "docs/_build/html"),
        executes=True,
        pythons=1,
        versions=versions(Path(sys.executable), *BUILT_FROM, *EXECUTED_BY),
        anew=("-E",),
    )


def nbsphinx(log: Log) -> Tool:
    python = python_of("nbsphinx", log)
    return Tool(
        tool="nbsphinx",
        call="sphinx-build -b html -j auto",
        command=(str(python), "-m", "sphinx", "-b", "html", "-j", "auto", ".", "_build/html"),
        prepare=peers_site("nbsphinx", to_ipynb),
        pages=".",
        built="_build/html/**/*.html",
        output='class="nboutput',
        env={"PATH": path(python, "pypandoc/files")},
        versions=versions(python, "nbsphinx", "nbconvert", "sphinx", "furo", *EXECUTED_BY),
    )


def jupyter_book_1(log: Log) -> Tool:
    python = python_of("jupyter-book-1", log)
    return Tool(
        tool="jupyter-book 1",
        call="jupyter-book build .",
        command=(str(python.with_name("jupyter-book")), "build", "."),
        prepare=peers_site("jupyter-book-1", to_jupyter_book),
        pages=".",
        built="_build/html/**/*.html",
        output='class="cell_output',
        env={"PATH": path(python)},
        versions=versions(python, "jupyter-book", "sphinx", "myst-nb", *EXECUTED_BY),
    )


def jupyter_book_2(log: Log) -> Tool:
    python = python_of("jupyter-book-2", log)
    options = ("--site", "--execute", "--execute-parallel", str(os.cpu_count() or 1))
    return Tool(
        tool="jupyter-book 2",
        call=" ".join(["jupyter-book", "build", *options]) + ": content only, no HTML",
        command=(str(python.with_name("jupyter-book")), "build", *options),
        prepare=peers_site("jupyter-book-2", to_mystmd),
        pages=".",
        built="_build/site/content/*.json",
        output='"type":"output"',
        env={"PATH": path(python), "JUPYTER_CONFIG_DIR": "{folder}"},
        versions=versions(python, "jupyter-book", "jupyter-server", *EXECUTED_BY),
    )


PEERS_ALONE: Mapping[str, Callable[[Log], Tool]] = {
    "nbsphinx": nbsphinx,
    "jupyter-book 1": jupyter_book_1,
    "jupyter-book 2": jupyter_book_2,
}
"""Those with an environment of their own."""
