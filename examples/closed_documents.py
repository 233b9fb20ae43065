"""An editor that can undo keeps every document that was closed.

Claim: an undo step is a closure that holds its document, and the history
holds the step for as long as the editor runs.
Promise: if closing a document also forgets its steps, the document is gone,
and the steps of those still open are not.
"""

from collections.abc import Callable

from refdemo.growth import growth


class Document:
    """What is being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []


class Editor:
    """Opens, changes and closes documents; remembers how to undo."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.history: list[tuple[str, Callable[[], object]]] = []

    def open(self, title: str) -> None:
        self.documents[title] = Document()

    def write(self, title: str, line: str) -> None:
        document = self.documents[title]
        document.lines.append(line)
        self.history.append((title, lambda: document.lines.pop()))

    def close(self, title: str) -> None:
        del self.documents[title]


class MendedEditor(Editor):
    """Closing a document is the end of its history too."""

    def close(self, title: str) -> None:
        super().close(title)
        self.history = [step for step in self.history if step[0] != title]


for kind in (Editor, MendedEditor):
    editor = kind()
    editor.open("novel")
    editor.write("novel", "It was a dark and stormy night.")

    def write_a_letter() -> None:
        editor.open("letter")
        editor.write("letter", "Dear Ada")
        editor.close("letter")

    print(f"{kind.__name__}:", growth(write_a_letter, of=Document))
    print("    steps that can be undone:", len(editor.history))
