"""The pytest plugin: the marker and the fixture `leaves_nothing`.

pytest loads this module wherever refdemo is installed, so it loads nothing else until a test asks for it, and can be
imported without pytest.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    import pytest

    from refdemo._searching.leftovers import Leftovers, Numbers

_MARKER = (
    "leaves_nothing(of=Class or (Class, …)): fail if instances of these classes are left when the test, "
    "its setup and its teardown have ended, and print what holds one"
)
_NAME = "leaves_nothing"


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker, the fixture and the hooks."""
    import pytest

    class Hooks(_Hooks):
        # First, for the first that answers is the only one to run the test.
        pytest_runtest_protocol = pytest.hookimpl(tryfirst=True)(_Hooks.run)
        pytest_runtest_setup = pytest.hookimpl(tryfirst=True)(_Hooks.refuse)
        pytest_fixture_setup = pytest.hookimpl(wrapper=True)(_Hooks.set_up)

        @pytest.fixture
        def leaves_nothing(self, request: pytest.FixtureRequest) -> Callable[..., None]:
            """Fail the test if instances of `leaves_nothing(of=…)` are left when it and its teardown have ended."""
            counting = self._counting_of(request.node)

            def leaves_nothing(*, of: type | tuple[type, ...]) -> None:
                from refdemo._searching.leftovers import classes_in

                counting.watch(classes_in(of))

            return leaves_nothing

    config.addinivalue_line("markers", _MARKER)
    config.pluginmanager.register(Hooks(), "refdemo-leaves-nothing")


class _Hooks:
    """What is done while a test runs that asks for it: at most one at a time."""

    def __init__(self) -> None:
        self._counting: Leftovers | None = None
        self._item: pytest.Item | None = None
        # What fixtures of a wider scope than a function made as they were set up, as far as that was counted. No chain
        # leads through a weak key.
        self._made: WeakKeyDictionary[pytest.FixtureDef[Any], Numbers] = WeakKeyDictionary()

    def run(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test that asks for it, and report it as failed if it passed and has left something."""
        marked = item.get_closest_marker(_NAME) is not None
        if not marked and _NAME not in getattr(item, "fixturenames", ()):
            return None
        from _pytest.runner import runtestprotocol

        from refdemo._searching.leftovers import Leftovers
        from refdemo._searching.roots import OURS

        OURS.add(id(globals()))
        _forget_last_error()
        made_before = list(self._made_and_active().values())
        place = {"nodeid": item.nodeid, "location": item.location}
        item.ihook.pytest_runtest_logstart(**place)
        self._counting, self._item = Leftovers(), item
        try:
            # Logged later, for the report of the call is also that of what is left.
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
            if len(reports) == 3 and all(_went_well(report) for report in reports):
                message = self._left(item, made_before)
                if message:
                    _fail(reports[1], item, message)
        finally:
            self._counting = self._item = None
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(**place)
        return True

    def refuse(self, item: pytest.Item) -> None:
        """Before setup, watch the classes of an item's markers, or fail with one line that says what is wrong."""
        markers = list(item.iter_markers(_NAME))
        if not markers:
            return
        import pytest

        from refdemo._searching.leftovers import classes_in

        counting = self._counting_of(item)
        for marker in markers:
            wrong = "" if set(marker.kwargs) == {"of"} and not marker.args else "takes of=Class or of=(Class, …)"
            if not wrong:
                try:
                    counting.watch(classes_in(marker.kwargs["of"]))
                except TypeError as error:
                    wrong = f"cannot count: {error}"
            if wrong:
                pytest.fail(f"the marker {_NAME} {wrong}", pytrace=False)

    def set_up(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
        """Count what the setup of a fixture makes that outlives the test, for while it is active this is its own."""
        if self._counting is None or fixturedef.scope == "function":
            return (yield)
        from refdemo._searching.leftovers import Numbers

        known, alive = set(map(id, self._made_and_active().values())), self._counting.alive()
        before = Numbers.now()
        result = yield
        made = Numbers.now() - before
        for inner in self._made_and_active().values():  # asked for by request.getfixturevalue()
            if id(inner) not in known:
                made -= inner
        self._made[fixturedef] = made
        self._counting.pass_over_newer_than(alive)
        return result

    def _counting_of(self, item: pytest.Item) -> Leftovers:
        if self._counting is None or self._item is not item:
            import pytest

            pytest.fail(f"{_NAME} cannot count: another plugin runs this test in its own way", pytrace=False)
        return self._counting

    def _made_and_active(self) -> WeakKeyDictionary[pytest.FixtureDef[Any], Numbers]:
        for each in [each for each in self._made if each.cached_result is None]:
            del self._made[each]
        return self._made

    def _left(self, item: pytest.Item, made_before: list[Numbers]) -> str:
        """Return what a test has left, in words; "" for nothing."""
        from refdemo._searching.leftovers import collect_until

        counting = self._counting
        assert counting is not None
        made_now = list(self._made_and_active().values())

        def more(kind: type) -> int:
            return sum(made.of(kind) for made in made_now) - sum(made.of(kind) for made in made_before)

        if not counting.found(more):
            return ""
        _forget_what_pytest_keeps(item)
        if collect_until(lambda: not counting.found(more)):
            return ""
        return counting.in_words(counting.found(more))


def _went_well(report: pytest.TestReport) -> bool:
    """Whether a phase passed: also the call of a test that is expected to fail, strictly or not, and did not."""
    return report.passed or _is_strict_pass(report)


def _is_strict_pass(report: pytest.TestReport) -> bool:
    return report.when == "call" and report.failed and str(report.longrepr).startswith("[XPASS(strict)]")


def _fail(report: pytest.TestReport, item: pytest.Item, message: str) -> None:
    """Make the report of a passed call that of a failed one: as for pytest.fail(), or as expected, if it was."""
    import pytest

    expected: str | None = getattr(report, "wasxfail", None)
    if _is_strict_pass(report):
        expected = str(report.longrepr).partition("] ")[2]
    error = pytest.CallInfo.from_call(lambda: pytest.fail(message, pytrace=False), "call").excinfo
    assert error is not None
    report.longrepr = item.repr_failure(error)
    report.outcome = "failed"
    if expected is not None:
        report.outcome = "skipped"
        report.wasxfail = expected


def _forget_last_error() -> None:
    """Forget the error of an earlier test, which keeps its variables: pytest does it only as the next one is called."""
    import sys

    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)


def _forget_what_pytest_keeps(item: pytest.Item) -> None:
    """Let go of what pytest keeps of a test that has ended."""
    from types import MethodType

    if type(vars(item).get("_obj")) is MethodType:
        # Of an instance of the test's class, with what setup_method gave it. pytest itself lets go of unittest's so,
        # and makes another if it needs one.
        vars(item)["_obj"] = None
        vars(item).pop("_instance", None)
    logging = item.config.pluginmanager.get_plugin("logging-plugin")
    for name in ("caplog_handler", "report_handler"):  # with the arguments of what teardown has logged
        reset = getattr(getattr(logging, name, None), "reset", None)
        if reset is not None:
            reset()
