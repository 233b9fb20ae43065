"""A web service that makes a logger for each visit keeps every visit.

Claim: `logging` keeps each logger asked for by name, and so its filters.
Promise: with one logger, and an adapter for each visit, no visit stays.
"""

import gc
import logging
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from weakref import WeakSet


class Visit:
    """One request; its lines in the log say its number."""

    def __init__(self, number: int) -> None:
        self.log, self.number = logging.getLogger(f"shop.visit.{number}"), number
        self.log.addFilter(self.add_number)

    def add_number(self, record: logging.LogRecord) -> bool:
        record.visit = self.number
        return True


class MendedVisit:
    """The same, by way of the shop's one logger."""

    def __init__(self, number: int) -> None:
        self.log = logging.LoggerAdapter(logging.getLogger("shop"), {"visit": number})


class Shop(BaseHTTPRequestHandler):
    """Answers without a length; the client reads until the visit is over."""

    visit: type[Visit | MendedVisit]
    numbers = count(1)

    def do_GET(self) -> None:
        alive.add(visit := self.visit(next(self.numbers)))
        visit.log.debug("asks for %s", self.path)
        self.send_response_only(200)
        self.end_headers()


for Shop.visit in (Visit, MendedVisit):
    alive: WeakSet[Visit | MendedVisit] = WeakSet()
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, args=[0.05]).start()
        for request in range(1, 61):
            client = HTTPConnection("127.0.0.1", server.server_port)
            client.request("GET", "/tea")
            client.getresponse().read()
            client.close()
            if request % 20 == 0:
                gc.collect()
                print(f"{Shop.visit.__name__:<12} {len(alive):>2} alive after {request} requests")
        server.shutdown()
