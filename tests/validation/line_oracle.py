#!/usr/bin/env python3
"""Throughput of a saturated line without places, blocking after service, from the recursion of departure times.

usage: line_oracle.py CASE.json. Part n leaves station j at D[j, n] = max(max(D[j-1, n], D[j, n-1]) + T, D[j+1, n-1]), where T is its time on the machine: 1 h of work and the repairs of the
failures that come in it. Prints parts an hour by replication.
"""
import json
import sys

import numpy


def throughput(case, random):
    stations, runs = case["stations"], case["replications"]
    left = numpy.zeros((stations + 1, runs))  # the last row: behind the line is always room
    began = None
    for part in range(case["warmup_parts"] + case["parts"]):
        failures = random.poisson(case["failures_per_h"], (stations, runs))
        times = 1.0 + numpy.where(failures > 0, random.gamma(numpy.maximum(failures, 1), case["repair_h"]), 0.0)
        came = left[0].copy()
        for j in range(stations):
            ready = numpy.maximum(came, left[j]) + times[j]
            came = left[j] = numpy.maximum(ready, left[j + 1])
        if part == case["warmup_parts"] - 1:
            began = came.copy()
    return case["parts"] / (came - began)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    json.dump(throughput(case, numpy.random.default_rng(case["seed"])).tolist(), sys.stdout)


if __name__ == "__main__":
    main()
