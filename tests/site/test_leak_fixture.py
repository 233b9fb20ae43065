"""What guides/test-that-nothing-leaks.md says of pytest: the pages' Pythons have none, so it is run here."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "nothing_left_over.py"


def test_under_pytest_the_test_that_counts_fails_and_says_who_holds_the_client() -> None:
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE.parent)]
    ran = subprocess.run([sys.executable, "-m", "pytest", *options, str(EXAMPLE)], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "1 failed, 2 passed" in ran.stdout
    assert "FAILED" in ran.stdout and "::test_a_client_leaves_nothing" in ran.stdout
    assert "Client alive: 1 at first, 11 after 10 rounds" in ran.stdout and "_registry: dict" in ran.stdout
