"""Pages that attack the build: what their cells do, and what the build must say of it, or nothing where it holds.

They run on the Python that runs the tests, on a system with POSIX's processes and files.
"""

from __future__ import annotations

DISPLAY = """
class Shown:
    def _repr_mimebundle_(self):
        return {{{kind!r}: {value}}}
    def __repr__(self):
        return "shown"
Shown()
"""


def svg(value: str) -> str:
    return DISPLAY.format(kind="image/svg+xml", value=value)


def sides(said: str, inside: str = "''") -> str:
    """Return a cell that displays an SVG with this viewBox, and in it what an expression says."""
    start = f'<svg viewBox="{said}" xmlns="http://www.w3.org/2000/svg">'
    return svg(f"{start!r} + {inside} + '</svg>'")


def graph(value: str) -> str:
    return DISPLAY.format(kind="text/vnd.graphviz", value=value)


OS = "import os, sys, signal, subprocess, time"
LOG = "log = os.readlink('/proc/self/fd/1') if os.path.exists('/proc/self/fd/1') else sys.argv[0]"
REPORT = "report = os.path.join(os.path.dirname(os.getcwd()), 'report')"
HEAD = f"{OS}\n{REPORT}\nlog = os.path.join(os.path.dirname(os.getcwd()), 'log')"
WAITS = "while True: time.sleep(60)"
PRINTED, STOPPED = "printed more than 1,000,000 bytes", "did not end within"
REPORTED, INSTEAD = "wrote into its report", "put something else where its report stands"
DISPLAYED = "characters, more than 1,000,000"
FORKED = "forked a process that came back"

ROWS: dict[str, tuple[tuple[str, ...], str]] = {
    # what is printed
    "output-of-two-megabytes": (("print('x' * 2_000_000)",), PRINTED),
    "endless-output": (("while True: print('x' * 1000)",), PRINTED),
    "endless-errors": (("import sys\nwhile True: print('x' * 1000, file=sys.stderr)",), PRINTED),
    "endless-output-of-a-child": ((OS, "subprocess.run(['yes'])"), PRINTED),
    "endless-output-of-a-thread": (
        (
            "import threading, os",
            "threading.Thread(target=lambda: [os.write(1, b'x' * 9999) for _ in iter(int, 1)]).start()",
        ),
        PRINTED,
    ),
    "output-in-one-call": ((OS, "os.write(1, bytes(3_000_000))"), PRINTED),
    "a-log-made-longer": ((HEAD, "os.truncate(log, 5_000_000_000)"), PRINTED),
    "a-long-traceback": (("raise ValueError('x' * 2_000_000)",), PRINTED),
    "a-traceback-of-many-errors": (
        ("raise ExceptionGroup('many', [ValueError('x' * 100) for _ in range(20_000)])",),
        "",
    ),
    "control-characters": ((r"print('\x00\x1b[2J\x07\x08\x7f')",), ""),
    "bytes-that-are-no-text": ((OS, r"_ = os.write(1, b'\xff\xfe\x80')"), ""),
    "half-of-a-pair": ((r"'\ud800'",), ""),
    "a-script": (("print('</pre><script>alert(1)</script>')",), ""),
    "a-script-displayed": (("class A:\n    def __repr__(self): return '<script>alert(1)</script>'\nA()",), ""),
    "carriage-returns": ((r"print('a\rb\r\nc\vd\fe\x85f')",), ""),
    "the-end-of-a-fence": (("print('```\\n:::\\n---')",), ""),
    "names-of-directives": (("print('.. raw:: html\\n\\n   <b>')",), ""),
    "letters-from-right-to-left": ((r"print('\u202e\u2066evil')",), ""),
    "a-million-short-lines": (("print('\\n' * 999_000)",), ""),
    # what is displayed
    "a-repr-of-ten-megabytes": (("class A:\n    def __repr__(self): return 'x' * 10_000_000\nA()",), DISPLAYED),
    "a-picture-of-ten-megabytes": (
        (svg("'<svg viewBox=\"0 0 1 1\" xmlns=\"http://www.w3.org/2000/svg\">' + ' ' * 10_000_000 + '</svg>'"),),
        DISPLAYED,
    ),
    "a-repr-of-another-class": (
        (
            "class S(str):\n    def __repr__(self): return 'junk(('\n"
            "class A:\n    def __repr__(self): return S('fine')\nA()",
        ),
        "",
    ),
    "a-repr-that-raises": (("class A:\n    def __repr__(self): 1 / 0\nA()",), "ZeroDivisionError"),
    "a-repr-that-is-no-string": (("class A:\n    def __repr__(self): return 1\nA()",), "TypeError"),
    "a-repr-that-exits": (("class A:\n    def __repr__(self): raise SystemExit('now')\nA()",), "called sys.exit"),
    "a-bundle-that-is-no-dict": (("class A:\n    def _repr_mimebundle_(self): return 5\nA()",), "TypeError"),
    "a-bundle-that-is-endless": (
        (f"{OS}\nclass A:\n    def _repr_mimebundle_(self):\n        {WAITS}\nA()",),
        STOPPED,
    ),
    "a-class-with-a-bundle": (("class A:\n    def _repr_mimebundle_(self): return {}\nA",), ""),
    # errors
    "an-error-without-a-text": (("class E(Exception):\n    def __str__(self): 1 / 0\nraise E",), "E"),
    "an-error-whose-text-exits": (
        ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",),
        "ended its process",
    ),
    "an-error-with-another-name": (
        ("class N(str): pass\nclass E(Exception): pass\nE.__name__ = 'A' * 300\nraise E",),
        "AAAA",
    ),
    "an-error-with-a-line-break": ((r"class E(Exception): pass" "\n" r"E.__name__ = 'a\nb'" "\nraise E",), ""),
    "an-error-of-nothing": (("raise BaseException",), "BaseException"),
    "an-interrupt": (("raise KeyboardInterrupt",), "SIGINT"),
    "generators-that-exit": (("raise GeneratorExit",), "GeneratorExit"),
    "a-hook-that-raises": (
        ("import sys\ndef hook(*a): 1 / 0\nsys.excepthook = hook\nraise ValueError('x')",),
        "ended its process",
    ),
    "a-hook-that-is-gone": (("import sys\ndel sys.excepthook\nraise ValueError('x')",), "ended its process"),
    "too-deep": (("def f(): f()\nf()",), "RecursionError"),
    "brackets": (("(" * 1000 + ")" * 1000,), ""),
    "a-null-in-the-source": (("eval('\\0')",), ""),
    # ends
    "it-exits": (("import sys\nsys.exit('bye')",), "called sys.exit('bye')"),
    "it-exits-with-much": (("import sys\nsys.exit('x' * 100_000)",), "called sys.exit('xxx"),
    "it-ends-at-once": ((OS, "os._exit(0)"), "ended its process (exit status 0)"),
    "it-crashes": ((OS, "os.kill(os.getpid(), signal.SIGSEGV)"), "ended its process (SIGSEGV)"),
    "it-aborts": ((OS, "os.abort()"), "ended its process (SIGABRT)"),
    "it-ends-by-a-signal-without-a-name": ((OS, "os.kill(os.getpid(), 40)"), "ended its process (signal 40)"),
    "it-stops-itself": ((OS, "os.kill(os.getpid(), signal.SIGSTOP)"), STOPPED),
    "it-does-not-end": ((OS, WAITS), STOPPED),
    "it-computes-for-ever": (("while True: pass",), STOPPED),
    "it-ignores-signals": (
        (
            f"{OS}\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
            f"    except OSError: pass\n{WAITS}",
        ),
        STOPPED,
    ),
    "a-thread-goes-on": (("import threading", "threading.Thread(target=threading.Event().wait).start()"), STOPPED),
    "it-prints-while-it-exits": (("import atexit", "_ = atexit.register(print, 'last words')"), "after the last cell"),
    "it-raises-while-it-exits": (("import atexit", "_ = atexit.register(lambda: 1 / 0)"), "after the last cell"),
    "it-exits-late-with-a-status": (("import atexit, os", "_ = atexit.register(os._exit, 7)"), "exit status 7"),
    # processes
    "a-fork-that-comes-back": ((OS, "_ = os.fork()"), FORKED),
    "many-forks-that-come-back": ((OS, "for _ in range(4): os.fork()"), FORKED),
    "a-fork-that-ends": ((f"{OS}\npid = os.fork()\nif not pid: os._exit(0)\n_ = os.waitpid(pid, 0)",), ""),
    "a-child-in-its-own-session": (
        (
            OS,
            "_ = subprocess.Popen(['sleep', '3000'], start_new_session=True)\n_.returncode = 0",
        ),
        "",
    ),
    "a-daemon": (
        (
            f"{OS}\npid = os.fork()\nif not pid:\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
            f"    {WAITS}\n_ = os.waitpid(pid, 0)",
        ),
        "",
    ),
    "a-child-that-holds-the-streams": ((OS, "p = subprocess.Popen(['sleep', '3000']); p.returncode = 0"), ""),
    "it-kills-its-group": ((OS, "os.killpg(os.getpgid(0), signal.SIGKILL)"), "ended its process (SIGKILL)"),
    # its own files
    "junk-in-the-report": ((HEAD, "_ = open(report, 'a').write('junk\\n')"), REPORTED),
    "brackets-in-the-report": ((HEAD, "_ = open(report, 'a').write('[' * 100_000 + '\\n')"), REPORTED),
    "numbers-in-the-report": ((HEAD, "_ = open(report, 'a').write('9' * 10_000 + '\\n')"), REPORTED),
    "no-text-in-the-report": ((HEAD, "_ = open(report, 'ab').write(b'\\xff\\n')"), REPORTED),
    "a-call-in-the-report": ((HEAD, "_ = open(report, 'a').write('print(1)\\n')"), REPORTED),
    "another-cell-in-the-report": (
        (HEAD, "line = open(report).readline()\n_ = open(report, 'a').write(line * 5)"),
        REPORTED,
    ),
    "a-report-with-other-places": (
        (
            HEAD,
            "_ = open(report, 'a').write(repr({'printed': (5, 1), 'trace': (0, 99), 'data': None, 'error': None, "
            "'exits': None}) + '\\n')",
        ),
        REPORTED,
    ),
    "a-report-with-markup": (
        (
            HEAD,
            "_ = open(report, 'a').write(repr({'printed': (0, 0), 'trace': (0, 0), 'data': {'text/plain': '', "
            "'text/html': '<script>'}, 'error': None, 'exits': None}) + '\\n')",
        ),
        REPORTED,
    ),
    "an-endless-report": ((HEAD, "with open(report, 'a') as f:\n    while True: f.write('x' * 100_000)"), REPORTED),
    "no-report": ((HEAD, "os.unlink(report)"), INSTEAD),
    "a-pipe-as-report": ((HEAD, "os.unlink(report); os.mkfifo(report)"), INSTEAD),
    "a-link-as-report": ((HEAD, "os.unlink(report); os.symlink('/dev/zero', report)"), INSTEAD),
    "a-folder-as-report": ((HEAD, "os.unlink(report); os.mkdir(report)"), INSTEAD),
    "a-pipe-as-log": ((HEAD, "os.unlink(log); os.mkfifo(log)"), ""),
    "no-log": ((HEAD, "os.unlink(log)"), ""),
    "a-log-made-shorter": ((f"{HEAD}\nprint('x' * 100)", "os.truncate(log, 0)"), REPORTED),
    "a-link-as-log": ((HEAD, "os.unlink(log); os.symlink('/dev/zero', log)"), ""),
    "no-streams": ((OS, "os.close(1); os.close(2)"), ""),
    "streams-that-are-closed": (("import sys", "sys.stdout.close(); sys.stderr.close()"), ""),
    "streams-that-are-gone": (("import sys", "sys.stdout = sys.stderr = None"), ""),
    "streams-that-lie": (
        (
            "import sys",
            "class S:\n    def write(self, t): raise OSError\n    def flush(self): raise OSError\nsys.stdout = S()",
        ),
        "",
    ),
    "no-folder": ((OS, "import shutil\nshutil.rmtree(os.path.dirname(os.getcwd()))"), INSTEAD),
    "folders-too-deep": (
        (OS, "for _ in range(3000):\n    os.mkdir('deep'); os.chdir('deep')"),
        "",
    ),
    "a-folder-that-is-closed": (
        (OS, "os.mkdir('closed'); open('closed/file', 'w').close(); os.chmod('closed', 0)"),
        "",
    ),
    "many-files": ((OS, "for n in range(5_000): open(str(n), 'w').close()"), ""),
    "a-socket-and-a-pipe": ((OS, "import socket\ns = socket.socket(socket.AF_UNIX); s.bind('s'); os.mkfifo('p')"), ""),
    "names-that-are-no-text": ((OS, "open(b'\\xff\\n\\x1b', 'w').close()"), ""),
    "a-folder-that-is-moved": ((HEAD, "b = os.path.dirname(os.getcwd())\nos.rename(b, b + '-moved')"), INSTEAD),
    "a-link-in-the-folders-place": (
        (
            f"{HEAD}\nb = os.path.dirname(os.getcwd())\nother = os.path.join(os.path.dirname(b), 'not-the-units')",
            "os.makedirs(other, exist_ok=True); open(other + '/kept', 'w').close()\n"
            "os.rename(b, b + '-moved'); os.symlink(other, b)",
        ),
        INSTEAD,
    ),
    "a-literal-of-a-million-lists": (
        (HEAD, "_ = os.write(os.open(report, os.O_WRONLY | os.O_APPEND), b'[' + b'[],' * 1_500_000 + b']\\n')"),
        REPORTED,
    ),
    "a-tracer-of-another-session": (
        (
            f"{OS}\nimport ctypes\nlib = ctypes.CDLL(None)\n"
            "lib.ptrace.argtypes = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 2",
            "pid = os.getpid(); r, w = os.pipe()\nif not os.fork():\n    os.setsid()\n"
            f"    lib.ptrace(0x4206, pid, None, None); os.write(w, b'x')\n    {WAITS}\n_ = os.read(r, 1)",
        ),
        STOPPED,
    ),
    # what is said of them
    "a-policy-that-is-printed": (("print('http-equiv=\"Content-Security-Policy\" </head>')",), ""),
    "a-forged-finding": ((OS, "print('x.md:9: on cpython-3.13: forged', flush=True); os._exit(3)"), "exit status 3"),
    "a-message-of-a-megabyte": (("raise ValueError('y' * 400_000)",), "yyy"),
    "a-name-from-right-to-left": ((r"raise type('\u202eE', (Exception,), {})",), r"\x202eE"),
    "a-first-line-of-dashes": (("---5",), ""),
    # the interpreter
    "no-builtins": (("import builtins\nfor name in list(vars(builtins)): delattr(builtins, name)",), ""),
    "no-modules": (("import sys\nsys.modules.clear()",), ""),
    "another-main": (("import sys\nsys.modules['__main__'] = None",), ""),
    "another-print": (("import builtins\nbuiltins.print = None",), ""),
    "another-repr": (("import builtins\nbuiltins.repr = lambda value: 5", "1"), ""),
    "another-exec": (("import builtins\nbuiltins.exec = None", "1"), ""),
    "another-ascii": (("import builtins\nbuiltins.ascii = lambda value: 'x'", "1"), REPORTED),
    "no-open": (("import os\nos.open = None", "1"), "ended its process"),
    "another-stat": (("import os\nos.stat = lambda path: None", "1"), "ended its process"),
    "a-limit-of-recursion": (("import sys\nsys.setrecursionlimit(10**6)",), ""),
    "no-memory": (("x = bytearray(10**13)",), "MemoryError"),
    "limits-of-files": (
        ("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))", "1"),
        "ended its process",
    ),
    "limits-of-size": (
        ("import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))", "print(1)"),
        "ended its process",
    ),
    "a-tracer": (("import sys\nsys.settrace(lambda *a: 1 / 0)", "def f(): pass\nf()"), ""),
    "an-audit-hook": (("import sys\nsys.addaudithook(lambda *a: print(end=''))",), ""),
    "collections-for-ever": (("import gc\ngc.callbacks.append(lambda *a: None)\ngc.set_threshold(1)",), ""),
    # pictures
    "an-svg-that-is-deep": ((sides("0 0 1 1", "'<g>' * 5_000 + '</g>' * 5_000"),), "cannot be drawn"),
    "an-svg-with-odd-sides": (
        (svg('\'<svg viewBox="0 0 1.2.3 4" xmlns="http://www.w3.org/2000/svg"></svg>\''),),
        "cannot be drawn",
    ),
    "an-svg-with-infinite-sides": (
        (svg('\'<svg viewBox="0 0 1e999 nan" xmlns="http://www.w3.org/2000/svg"></svg>\''),),
        "cannot be drawn",
    ),
    "an-svg-with-many-digits": (
        (svg("'<svg viewBox=\"0 0 ' + '9' * 5000 + ' 4\" xmlns=\"http://www.w3.org/2000/svg\"></svg>'"),),
        "cannot be drawn",
    ),
    "an-svg-with-dots-for-sides": (
        (svg('\'<svg viewBox=". . . ." xmlns="http://www.w3.org/2000/svg"></svg>\''),),
        "cannot be drawn",
    ),
    "an-svg-without-sides": ((svg("'<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>'"),), "cannot be drawn"),
    "an-svg-with-a-script": (
        (svg('\'<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>\''),),
        "cannot be drawn",
    ),
    "an-svg-with-entities": (
        (svg('\'<!DOCTYPE svg [<!ENTITY a "aa">]><svg viewBox="0 0 1 1">&a;</svg>\''),),
        "cannot be drawn",
    ),
    "an-svg-that-is-none": ((svg("'no svg'"),), "cannot be drawn"),
    "an-svg-that-is-empty": ((svg("''"),), "cannot be drawn"),
    "an-svg-with-a-null": ((svg("'<svg>\\0</svg>'"),), "cannot be drawn"),
    "an-svg-of-bytes": ((svg("b'<svg/>'"),), "cannot be drawn"),
    "an-svg-of-many-elements": (
        (svg("'<svg viewBox=\"0 0 1 1\" xmlns=\"http://www.w3.org/2000/svg\">' + '<g></g>' * 100_000 + '</svg>'"),),
        "cannot be drawn",
    ),
    "a-graph-that-is-empty": ((graph("''"),), "cannot be drawn"),
    "a-graph-of-nothing": ((graph("'digraph {}'"),), ""),
    "a-graph-that-is-none": ((graph("'no graph'"),), "cannot be drawn"),
    "a-graph-with-a-null": ((graph("'digraph {a\\0b}'"),), ""),
    "a-graph-with-markup": ((graph("'digraph {a [label=<b>]}'"),), "cannot be drawn"),
    "a-graph-with-a-large-label": ((graph("'digraph {a [label=\"' + 'x' * 100_000 + '\"]}'"),), ""),
    "a-graph-with-a-size": (
        (graph("'digraph {size=\"1e99,1e99\"; dpi=1e9; a [width=1e99, shape=polygon, sides=1e9]}'"),),
        "",
    ),
    "a-graph-with-many-edges": ((graph("'digraph {' + 'a -> b;' * 5_000 + '}'"),), "cannot be drawn"),
    "a-graph-with-groups": ((graph("'digraph {{a b c} -> {d e f}}'"),), "cannot be drawn"),
    "a-graph-with-a-file": ((graph('\'digraph {a [image="/etc/passwd", URL="javascript:1"]}\''),), ""),
    "a-graph-with-odd-names": ((graph('\'digraph "a\\\\"b<" {"x]>" -> "\\\\N\\\\G"}\''),), ""),
    "a-graph-that-does-not-end": ((graph("'digraph {a [label=\"'"),), "cannot be drawn"),
}
"""Of each page its cells, and what the build says of one of them; nothing where it publishes the page."""
