"""Runs cells as a plain prompt would, with nothing around them: `python cells.py FILE`, in any Python from 3.10 on.

FILE holds a marshalled list of pairs: a cell before its last expression, and that expression or nothing.
"""

import marshal
import sys


def main(file: str) -> None:
    with open(file, "rb") as opened:
        pairs = marshal.load(opened)
    module = sys.modules["__main__"] = type(sys)("__main__")
    for body, last in pairs:
        try:
            exec(body, module.__dict__)
            value = eval(last, module.__dict__) if last else None
            if value is not None:
                print(repr(value))
                rich = getattr(type(value), "_repr_mimebundle_", None)
                if rich:
                    rich(value)
        except Exception as error:
            sys.excepthook(type(error), error, error.__traceback__)


if __name__ == "__main__":
    main(sys.argv[1])
