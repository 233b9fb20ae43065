"""What guides/test-that-nothing-leaks.md says of pytest: the pages' Pythons have none, so it is run here."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "nothing_left_over.py"


def test_under_pytest_the_leak_is_an_error_of_the_teardown_and_the_tests_pass() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(EXAMPLE.parent),
        str(EXAMPLE),
    ]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "2 passed, 1 error" in ran.stdout
    assert "ERROR" in ran.stdout and "test_client[Client]" in ran.stdout and "50 more of Client" in ran.stdout
