"""Quantiles of the distributions of tests/studies/test_design.cpp. Usage: factor_oracle.py CASE.json"""
import json
import sys
import numpy as np
from scipy import stats

u = np.array(json.load(open(sys.argv[1]))["quantiles"])
variance = np.log1p(0.3**2)
print(json.dumps({
    "normal": stats.norm(20, 3).ppf(u).tolist(),
    "lognormal": stats.lognorm(np.sqrt(variance), scale=900 * np.exp(-variance / 2)).ppf(u).tolist(),
    "triangular": stats.triang(0.25, loc=1, scale=4).ppf(u).tolist(),
}))
