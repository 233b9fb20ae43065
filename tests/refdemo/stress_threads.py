"""Searches for cycles and counts references while other threads change all they can; prints what held.

Run as a program, from where refdemo can be imported: `python stress_threads.py ROUNDS`.
"""

import gc
import random
import sys
import threading

from refdemo import refcount
from refdemo.cycles import cycles, cyclic_garbage

THREADS = 2
sys.setswitchinterval(1e-5)


class Live:
    pass


class Dead:
    pass


def rings(kind, number):
    made = []
    for _ in range(number):
        members = [kind() for _ in range(3)]
        for here, following in zip(members, members[1:] + members[:1], strict=True):
            here.following = following
        made.append(members[0])
    return made


def shuffle(pool, stop, seed):
    """Hands rings round so that what holds each one changes all the time, and something always does."""
    chance = random.Random(seed)
    while not stop.is_set():
        ring = pool.pop(chance.randrange(len(pool)))
        pool[0].holds = ring
        ring.following.back = pool[-1]
        del ring
        ring = pool[0].holds
        pool[0].holds = None
        ring.fresh = Live()
        ring.fresh.owner = [ring]
        pool.insert(chance.randrange(len(pool)), ring)
        ring = None


def hammer(shared, stop):
    while not stop.is_set():
        held = [shared] * 50
        also = tuple(held)
        del held, also


def main(rounds):
    stop, shared, size = threading.Event(), Live(), 10 * rounds
    pools = [rings(Live, size) for _ in range(THREADS)]
    gc.collect()
    gc.disable()
    rings(Dead, size)
    threads = [threading.Thread(target=shuffle, args=(pool, stop, seed)) for seed, pool in enumerate(pools)]
    threads.append(threading.Thread(target=hammer, args=(shared, stop)))
    for thread in threads:
        thread.start()
    try:
        wrong = set()
        for _ in range(500 * rounds):
            own = [shared]
            other = own
            wrong.add((refcount(own), refcount(other)))
        print("counts exact" if wrong == {(2, 2)} else wrong)
        kinds, complete = set(), True
        for _ in range(rounds):
            found = cyclic_garbage()
            members = [type(member) for group in found for member in group]
            kinds.update(members)
            complete &= members.count(Dead) >= 3 * size
            del found
        print("garbage found" if complete else "garbage missed")
        print("nothing reachable listed" if Live not in kinds else "a reachable object was listed")
        for pool in pools:
            cycles(*list(pool))
        cycles(pools)
        print("cycles walked")
    finally:
        stop.set()
        for thread in threads:
            thread.join()


main(int(sys.argv[1]))
