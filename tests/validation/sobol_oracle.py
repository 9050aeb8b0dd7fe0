"""Unscrambled Sobol points of SciPy. Usage: sobol_oracle.py CASE.json"""
import json
import sys
from scipy.stats import qmc

case = json.load(open(sys.argv[1]))
points = qmc.Sobol(case["dimensions"], scramble=False).random_base2(case["log2_points"])
print(json.dumps({"points": points.tolist()}))
