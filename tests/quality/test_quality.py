"""What `nox -s quality` prints, and what it finds, on sites of a few files."""

from __future__ import annotations

import gzip
import urllib.request
from pathlib import Path

import pytest
from everypython.run import node

from . import tools
from .links import broken
from .serve import serving
from .table import Figure, report, table

MET = Figure("weight", "≤ 100 kB", "index.html", "70.1 kB", met=True)
MISSED = Figure("broken links", "0", "a/long/name.html", "2", met=False, told=["a/long/name.html: nowhere"])


def page(site: Path, name: str, body: str) -> None:
    file = site / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"<!doctype html><title>t</title>{body}", encoding="utf-8")


def test_a_row_says_figure_goal_worst_page_value_and_verdict() -> None:
    head, *rows = table([MET, MISSED]).splitlines()
    assert [row.split("  ")[0] for row in rows] == ["weight", "broken links"]
    assert rows[0].endswith("met") and rows[1].endswith("MISSED")
    assert rows[0].index("index.html") == rows[1].index("a/long/name.html") == head.index("worst page")


def test_one_missed_goal_is_a_failure_that_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([MET]) == 0
    assert "nowhere" not in capsys.readouterr().out
    assert report([MET, MISSED]) == 1
    assert "a/long/name.html: nowhere" in capsys.readouterr().out


def test_links_to_files_and_places_of_the_site_and_to_elsewhere_are_not_broken(tmp_path: Path) -> None:
    (tmp_path / "runs.json").touch()
    page(tmp_path, "index.html", '<a href="#"></a><a href="a/b.html#caf%C3%A9"></a><a href="runs.json?v=1"></a>')
    page(
        tmp_path, "a/b.html", '<p id="café"><a href="../index.html"></a><a href="../"></a><a href="https://a.b/c"></a>'
    )
    page(tmp_path, "a/c.html", '<a href="mailto:a@b.c"></a><img src="data:image/png;base64,"><a href="//a.b/c"></a>')
    assert broken(tmp_path) == []


@pytest.mark.parametrize(
    "link", ["no.html", "b.html#no", "#no", "../../a/b.html#no", "../no/", "/a/no.html", "no.js?v=1"]
)
def test_a_link_to_nothing_is_broken(tmp_path: Path, link: str) -> None:
    page(tmp_path, "a/b.html", f'<p id="yes"><a href="{link}"></a>')
    assert broken(tmp_path) == [("a/b.html", link)]


def test_links_from_the_root_are_followed_below_the_path_that_the_site_is_served_at(tmp_path: Path) -> None:
    page(tmp_path, "404.html", '<a href="/project/404.html"></a><a href="/404.html"></a>')
    assert broken(tmp_path, "/project/") == [("404.html", "/404.html")]


def test_text_is_served_compressed_and_the_rest_as_it_is(tmp_path: Path) -> None:
    page(tmp_path, "index.html", "<p>word</p>" * 100)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    with serving(tmp_path) as address:
        with urllib.request.urlopen(f"{address}index.html?v=1") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.read()) == (tmp_path / "index.html").read_bytes()
        with urllib.request.urlopen(f"{address}picture.png") as answer:
            assert answer.headers["Content-Encoding"] is None and answer.read() == b"\x89PNG"


def test_all_that_a_tool_says_arrives_though_it_exits_right_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if node.node() is None:
        pytest.skip("there is no Node here")
    script = tmp_path / "node_modules/says/much.mjs"
    script.parent.mkdir(parents=True)
    script.write_text("process.stdout.write('x'.repeat(2_000_000)); process.exit(1);", encoding="utf-8")
    monkeypatch.setattr(tools, "installed", lambda: tmp_path)
    done = tools.run("says/much.mjs")
    assert (done.returncode, len(done.stdout), done.stderr) == (1, 2_000_000, "")
