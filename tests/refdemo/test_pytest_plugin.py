"""The pytest plugin, on tests in `plugged` that pytest runs in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from raw_memory import COUNTED, LIMIT, run

import refdemo

if not COUNTED:
    pytestmark = pytest.mark.deep  # each walk of all that pytest holds takes PyPy a third of a second

PLUGGED = Path(__file__).with_name("plugged")


class Run:
    """What pytest made of a file: its exit code, what it printed, and of each test the outcome and the message."""

    def __init__(self, folder, name, *options, plugin="refdemo._pytest_plugin"):
        (folder / "pytest.ini").write_text("[pytest]\npython_files = *.py\naddopts = --strict-markers\n")
        (folder / f"{name}.py").write_text((PLUGGED / f"{name}.py").read_text(encoding="utf-8"), encoding="utf-8")
        # Also where refdemo is installed, and so found by its entry point.
        plugins = ["-p", "no:cacheprovider", "-p", "no:refdemo", *(["-p", plugin] if plugin else [])]
        command = [sys.executable, "-m", "pytest", *plugins, "--junitxml=found.xml", *options, f"{name}.py"]
        where = {**os.environ, "PYTHONPATH": str(Path(refdemo.__file__).parents[1]), "PYTEST_ADDOPTS": "", "CI": "1"}
        done = subprocess.run(command, cwd=folder, env=where, capture_output=True, text=True, timeout=LIMIT)
        self.code, self.printed = done.returncode, done.stdout + done.stderr
        self.outcomes, self.messages = {}, {}
        cases = ElementTree.parse(folder / "found.xml").iter("testcase") if (folder / "found.xml").exists() else ()
        for case in cases:
            for found in [*case.iterfind("*")] or [None]:
                if found is None or found.tag in ("failure", "error", "skipped"):
                    self.outcomes.setdefault(case.get("name"), []).append("passed" if found is None else found.tag)
                    self.messages[case.get("name")] = "" if found is None else found.text or found.get("message")


@pytest.fixture(scope="module")
def innocent(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("innocent"), "innocent")


@pytest.fixture(scope="module")
def leaking(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("leaking"), "leaking")


def names(file):
    return re.findall(r"def (test_\w+)", (PLUGGED / f"{file}.py").read_text(encoding="utf-8"))


@pytest.mark.deep
@pytest.mark.parametrize("name", names("innocent"))
def test_an_innocent_test_passes(innocent, name):
    found = [outcome for each, outcome in innocent.outcomes.items() if each.partition("[")[0] == name]
    assert found and found == [["passed"]] * len(found), innocent.printed


IN_KEPT = re.compile(r"  global kept: list\n    \[\d+\]: the object$")


@pytest.mark.deep
@pytest.mark.parametrize(
    "name",
    [
        "test_in_a_global",
        "test_a_fixtures_value",
        "test_as_a_fixture_is_torn_down",
        "test_beside_a_fixture_that_is_made_here",
        "test_beside_a_fixture_that_goes[one]",
        "test_beside_a_fixture_that_goes[two]",
        "test_with_the_collector_off",
        "test_after_one_that_failed",
        "test_of_a_class",
        "test_of_unittest",
    ],
)
def test_a_leaking_test_fails_with_the_chain(leaking, name):
    assert leaking.outcomes[name] == ["failure"], leaking.printed
    assert "left: 1 instance of Session (" in leaking.messages[name]
    assert "\none Session:\nmodule leaking\n" in leaking.messages[name]
    assert IN_KEPT.search(leaking.messages[name])


@pytest.mark.deep
def test_the_message_has_each_class_with_its_number(leaking):
    message = leaking.messages["test_three_of_a_subclass"]
    assert re.findall(r"left: (\d+ instances of \w+)", message) == ["3 instances of Session", "3 instances of Secure"]
    assert message.count("one Secure:") == 2


@pytest.mark.deep
def test_a_fixture_that_stays_is_told_as_the_holder(leaking):
    assert ".cached_result: tuple" in leaking.messages["test_in_a_fixture_that_stays"]


@pytest.mark.deep
def test_a_test_that_fails_by_itself_fails_for_that_alone(leaking):
    assert leaking.outcomes["test_fails_by_itself"] == ["failure"]
    assert "left:" not in leaking.messages["test_fails_by_itself"]


@pytest.mark.deep
@pytest.mark.parametrize("name", ["test_called", "test_called_after_another_was_made"])
def test_the_fixture_says_at_any_time_which_class_is_meant(leaking, name):
    assert leaking.outcomes[name] == ["failure"]
    assert "left: 1 instance of Unmarked (" in leaking.messages[name]
    assert "global others: list" in leaking.messages[name]


@pytest.mark.deep
def test_a_leak_that_is_expected_is_an_expected_failure(leaking):
    assert leaking.outcomes["test_expected"] == leaking.outcomes["test_expected_perhaps"] == ["skipped"]
    assert "[XPASS(strict)] known" in leaking.messages["test_expected_but_mended"]


@pytest.mark.deep
@pytest.mark.parametrize(
    "name, message",
    [
        ("a_marker_without_a_class", "the marker leaves_nothing takes of=Class or of=(Class, …)"),
        ("a_marker_with_too_much", "the marker leaves_nothing takes of=Class or of=(Class, …)"),
        ("a_marker_with_no_class", "cannot count: of is a class or a tuple of classes, not an empty tuple"),
        ("calling_with_what_is_no_class", "TypeError: of is a class or a tuple of classes, not a str"),
    ],
)
def test_a_wrong_marker_or_call_fails_with_one_clear_line(leaking, name, message):
    assert message in leaking.messages[f"test_{name}"]


@pytest.mark.deep
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="only CPython tells untracked classes from others")
def test_a_class_whose_instances_are_never_tracked_is_refused(leaking):
    found = leaking.messages["test_a_marker_with_a_class_that_cannot_be_counted"]
    assert "the collector never tracks instances of int itself" in found


@pytest.mark.deep
def test_each_test_is_reported_once(leaking, innocent):
    for each in (leaking, innocent):
        assert all(len(outcomes) == 1 for outcomes in each.outcomes.values())
    assert innocent.code == 0 and leaking.code == 1
    assert "FAILED leaking.py::test_in_a_global - Failed: left: 1 instance" in leaking.printed


@pytest.mark.deep
def test_the_first_leak_ends_a_run_that_shall_end_with_the_first_failure(tmp_path):
    found = Run(tmp_path, "leaking", "-x")
    assert found.outcomes == {"test_in_a_global": ["failure"]}
    assert "stopping after 1 failures" in found.printed


@pytest.mark.deep
def test_with_xdist_each_worker_reports_the_same(tmp_path, leaking):
    pytest.importorskip("xdist")
    found = Run(tmp_path, "leaking", "-n2", "--dist=loadfile")
    assert found.outcomes == leaking.outcomes
    assert all("left:" in found.messages[name] for name, said in leaking.messages.items() if "left:" in said)


@pytest.mark.deep
def test_a_test_that_another_plugin_runs_is_not_passed_over_silently(tmp_path):
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "from _pytest.runner import runtestprotocol\n"
        "class Other:\n"
        "    @pytest.hookimpl(tryfirst=True)\n"
        "    def pytest_runtest_protocol(self, item, nextitem):\n"
        "        runtestprotocol(item, nextitem=nextitem)\n"
        "        return True\n"
        "def pytest_collection_finish(session):\n"
        "    session.config.pluginmanager.register(Other())\n"
    )
    found = Run(tmp_path, "leaking", "-k", "test_in_a_global or test_called")
    assert "another plugin runs this test in its own way" in found.messages["test_in_a_global"]


def test_what_the_reference_shows_is_what_is_printed(tmp_path):
    found = Run(tmp_path, "asked")
    assert found.outcomes == {"test_a_session_that_is_kept": ["failure"], "test_a_class_of_its_own": ["passed"]}
    assert (PLUGGED / "asked.txt").read_text(encoding="utf-8") in found.printed


@pytest.mark.deep
def test_a_conftest_can_ask_for_every_test(tmp_path):
    (tmp_path / "conftest.py").write_text((PLUGGED / "whole_run.py").read_text(encoding="utf-8"))
    (tmp_path / "shop.py").write_text("class Session: pass\nsessions = []\n")
    for name in ("checkout", "login"):
        left = f"def test_{name}(): sessions.append(Session())\n"
        (tmp_path / f"{name}.py").write_text(f"from shop import *\n{left}def test_{name}_and_out(): Session()\n")
    found = Run(tmp_path, "plain", "checkout.py", "login.py")
    assert found.outcomes == {
        "test_checkout": ["failure"],
        "test_checkout_and_out": ["passed"],
        "test_login": ["failure"],
        "test_login_and_out": ["passed"],
        "test_nothing_is_asked": ["passed"],
    }
    assert "global sessions: list" in found.messages["test_login"]


class TestOffUnlessAsked:
    def test_loading_it_loads_neither_instruments_nor_pytest(self):
        program = (
            "import sys; before = set(sys.modules); import refdemo._pytest_plugin\n"
            "print(*sorted(name for name in set(sys.modules) - before if name.startswith(('refdemo', 'pytest'))))"
        )
        assert run(program).split() == ["refdemo", "refdemo._pytest_plugin", "refdemo.collector", "refdemo.counts"]

    def test_a_run_that_does_not_ask_loads_no_instrument(self, tmp_path):
        (tmp_path / "conftest.py").write_text(
            "import sys\n"
            "def pytest_unconfigure():\n"
            "    print('loaded:', *sorted(name for name in sys.modules if name.startswith('refdemo')))\n"
        )
        found = Run(tmp_path, "plain")
        assert "loaded: refdemo refdemo._pytest_plugin refdemo.collector refdemo.counts\n" in found.printed
        assert found.outcomes == {"test_nothing_is_asked": ["passed"]}

    def test_without_the_plugin_the_marker_is_unknown(self, tmp_path):
        found = Run(tmp_path, "innocent", plugin="")
        assert "'leaves_nothing' not found in `markers` configuration option" in found.printed
