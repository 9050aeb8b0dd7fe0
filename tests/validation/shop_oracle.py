#!/usr/bin/env python3
"""The shop of configs/validation/shop.yaml as a SimPy model of its own, written from the words of docs/factory.md.

usage: shop_oracle.py CASE.json, with {"replications", "hours", "warmup_h", "seed", "processes"}. Prints, for each metric, its values by replication.
Times are hours. Whoever serves a lot is a process; failures of the calendar kind interrupt it.
"""
import json
import math
import multiprocessing
import random
import sys

import simpy

CUT_H = {"gear": 80 / 60, "shaft": 60 / 60}
BETWEEN_RELEASES_H = {"gear": 3.0, "shaft": 3.6}
SETUP_H = {("gear", "shaft"): 30 / 60, ("shaft", "gear"): 45 / 60}
YIELD = {"gear": 0.85, "shaft": 0.80}
REWORKS = {"gear": 2, "shaft": 1}
MOVE_H, TRAVEL_H = 12 / 60, 6 / 60
LEAST, MOST, PATIENCE_H = 2, 4, 4.0
MOMENT_H = 1e-9  # a finished server hands over first, and only then looks for new work


class Lot:
    def __init__(self, product, now):
        self.product, self.released, self.reworks, self.since = product, now, 0, now


class Clock:
    """Time spent in named states since the warm-up."""

    def __init__(self, shop, name):
        self.shop, self.name, self.state, self.began = shop, name, "starved", 0.0

    def to(self, state):
        self.shop.book(f"{self.name}.{self.state}", self.began)
        self.state, self.began = state, self.shop.env.now


class Queue:
    """Lots before a station: `places`, of which some may be kept for lots on their way."""

    def __init__(self, shop, places=math.inf):
        self.shop, self.places, self.lots, self.coming = shop, places, [], 0
        self.changed = shop.env.event()

    def tell(self):
        event, self.changed = self.changed, self.shop.env.event()
        event.succeed()

    def has_place(self):
        return len(self.lots) + self.coming < self.places

    def put(self, lot):
        lot.since = self.shop.env.now
        self.lots.append(lot)
        self.tell()


class Technician:
    """One person, first come first served; walks where the call is at another station than the last."""

    def __init__(self, shop):
        self.person, self.at, self.shop = simpy.Resource(shop.env, 1), None, shop

    def walk_h(self, station):
        walk = TRAVEL_H if self.at not in (None, station) else 0.0
        self.at = station
        return walk


class Shop:
    def __init__(self, seed, hours, warmup_h):
        self.random, self.env = random.Random(seed), simpy.Environment()
        self.hours, self.warmup_h, self.sums = hours, warmup_h, {}
        self.technician, self.operators = Technician(self), simpy.Resource(self.env, 2)
        self.saw, self.mill = Queue(self), Queue(self, 4)
        self.oven, self.test = Queue(self, 5), Queue(self, 2)
        self.mill_setup = "gear"
        self.clocks = [Clock(self, name) for name in ("saw", "saw", "mill", "oven", "test")]
        for product in BETWEEN_RELEASES_H:
            self.env.process(self.release(product))
        self.env.process(self.saw_server(self.clocks[0]))
        self.env.process(self.saw_server(self.clocks[1]))
        mill = self.env.process(self.mill_server(self.clocks[2]))
        self.env.process(self.mill_failures(mill))
        self.env.process(self.oven_server(self.clocks[3]))
        self.env.process(self.test_server(self.clocks[4]))

    # ---- counting

    def count(self, name, by=1.0):
        if self.env.now >= self.warmup_h:
            self.sums[name] = self.sums.get(name, 0.0) + by

    def book(self, name, since):
        span = self.env.now - max(since, self.warmup_h)
        if span > 0.0:
            self.sums[name] = self.sums.get(name, 0.0) + span

    def metrics(self):
        self.env.run(until=self.hours)
        for clock in self.clocks:
            clock.to("starved")
        span, s = self.hours - self.warmup_h, self.sums
        result = {}
        for product in BETWEEN_RELEASES_H:
            result[f"{product}: finished an hour"] = s[f"{product}.finished"] / span
            result[f"{product}: time in the shop, h"] = s[f"{product}.cycle"] / s[f"{product}.finished"]
        for station, servers, states in (("saw", 2, ("busy", "down", "blocked")),
                                         ("mill", 1, ("busy", "setup", "no_resource", "down", "blocked")),
                                         ("oven", 1, ("busy", "no_resource", "down", "blocked")),
                                         ("test", 1, ("busy", "no_resource"))):
            for state in states:
                result[f"{station}: share {state}"] = s[f"{station}.{state}"] / span / servers
        for station in ("saw", "mill", "oven"):
            result[f"{station}: failures an hour"] = s[f"{station}.failures"] / span
            result[f"{station}: wait in the queue, h"] = s[f"{station}.wait"] / s[f"{station}.starts"]
        result["test: wait in the queue, h"] = s["test.wait"] / s["test.starts"]
        result["mill: set-ups an hour"] = s["mill.setups"] / span
        result["test: rework an hour"] = s["test.reworked"] / span
        result["test: scrapped an hour"] = s["test.scrapped"] / span
        result["technician: share serving"] = s["technician"] / span
        result["operators: share serving"] = s["operators"] / span / 2
        return result

    # ---- what all stations do

    def release(self, product):
        while True:
            self.saw.put(Lot(product, self.env.now))  # the first at 0
            yield self.env.timeout(self.random.expovariate(1 / BETWEEN_RELEASES_H[product]))

    def take(self, name, queue, lots):
        """Lots leave a queue for a server."""
        for lot in lots:
            queue.lots.remove(lot)
            self.count(f"{name}.wait", self.env.now - lot.since)
            self.count(f"{name}.starts")
        queue.tell()

    def pass_on(self, clock, lots, queue):
        """A finished server keeps lots that find no place."""
        lots = list(lots)
        while lots:
            while lots and queue.has_place():
                self.send(lots.pop(0), queue)
            if lots:
                if clock.state != "blocked":
                    clock.to("blocked")
                yield queue.changed

    def send(self, lot, queue):
        if queue is not self.mill:
            return queue.put(lot)
        queue.coming += 1
        self.env.process(self.moving(lot, queue))

    def moving(self, lot, queue):
        yield self.env.timeout(MOVE_H)
        queue.coming -= 1
        queue.put(lot)

    def repair(self, clock, repair_h, station):
        """The server is down until the technician has come and repaired it."""
        clock.to("down")
        self.count(f"{station}.failures")
        with self.technician.person.request() as call:
            yield call
            began = self.env.now
            yield self.env.timeout(self.technician.walk_h(station) + repair_h)
            self.book("technician", began)

    # ---- saw: two servers, failures by operating time, the work begins again with a new time

    def saw_server(self, clock):
        rnd = self.random
        life = rnd.expovariate(1 / 15.0)
        while True:
            yield self.env.timeout(MOMENT_H)
            clock.to("starved")
            while not self.saw.lots:
                yield self.saw.changed
            lot = self.saw.lots[0]
            self.take("saw", self.saw, [lot])
            while True:
                clock.to("busy")
                work = rnd.gammavariate(4.0, CUT_H[lot.product] / 4.0)
                if work <= life:
                    yield self.env.timeout(work)
                    life -= work
                    break
                yield self.env.timeout(life)
                life = rnd.expovariate(1 / 15.0)
                yield from self.repair(clock, lognormal(rnd, 1.5, 1.0), "saw")
            yield from self.pass_on(clock, [lot], self.mill)

    # ---- mill: set-ups by the technician, work by an operator, failures by the calendar whatever it does

    def mill_failures(self, mill):
        while True:
            yield self.env.timeout(self.random.weibullvariate(40.0, 2.0))
            self.mill_up = self.env.event()
            mill.interrupt()
            yield self.mill_up

    def mill_server(self, clock):
        lot, work, setup, done = None, None, 0.0, False
        while True:
            try:
                if lot is None:
                    yield self.env.timeout(MOMENT_H)
                    clock.to("starved")
                    while not self.mill.lots:
                        yield self.mill.changed
                    ready = [each for each in self.mill.lots if each.product == self.mill_setup]
                    lot = (ready or self.mill.lots)[0]
                    work = self.random.triangular(15 / 60, 75 / 60, 30 / 60)
                    setup = SETUP_H.get((self.mill_setup, lot.product), 0.0)
                    done = False
                    if setup > 0.0:
                        self.count("mill.setups")
                    self.take("mill", self.mill, [lot])
                while setup > 0.0:
                    setup = yield from self.change_over(clock, setup)
                self.mill_setup = lot.product
                if not done:
                    yield from self.mill_work(clock, work)
                    done = True
                yield from self.pass_on(clock, [lot], self.oven)
                lot = None
            except simpy.Interrupt as stop:
                if isinstance(stop.cause, float):
                    setup = stop.cause
                erlang = sum(self.random.expovariate(1.0) for _ in range(2))
                yield from self.repair(clock, erlang, "mill")
                self.mill_up.succeed()

    def change_over(self, clock, setup):
        """A set-up goes on after a failure where it stopped."""
        clock.to("no_resource")
        with self.technician.person.request() as call:
            yield call
            came = self.env.now
            try:
                yield self.env.timeout(self.technician.walk_h("mill"))
                began = self.env.now
                clock.to("setup")
                try:
                    yield self.env.timeout(setup)
                except simpy.Interrupt:
                    raise simpy.Interrupt(setup - (self.env.now - began)) from None
            finally:
                self.book("technician", came)
        return 0.0

    def mill_work(self, clock, work):
        """Work begins anew, with the same time, after a failure."""
        clock.to("no_resource")
        with self.operators.request() as call:
            yield call
            began = self.env.now
            clock.to("busy")
            try:
                yield self.env.timeout(work)
            finally:
                self.book("operators", began)

    # ---- oven: batches of both products, an operator throughout, failures by operating time, the work goes on

    def oven_server(self, clock):
        rnd, queue = self.random, self.oven
        life = rnd.expovariate(1 / 60.0)
        while True:
            yield self.env.timeout(MOMENT_H)
            clock.to("starved")
            while len(queue.lots) < LEAST:
                if not queue.lots:
                    yield queue.changed
                    continue
                left = queue.lots[0].since + PATIENCE_H - self.env.now
                if left < MOMENT_H:
                    break
                yield queue.changed | self.env.timeout(left)
            lots = queue.lots[:MOST]
            self.take("oven", queue, lots)
            work = rnd.uniform(70 / 60, 130 / 60)
            while work > 0.0:
                clock.to("no_resource")
                with self.operators.request() as call:
                    yield call
                    began = self.env.now
                    clock.to("busy")
                    ran = min(work, life)
                    yield self.env.timeout(ran)
                    self.book("operators", began)
                work, life = work - ran, life - ran
                if life <= 0.0:
                    clock.to("down")
                    self.count("oven.failures")
                    yield self.env.timeout(rnd.expovariate(1 / 3.0))
                    life = rnd.expovariate(1 / 60.0)
            yield from self.pass_on(clock, lots, self.test)

    # ---- test: an operator; what fails goes back to be cut, or is scrap

    def test_server(self, clock):
        rnd, queue = self.random, self.test
        while True:
            yield self.env.timeout(MOMENT_H)
            clock.to("starved")
            while not queue.lots:
                yield queue.changed
            lot = queue.lots[0]
            self.take("test", queue, [lot])
            clock.to("no_resource")
            with self.operators.request() as call:
                yield call
                began = self.env.now
                clock.to("busy")
                yield self.env.timeout(rnd.expovariate(60 / 35))
                self.book("operators", began)
            if rnd.random() < YIELD[lot.product]:
                self.count(f"{lot.product}.finished")
                self.count(f"{lot.product}.cycle", self.env.now - lot.released)
            elif lot.reworks < REWORKS[lot.product]:
                lot.reworks += 1
                self.count("test.reworked")
                self.saw.put(lot)
            else:
                self.count("test.scrapped")


def lognormal(rnd, mean, cv):
    sigma2 = math.log(1.0 + cv * cv)
    return rnd.lognormvariate(math.log(mean) - sigma2 / 2, math.sqrt(sigma2))


def replication(case):
    seed, hours, warmup_h = case
    return Shop(seed, hours, warmup_h).metrics()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    runs = [(case["seed"] + i, case["hours"], case["warmup_h"]) for i in range(case["replications"])]
    with multiprocessing.Pool(case["processes"]) as pool:
        found = pool.map(replication, runs, chunksize=1)
    json.dump({name: [each[name] for each in found] for name in found[0]}, sys.stdout)


if __name__ == "__main__":
    main()
