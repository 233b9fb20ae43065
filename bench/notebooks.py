"""From this site's pages to the same notebooks for its peers, and to sites of any number of pages.

Every code cell stays as it is, byte for byte. What only this project's engine understands goes: its directives, and a
cell's options other than `tags`. README.md documents the step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import yaml

ENGINE = {
    "answer", "by-python", "claims", "differences", "example", "filmstrip", "kernel-comparison", "predict", "programs",
    "sections", "verdicts",
}  # fmt: skip
CLAIM = re.compile(r" ?\{claim\}`\w+`")  # its role
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<kind>[\w-]+)\}(?P<rest>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
FRONT = re.compile(r"---\n(?P<yaml>.*?)^---\n", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\((?P<page>[^)\s:]*\.md)(?P<place>#[^)\s]*)?\)")
TERM = re.compile(r"\{term\}`(?P<text>[^`<]*?)(?: <[^`]*>)?`")
SAMPLE = 10
"""Of how many real pages grown sites are made: 40, 160 and 640 are then the same mixture of pages."""


def pages(docs: Path) -> dict[str, str]:
    """Return the text of each page of a site, by its path below `docs`."""
    found = (file.relative_to(docs) for file in sorted(docs.rglob("*.md")))
    named = [file for file in found if not file.parts[0].startswith("_")]
    return {file.as_posix(): (docs / file).read_text(encoding="utf-8") for file in named}


def without_claims(text: str) -> str:
    """Return a page without the claims that its sentences end with: peers have nothing like them to run."""
    said, body = parted(text)
    kept = {name: value for name, value in said.items() if name != "claims"}
    return CLAIM.sub("", text if kept == said else front(kept) + body)


def write(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


Options = dict[str, Any]


def only_tags(options: Options) -> Options:
    return {name: options[name] for name in ("tags",) if name in options}


def for_engine(options: Options) -> Options:
    """Return what the engine must know of a cell, wherever it stands; it is for no table, as copies have none."""
    kept: Options = {name: options[name] for name in ("tags", "differs", "volatile", "skip") if name in options}
    kept["tags"] = [tag for tag in options.get("tags", []) if tag != "by-python"]
    return kept


def for_mystmd(options: Options) -> Options:
    """Write tags as one text: it has no other way to go on after a cell that raises."""
    return {"tags": ", ".join([*options.get("tags", []), "raises-exception"])}


def stripped(
    text: str,
    without: Collection[str] = (),
    options: Callable[[Options], Options] = only_tags,
    head: Collection[str] = ("file_format", "kernelspec"),
) -> str:
    """Return a page without the engine's directives and those in `without`.

    `options` says what stays of a cell's own, and `head` names what stays of the front matter.
    """

    def fence(found: re.Match[str]) -> str:
        if found["kind"] in ENGINE or found["kind"] in without or found["kind"] == "literalinclude":  # a file elsewhere
            return ""
        if found["kind"] != "code-cell":
            return found[0]
        its, source = parted(found["body"])
        return f"{found['fence']}{{code-cell}}{found['rest']}\n{front(options(its))}{source}{found['fence']}\n"

    said, body = parted(without_claims(text))
    return front({name: said[name] for name in head if name in said}) + FENCE.sub(fence, body)


def parted(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML that begins a text, and the rest."""
    found = FRONT.match(text)
    return (yaml.safe_load(found["yaml"]) or {}, text[found.end() :]) if found else ({}, text)


def front(values: Mapping[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True)}---\n" if values else ""


def has_cells(text: str) -> bool:
    return any(found["kind"] == "code-cell" for found in FENCE.finditer(text))


def shows_outputs(text: str) -> bool:
    """Whether a page has a cell whose outputs are not hidden by a tag."""
    bodies = (found["body"] for found in FENCE.finditer(text) if found["kind"] == "code-cell")
    return any(not {"remove-output", "remove-cell"}.intersection(parted(body)[0].get("tags", [])) for body in bodies)


def as_ipynb(text: str) -> str:
    """Return a stripped page as a notebook file, whose links lead to such files."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.cells = list(ipynb_cells(parted(text)[1]))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return str(nbformat.writes(notebook)) + "\n"


def ipynb_cells(text: str) -> Iterator[Any]:
    end = 0
    for found in (found for found in FENCE.finditer(text) if found["kind"] == "code-cell"):
        yield from prose(text[end : found.start()])
        options, source = parted(found["body"])
        yield nbformat.v4.new_code_cell(source.removesuffix("\n"), metadata=options)
        end = found.end()
    yield from prose(text[end:])


def prose(text: str) -> Iterator[Any]:
    if text.strip():
        relinked = LINK.sub(lambda found: found[0].replace(".md", ".ipynb", 1), text.strip())
        yield nbformat.v4.new_markdown_cell(relinked)


def grown(texts: Mapping[str, str], number: int) -> dict[str, str]:
    """Return a site of `number` pages and an index: copies of `SAMPLE` pages that have cells, in turn.

    They keep what the engine must know of their cells, and tell no examples. As most of the pages that they link are
    not there, links and terms are plain words, and labels, of which a site has each once, go.
    """
    able = [name for name, text in texts.items() if has_cells(text) and "/" in name and "{eval-rst}" not in text]
    sample = [able[place * len(able) // SAMPLE] for place in range(min(SAMPLE, len(able)))]
    turns = (divmod(place, len(sample)) for place in range(number))
    copies = {f"copy-{turn:02}/{Path(sample[which]).name}": copied(texts[sample[which]], turn) for turn, which in turns}
    listed = "\n".join(name.removesuffix(".md") for name in copies)
    return {"index.md": f"# A grown site\n\n```{{toctree}}\n{listed}\n```\n", **copies}


def copied(text: str, turn: int) -> str:
    """Return a copy of a page with a title and with cells of its own, so that its run is its own as well."""
    text = stripped(text, options=for_engine, head=("file_format", "kernelspec", "differs", "volatile", "skip"))
    text = TERM.sub(r"\g<text>", LINK.sub(r"\g<text>", LABEL.sub("", text)))
    text = re.sub(r"^(# .+)$", rf"\1 ({turn})", text, count=1, flags=re.MULTILINE)

    def named(cell: re.Match[str]) -> str:
        body = cell["body"]
        source = parted(body)[1]
        options = body[: len(body) - len(source)]
        return f"{cell['fence']}{{code-cell}}{cell['rest']}\n{options}# copy {turn}\n{source}{cell['fence']}\n"

    first = next(found for found in FENCE.finditer(text) if found["kind"] == "code-cell")
    return text[: first.start()] + named(first) + text[first.end() :]
