"""The line of line20.yaml in SimPy: prints ends of work a second of processor time."""

import random
import time

import simpy

STATIONS, PLACES, HOURS = 20, 5, 2000.0


def station(env, before, after, draws, done):
    while True:
        if before is not None:
            yield before.get(1)
        yield env.timeout(draws.expovariate(1.0))
        done[0] += 1
        if after is not None:
            yield after.put(1)


def main():
    env = simpy.Environment()
    done = [0]
    stores = [simpy.Container(env, capacity=PLACES) for _ in range(STATIONS - 1)]
    for k in range(STATIONS):
        before = stores[k - 1] if k > 0 else None
        after = stores[k] if k + 1 < STATIONS else None
        env.process(station(env, before, after, random.Random(k), done))
    began = time.process_time()
    env.run(until=HOURS)
    print(done[0] / (time.process_time() - began))


main()
