"""When two equal values are one object.

Claim: `is` on numbers and strings tells how an interpreter saves memory, not
whether the values are equal.
Promise: every pair is equal on every Python; which pairs are one object
depends on the Python.
"""

WRITTEN_ONCE = 1_000_000
WRITTEN_AGAIN = 1_000_000  # the same constant of the same file: the compiler stores it once


def compare(label: str, first: object, second: object) -> None:
    """Print whether a pair is equal, and whether it is one object."""
    equal = "equal" if first == second else "different"
    same = "one object" if first is second else "two objects"
    print(f"{label:<34}{equal}, {same}")


def main() -> None:
    """Compare pairs that are made while the program runs, then one pair that the compiler made."""
    for digits in ("256", "257", "1024", "1025"):
        compare(f"int({digits!r}), twice", int(digits), int(digits))
    compare("float('0.5'), twice", float("0.5"), float("0.5"))
    compare("chr(97), twice", chr(97), chr(97))
    compare("'-'.join('ab'), twice", "-".join("ab"), "-".join("ab"))
    compare("list('ab'), twice", list("ab"), list("ab"))
    compare("1_000_000, written twice", WRITTEN_ONCE, WRITTEN_AGAIN)


if __name__ == "__main__":
    main()
