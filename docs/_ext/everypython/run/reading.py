"""Read units from pages: their cells and options, and the examples that they show."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from ..model import patterns
from ..model.units import Cell, Explanation, Options, Unit, Unreadable

DEMONSTRATION = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|:{3,})\{(?P<kind>code-cell|example)\}[ \t]*(?P<name>[^\s`]*)[^\n]*\n"
    r"(?P<body>.*?)^[ \t]*(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
REMEDY = "Write it as YAML, with quotes around a text that contains a colon."
OPTIONS = {"tags", "differs", "volatile", "skip", "name"}
OF_PAGE = {
    "differs",
    "volatile",
    "skip",
    "notebook",
    "claims",
    "subtitle",
}  # the engine's names in a page's front matter
OF_JUPYTER = {"collapsed", "deletable", "editable", "id", "jupyter", "mystnb", "scrolled", "slideshow"}
PARTS = {f"{do}-{part}" for do in ("hide", "remove") for part in ("cell", "input", "output")}
TAGS = {"addresses", "by-python", "raises-exception", "scroll-output"} | PARTS


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # in C ten times as fast
    """Reads YAML, and refuses a mapping in which one key would silently take another's place."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(str(key.value) for key, _ in node.value)
        twice = next((key for key, number in keys.items() if number > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(problem=f"{twice!r} stands there twice")
        return dict(super().construct_mapping(node, deep))


def reasons(metadata: Mapping[str, Any], name: str, place: str, of_page: bool) -> tuple[Explanation, ...]:
    """Return the patterns under one name. A reason is a text; of `skip` it may also say what the cell would raise."""
    value = metadata.get(name) or {}
    wrong = f'{place}: `{name}` must map patterns to reasons, like `{name}: {{pypy: "why"}}`. {REMEDY}'
    if not isinstance(value, Mapping):
        raise Unreadable(wrong)
    found = []
    for pattern, said in value.items():
        if part := patterns.meaningless(str(pattern)):
            raise Unreadable(f"{place}: `{name}`: the pattern {part} means no Python. {patterns.REMEDY}")
        if name == "skip" and isinstance(said, Mapping) and said.keys() == {"raises", "why"}:
            found.append(Explanation(str(pattern), str(said["why"]), of_page, str(said["raises"])))
        elif isinstance(said, str):
            found.append(Explanation(str(pattern), said, of_page))
        else:
            raise Unreadable(wrong)
        if not found[-1].reason.strip():
            raise Unreadable(f"{place}: `{name}`: the reason for {pattern!r} is empty. Say why, with the PEP or issue.")
    return tuple(found)


def options(metadata: Mapping[str, Any], place: str, of_page: bool = False) -> Options:
    """Return the engine's options of a cell, an example or a page's front matter."""
    known = OF_PAGE if of_page else OPTIONS | OF_JUPYTER
    for unknown in sorted(map(str, metadata.keys() - known)):
        # a page may say other things to other extensions: of its names only what looks like one of ours is refused
        meant = get_close_matches(unknown, OF_PAGE if of_page else OPTIONS, 1, cutoff=0.75)
        if meant or not of_page:
            remedy = f"Do you mean `{meant[0]}`?" if meant else f"There are: {', '.join(sorted(OPTIONS))}."
            raise Unreadable(f"{place}: there is no option `{unknown}`. {remedy}")
    tags = metadata.get("tags") or []
    if not isinstance(tags, list):
        raise Unreadable(f"{place}: `tags` must be a list, like `tags: [addresses]`.")
    for unknown in [] if of_page else sorted(set(map(str, tags)) - TAGS):
        raise Unreadable(f"{place}: there is no tag `{unknown}`. There are: {', '.join(sorted(TAGS))}.")
    differs, volatile, skip = (reasons(metadata, name, place, of_page) for name in ("differs", "volatile", "skip"))
    return Options(frozenset(map(str, tags)), differs, volatile, skip, str(metadata.get("name") or ""))


def merge_options(cell: Options, page: Options) -> Options:
    """Return a cell's options, with its page's after its own."""
    return replace(
        cell,
        differs=cell.differs + page.differs,
        volatile=cell.volatile + page.volatile,
        skip=cell.skip + page.skip,
    )


@cache
def written_options(body: str, place: str) -> Options:
    """Return the options that begin a cell or an example: YAML between dashes, or lines like ``:tags: [x]``."""
    if re.match(r"---+[ \t]*$", body, re.MULTILINE):
        block = re.split(r"^---+[ \t]*$", body, maxsplit=2, flags=re.MULTILINE)[1]
    else:
        block = "\n".join(line[1:] for line in takewhile(lambda line: line.startswith(":"), body.split("\n")))
    metadata = loaded(block, f"{place}: these options")
    return options(metadata, place)


def loaded(block: str, what: str) -> dict[str, Any]:
    """Return a block of YAML that maps names to values. `what` begins the message for one that does not."""
    try:
        metadata = yaml.load(block, Loader) or {}
    except Exception as error:  # for odd tags and dates it raises what converting them raises
        problem = f" ({error.problem})" if isinstance(error, yaml.constructor.ConstructorError) else ""
        raise Unreadable(f"{what} cannot be read{problem}. {REMEDY}") from error
    if not isinstance(metadata, dict):
        raise Unreadable(f"{what} are not `key: value` lines. {REMEDY}")
    return metadata


@cache
def parsed_once(text: str) -> bytes:
    """Return a page's notebook, pickled: all of them stay in memory until the build ends, and objects are larger."""
    config = MdParserConfig(enable_extensions={"colon_fence"})
    return pickle.dumps(read_myst_markdown_notebook(text, config=config, add_source_map=True))


def parsed(text: str, place: str = "") -> Any:
    """Return a page's notebook without outputs; `place` is for messages."""
    try:
        return pickle.loads(parsed_once(text))
    except MystMetadataParsingError as error:
        raise Unreadable(f"{place}:1: the page's front matter cannot be read ({error}). {REMEDY}") from error
    except Exception as error:  # whatever a parser raises, the reader of the log needs the page's name
        raise Unreadable(f"{place}:1: this page cannot be read ({type(error).__name__}: {error})") from error


def page_units(page: str, file: Path, examples: Path, packages: list[str]) -> Iterator[Unit]:
    """Yield the units that a page tells: its own cells, and each example it shows."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file}: this page cannot be read ({error}). Save it as readable UTF-8.") from error
    said = {}
    for found in DEMONSTRATION.finditer(text):
        line = text[: found.start("fence")].count("\n") + 1
        said[line] = found["name"], found["kind"], written_options(found["body"], f"{file}:{line}")
    told = parsed(text, str(file))
    if text.startswith("---\n"):
        loaded(text.split("\n---", 1)[0], f"{file}:1: the page's front matter")
    of_page = options(told.metadata, f"{file}:1", of_page=True)
    code = [
        Cell(cell.source, line, merge_options(options(cell.metadata, f"{file}:{line}"), of_page))
        for cell, line in zip(told.cells, told.metadata.source_map, strict=True)
        if cell.cell_type == "code"
    ]
    refuse_one_name_twice(file, code)
    refuse_untold_table(file, text, ((cell.options.name, cell) for cell in code))
    if code:
        yield Unit("page", page, page, code[0].line, tuple(code), used(packages, [cell.source for cell in code]))
    for line, (name, kind, its) in said.items():
        if kind == "example":
            source = program(examples, name, f"{file}:{line}")
            cell = Cell(source, line, merge_options(its, of_page))
            refuse_untold_table(file, text, [(name, cell)])
            yield Unit("example", name, page, line, (cell,), used(packages, [source]))


def refuse_one_name_twice(file: Path, cells: Iterable[Cell]) -> None:
    lines: dict[str, int] = {}
    for cell in cells:
        if cell.options.name and lines.setdefault(cell.options.name, cell.line) != cell.line:
            first = lines[cell.options.name]
            raise Unreadable(f"{file}:{cell.line}: the cell of line {first} has the name {cell.options.name!r}, too.")


def refuse_untold_table(file: Path, text: str, cells: Iterable[tuple[str, Cell]]) -> None:
    """Refuse a cell or an example whose outputs are for a table that its page does not have: nobody would see them."""
    shown = set(re.findall(r"\{by-python\}[ \t]+(\S+)", text))
    for name, cell in cells:
        if "by-python" in cell.options.tags and name not in shown:
            problem = "no table shows what this prints, which is tagged `by-python`"
            remedy = "Write a directive `{by-python} NAME` on this page, and `name: NAME` in the options of the cell."
            raise Unreadable(f"{file}:{cell.line}: {problem}. {remedy}")


def program(examples: Path, name: str, place: str) -> str:
    """Return the source of an example."""
    if not name.isidentifier():
        raise Unreadable(f"{place}: {name!r} is no name of an example: letters, digits and underscores.")
    try:
        return (examples / f"{name}.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        there = ", ".join(sorted(path.stem for path in examples.glob("*.py"))) or "none"
        raise Unreadable(f"{place}: no example {name!r} can be read ({error}). There are: {there}.") from error


def used(packages: list[str], sources: list[str]) -> tuple[str, ...]:
    """Return the declared packages that the sources name. Others are not even installed where they run."""
    text = "\n".join(sources)
    return tuple(name for name in packages if re.search(rf"\b{re.escape(name)}\b", text))
