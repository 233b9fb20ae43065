"""Attacks on the sentences of reference/refdemo."""

import gc
import sys
import threading

from refdemo import refcount
from refdemo.collector import recorded_collections
from refdemo.cycles import cycles
from refdemo.holders import referrers, why_alive


class _Node:
    pass


def it_looks_at_memory_from_inside():
    """Hide an object in holders of several kinds, in a circle and in a thread, and ask."""
    node = _Node()
    kept = {"the key": node}
    answer = str(referrers(node))
    yield "a value of a dict is named by its key", "the key" in answer
    yield "and in a chain", "kept" in str(why_alive(node)) or "node" in str(why_alive(node))
    lone, pair = [], [[]]
    pair[0].append(pair)
    yield "a circle of lists is one, and a list is none", len(cycles(pair)) == 1 and len(cycles(lone)) == 0
    with recorded_collections() as record:
        gc.collect()
    yield "a collection is recorded", len(record) >= 1
    if hasattr(sys, "getrefcount"):
        shared = [lone, lone, lone]
        yield "references are counted", refcount(lone) == 4
        gc.disable()
        yield "also while the collector is off", refcount(shared) == 1
        gc.enable()
    if sys.platform != "emscripten":
        yield "in another thread", "the key" in _in_a_thread(lambda: str(referrers(node)))
    del kept


def _in_a_thread(ask):
    said = []
    thread = threading.Thread(target=lambda: said.append(ask()))
    thread.start()
    thread.join()
    return said[0]
