"""A process is asked for a report by a signal, or from outside without being prepared, and goes on in every case."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from raw_memory import COUNTED, LIMIT

import refdemo

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(refdemo.__file__).parents[1])}
asked_from_outside = pytest.mark.skipif(not hasattr(sys, "remote_exec"), reason="needs sys.remote_exec: 3.14 or newer")
by_signal = pytest.mark.skipif(not COUNTED or not hasattr(signal, "SIGUSR1"), reason="needs counts, and SIGUSR1")

GROWS = """
import sys, time
class Session: pass
sessions = [Session() for _ in range(20)]
print("ready", flush=True)
while not stopped():
    sessions.append(Session())
    time.sleep(0.002)
print("refdemo" in sys.modules, flush=True)
"""
# Ubuntu and others let a process be looked into by its parents alone, unless it says otherwise.
UNTIL_TOLD = """
import ctypes, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, PR_SET_PTRACER_ANY
import os, select
def stopped(): return bool(select.select([0], [], [], 0)[0])
"""


@contextmanager
def process(program, *options):
    """A process that has said that it is ready; what it prints after a line is written to it is in the list."""
    command = [sys.executable, *options, "-c", program]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    said = []
    with subprocess.Popen(command, text=True, env=ENVIRONMENT, **pipes) as started:
        try:
            assert started.stdout.readline() == "ready\n"
            yield started, said
            said += started.communicate("end\n", timeout=LIMIT)
            assert started.returncode == 0, said
        finally:
            started.kill()


def ask(pid, *arguments, python=sys.executable):
    command = [python, "-m", "refdemo", "report", str(pid), "--seconds", "0.5", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT)


@asked_from_outside
class TestAProcessThatIsNotPrepared:
    def test_tells_what_grows_and_is_left_without_refdemo(self, tmp_path, monkeypatch):
        monkeypatch.setitem(ENVIRONMENT, "TMPDIR", str(tmp_path))
        with process(UNTIL_TOLD + GROWS) as (started, said):
            done = ask(started.pid)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Live objects grow in number" in done.stdout
        assert "global sessions: list" in done.stdout
        assert (said, list(tmp_path.iterdir())) == (["False\n", ""], [])

    def test_that_does_not_answer_goes_on_and_says_nothing(self):
        waits = (
            "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nfor _ in range(10_000): pass\nprint('on')"
        )
        with process(waits) as (started, said):
            done = ask(started.pid, "--timeout", "0.3")
        assert done.returncode == 1
        assert "did not answer within 0.3 s, and goes on as before" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert said == ["on\n", ""]

    def test_may_forbid_it(self):
        with process(UNTIL_TOLD + GROWS, "-X", "disable-remote-debug") as (started, _):
            done = ask(started.pid)
        assert (done.returncode, done.stdout) == (1, "")
        assert "-X disable-remote-debug" in done.stderr

    def test_that_is_no_python_is_named(self):
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
            done = ask(other.pid)
            other.stdin.close()
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        # Where a process may look into its own children only, that is said first.
        assert re.search(rf"process {other.pid} cannot be asked|may not look into process {other.pid}", done.stderr)

    def test_that_there_is_not_is_named(self):
        with subprocess.Popen(["true"]) as ended:
            pass
        done = ask(ended.pid)
        assert (done.returncode, done.stderr) == (1, f"refdemo: there is no process {ended.pid}\n")

    def test_is_asked_with_seconds_that_can_be(self):
        done = ask(os.getpid(), "--seconds", "0.1")
        assert (done.returncode, done.stderr) == (1, "refdemo: seconds is between 0.5 and 60, not 0.1\n")


@pytest.mark.skipif(hasattr(sys, "remote_exec"), reason="for Pythons without sys.remote_exec")
def test_an_older_python_says_how_to_prepare_the_process():
    done = ask(os.getpid())
    assert (done.returncode, done.stdout) == (1, "")
    assert "on_signal(signal.SIGUSR1)" in done.stderr


@by_signal
class TestASignal:
    PREPARED = UNTIL_TOLD + "import signal\nfrom refdemo.report import on_signal\n"

    def test_has_the_process_write_a_report_each_time_to_the_end_of_a_file(self, tmp_path):
        file = tmp_path / "reports.txt"
        file.write_text("before\n")
        armed = f"on_signal(signal.SIGUSR1, seconds=0.5, file={str(file)!r})\n"
        with process(self.PREPARED + armed + GROWS) as (started, _):
            for number in range(1, 3):
                started.send_signal(signal.SIGUSR1)
                wait_until(lambda number=number: file.read_text().count("The longest look took") == number)
        said = file.read_text()
        assert said.startswith("before\n")
        assert said.count("global sessions: list") == 2

    def test_that_comes_meanwhile_is_answered_by_a_line_and_all_goes_to_stderr(self):
        armed = "on_signal(signal.SIGUSR1, seconds=0.5)\n"
        twice = "import os\nfor _ in range(2): os.kill(os.getpid(), signal.SIGUSR1)\n"
        begun = "import _thread, time\nprint('ready', flush=True)\nwhile not _thread._count(): time.sleep(0.01)\n"
        goes_on = begun + "while _thread._count(): time.sleep(0.01)\n"
        with process(self.PREPARED + armed + twice + goes_on) as (_, said):
            pass
        assert said[1].splitlines()[0] == "refdemo: a report is under way already"
        assert "s between two moments" in said[1]

    def test_that_is_taken_is_refused(self):
        from refdemo.report import on_signal

        before = signal.signal(signal.SIGUSR1, lambda signum, frame: None)
        try:
            with pytest.raises(ValueError, match="SIGUSR1 has a handler already"):
                on_signal(signal.SIGUSR1)
        finally:
            signal.signal(signal.SIGUSR1, before)

    def test_is_not_armed_for_a_file_that_cannot_be(self, tmp_path):
        from refdemo.report import on_signal

        with pytest.raises(FileNotFoundError):
            on_signal(signal.SIGUSR1, file=tmp_path / "none" / "reports.txt")
        assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def wait_until(true):
    """Wait for what a process does; the limit is far above what it takes."""
    waiting = signal.sigtimedwait if hasattr(signal, "sigtimedwait") else None
    for _ in range(LIMIT * 20):
        if true():
            return
        waiting([], 0.05)
    raise AssertionError("it did not come to it")
