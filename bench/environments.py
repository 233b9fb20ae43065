"""Environments of peers that need other versions than this project's build."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Collection
from functools import cache
from pathlib import Path

from bench.rounds import ROOT, Log

PEERS = Path(__file__).parent / "peers"
FOLDER = ROOT / "docs" / "_build" / "bench" / "environments"

VERSIONS = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""
SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"


class NotInstalled(Exception):
    """A peer's environment could not be made; the message says why."""


@cache
def python_of(peer: str, log: Log) -> Path:
    """Return the Python of a peer's environment, made from its requirements.txt unless it stands there already."""
    wanted = (PEERS / peer / "requirements.txt").read_text(encoding="utf-8")
    folder = FOLDER / peer
    made = folder / "made-from"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    seal = hashlib.sha256(f"{sys.version}{wanted}".encode()).hexdigest()
    if not made.exists() or made.read_text(encoding="utf-8") != seal:
        log(f"{peer}: making its environment")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        install = [str(python), "-m", "pip", "install", "-q", "-r", str(PEERS / peer / "requirements.txt")]
        done = subprocess.run(install, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise NotInstalled(f"does not install: {(done.stderr.strip().splitlines() or ['pip said nothing'])[-1]}")
        made.write_text(seal, encoding="utf-8")
    return python


def asked(python: Path, program: str, *arguments: str) -> str:
    command = [str(python), "-I", "-c", program, *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout.strip()


@cache
def versions(python: Path, *names: str) -> dict[str, str]:
    """Of distributions in an environment, as far as they are there."""
    found: dict[str, str] = json.loads(asked(python, VERSIONS, *names))
    return found


@cache
def path(python: Path, *inside: str) -> str:
    """PATH with an environment's programs, and with folders of its packages that hold programs."""
    packages = Path(asked(python, SITE))
    return os.pathsep.join([str(python.parent), *(str(packages / each) for each in inside), os.environ["PATH"]])


def environment(drop: Collection[str] = ("PYTHON", "REFDEMO_", "EVERYPYTHON", "JUPYTER")) -> dict[str, str]:
    """Return this process's environment variables, less those that would make a build another one."""
    return {name: value for name, value in os.environ.items() if not name.startswith(tuple(drop))}
