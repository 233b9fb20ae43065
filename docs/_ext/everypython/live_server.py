"""Serve a folder to the browsers of this machine, and tell each page that is open when it was built again.

The pages stand in the folder as they are published. What follows the news, `live.js`, is added to them on their way.
"""

from __future__ import annotations

import hashlib
import html
import json
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SCRIPT, NEWS = "/live.js", "/live-news"
ALIVE = 20  # seconds after which something is sent to a browser, to learn whether it listens


class Server(ThreadingHTTPServer):
    """`writing` is held while pages are built: until then they are not read."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.folder, self.writing = folder, threading.Lock()
        self.began = str(time.time())  # with another process come other scripts and styles
        self.last_page = ""
        self.news, self.number, self.says = threading.Condition(), 0, ""  # how many pieces there were, and the last one
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def tell(self, says: str) -> None:
        """Let all open pages know that something was built, or what is to be said of it."""
        with self.news:
            self.number, self.says = self.number + 1, says
            self.news.notify_all()

    def state(self, path: Path) -> tuple[bytes, str]:
        """Return a page, and a name for what it is like now; nothing where there is no such page yet."""
        with self.writing:
            page = path.read_bytes() if path.is_file() else b""
        return page, hashlib.sha256(self.began.encode() + page).hexdigest()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: only browsers that go away in the middle come here."""


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def __init__(self, request: Any, address: Any, server: Server) -> None:
        super().__init__(request, address, server, directory=str(server.folder))

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        page = asked.path + "index.html" if asked.path.endswith("/") else asked.path
        if asked.path == SCRIPT:
            self.send(Path(__file__).with_name("live.js").read_bytes(), "text/javascript")
        elif asked.path == NEWS:
            told = parse_qs(asked.query)
            self.follow(self.file(told["page"][0]), told["seen"][0])
        elif page.endswith(".html"):
            self.send_page(page)
        else:
            super().do_GET()

    def file(self, page: str) -> Path:
        return Path(self.translate_path(page))

    def send_page(self, page: str) -> None:
        content, seen = self.server.state(self.file(page))
        self.server.last_page = page.removeprefix("/").removesuffix(".html")
        script = f'<script src="{SCRIPT}" data-page="{html.escape(page)}" data-seen="{seen}" defer></script></head>'
        text = content.decode() or "<!doctype html><head><title>Not built</title></head><p>There is no such page yet."
        self.send(text.replace("</head>", script, 1).encode(), "text/html", 200 if content else 404)

    def send(self, content: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def follow(self, file: Path, seen: str) -> None:
        """Send each piece of news, as long as the browser listens."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        heard = 0
        while True:
            with self.server.news:
                if self.server.number == heard:
                    self.server.news.wait(ALIVE)
                new, heard, says = self.server.number != heard, self.server.number, self.server.says
            news = {"reload": self.server.state(file)[1] != seen, "says": says}
            self.wfile.write(f"retry: 300\ndata: {json.dumps(news)}\n\n".encode() if new else b": still there\n\n")

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: what browsers ask for is of no interest here."""
