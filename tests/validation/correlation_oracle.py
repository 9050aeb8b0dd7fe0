"""Correlations by SciPy. Usage: correlation_oracle.py CASE.json with columns and y"""
import json
import sys
import numpy as np
from scipy import stats

case = json.load(open(sys.argv[1]))
columns, y = [np.array(c) for c in case["columns"]], np.array(case["y"])


def residual(target, others):
    design = np.column_stack([np.ones(len(target))] + others)
    return target - design @ np.linalg.lstsq(design, target, rcond=None)[0]


def partial(i):
    others = [stats.rankdata(c) for j, c in enumerate(columns) if j != i]
    return stats.pearsonr(residual(stats.rankdata(columns[i]), others), residual(stats.rankdata(y), others))[0]


bounds = [stats.pearsonr(c, y).confidence_interval(0.9) for c in columns]
print(json.dumps({
    "pearson": [stats.pearsonr(c, y)[0] for c in columns],
    "spearman": [stats.spearmanr(c, y)[0] for c in columns],
    "partial": [partial(i) for i in range(len(columns))],
    "low": [b.low for b in bounds],
    "high": [b.high for b in bounds],
}))
