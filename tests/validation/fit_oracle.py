#!/usr/bin/env python3
"""Distributions fitted to samples by SciPy, for tests/validation/test_fit.cpp.

usage: fit_oracle.py CASE.json      prints the result as JSON

CASE.json: {"samples": {name: {"kinds": [kind], "values": [number]}}}. For each sample and kind: log-likelihood at the maximum, mean and standard deviation of
the fit, D of Kolmogorov and Smirnov, A2 of Anderson and Darling. scipy.stats fits gamma, lognormal and Weibull (location fixed
at 0); the others are maximised here over scipy.stats' densities: stages one by one, a cut normal and a triangular by Nelder and
Mead, the triangular from every tenth observation as its mode.
"""

import json
import sys

import numpy as np
from scipy import optimize, stats


def descend(loss, start):
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5000, "maxfev": 5000}
    for _ in range(2):
        start = optimize.minimize(loss, start, method="Nelder-Mead", options=options).x
    return start


def erlang(x):
    stages = np.arange(1, 1001)
    best = max(stages, key=lambda k: stats.gamma.logpdf(x, k, scale=x.mean() / k).sum())
    return stats.gamma(best, scale=x.mean() / best)


def cut_normal(x):
    def of(p):
        mean, sd = abs(p[0]), np.exp(p[1])
        return {"a": -mean / sd, "b": np.inf, "loc": mean, "scale": sd}

    p = descend(lambda p: -stats.truncnorm.logpdf(x, **of(p)).sum(), [x.mean(), np.log(x.std())])
    return stats.truncnorm(**of(p))


def triangular(x):
    x = np.sort(x)
    width = x[-1] - x[0]

    def of(p, mode):
        a, b = max(0.0, x[0] - width * np.exp(p[0])), x[-1] + width * np.exp(p[1])
        return {"c": (mode - a) / (b - a), "loc": a, "scale": b - a}

    def loss(p, mode):
        return -stats.triang.logpdf(x, **of(p, mode)).sum()

    best = min(range(0, len(x), 10), key=lambda i: optimize.minimize(loss, [-3.0, -3.0], (x[i],), method="Nelder-Mead").fun)
    fits = []
    for mode in x[max(0, best - 10) : best + 11]:
        p = descend(lambda p, mode=mode: loss(p, mode), [-3.0, -3.0])
        fits.append((loss(p, mode), of(p, mode)))
    return stats.triang(**min(fits, key=lambda fit: fit[0])[1])


FITS = {
    "exponential": lambda x: stats.expon(scale=x.mean()),
    "erlang": erlang,
    "gamma": lambda x: stats.gamma(*stats.gamma.fit(x, floc=0)),
    "lognormal": lambda x: stats.lognorm(*stats.lognorm.fit(x, floc=0)),
    "weibull": lambda x: stats.weibull_min(*stats.weibull_min.fit(x, floc=0)),
    "triangular": triangular,
    "normal": cut_normal,
    "uniform": lambda x: stats.uniform(x.min(), x.max() - x.min()),
}


def anderson_darling(x, d):
    n = len(x)
    terms = (2 * np.arange(1, n + 1) - 1) * (d.logcdf(x) + d.logsf(x[::-1]))
    return -n - terms.sum() / n


def result(x, d):
    x = np.sort(x)
    with np.errstate(divide="ignore"):
        a2 = anderson_darling(x, d)
    return {
        "log_likelihood": d.logpdf(x).sum(),
        "mean": d.mean(),
        "sd": d.std(),
        "ks": stats.kstest(x, d.cdf).statistic,
        "ad": a2 if np.isfinite(a2) else None,
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    found = {}
    for name, sample in case["samples"].items():
        x = np.array(sample["values"])
        found[name] = {kind: result(x, FITS[kind](x)) for kind in sample["kinds"]}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
