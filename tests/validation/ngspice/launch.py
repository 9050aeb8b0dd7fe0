#!/usr/bin/env python3
"""A launch of a few stages as an ngspice circuit.

usage: launch.py CASE.json [NETLIST.cir]      prints the result as JSON; writes the netlist where asked

SPICE integrates everything: the drive coils are its coupled inductors, the banks its capacitors, and position and speed are the
voltages of two more capacitors. A switch works as a thyristor does: it closes when the bucket reaches the firing position and
carries the first half cycle, a diode the second, and the diode ends it at the second zero. Not from here is only M(z), a sum of
dipole-like terms c (z² + d²)^-3/2 fitted to the oracle's quadrature.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from driver_oracle import Track  # noqa: E402

SWITCH = 1e-6  # ohm, closed


def fit_mutual(pair, reach, terms=16):
    """Terms (c, d²) of M(z) = Σ c (z² + d²)^-3/2 for |z| ≤ reach, fitted to M and M' together, and the largest errors of both."""
    near = np.linspace(0, min(reach, 3.0), 301)
    z = np.concatenate([near, np.linspace(near[-1], reach, 101)[1:]])
    M, slope = pair(z)
    d2 = np.geomspace(0.15, 2.5, terms) ** 2
    q = z[:, None] ** 2 + d2
    scale_M, scale_slope = M[0], abs(slope).max()
    table = np.vstack([q**-1.5 / scale_M, -3 * z[:, None] * q**-2.5 / scale_slope])
    wanted = np.concatenate([M / scale_M, slope / scale_slope])
    c = np.linalg.lstsq(table, wanted, rcond=1e-15)[0]
    error = abs(table @ c - wanted)
    return c, d2, error[: len(z)].max(), error[len(z) :].max()


def netlist(track: Track, case, step_s):
    n, p, s = track.n, track.p, track.s
    start = track.fire_position(0, 0) - 0.05 * s
    stop_x = (n - 1) * p + case["latest_opening"] * s
    c, d2, error_M, error_slope = fit_mutual(track.pair, stop_x - start + 1.0)
    mutual = "+".join(f"({ci:.15e})/((z*z+{di:.15e})*sqrt(z*z+{di:.15e}))" for ci, di in zip(c, d2))
    slope = "+".join(f"({-3 * ci:.15e})*z/((z*z+{di:.15e})**2*sqrt(z*z+{di:.15e}))" for ci, di in zip(c, d2))
    start_M = [float(np.sum(c * ((start - k * p) ** 2 + d2) ** -1.5)) for k in range(n)]
    current0 = case["bucket_current"]

    lines = [
        f"* mass driver, {n} stages",
        f".func M(z) {{{mutual}}}",
        f".func G(z) {{{slope}}}",
        # A switch: 100 Ω to 1 µΩ within about a tenth of a millimetre of bucket travel; the coil's resistance is less by as much.
        f".func closed(gate) {{100*{SWITCH / 100:.3g}**(0.5+0.5*tanh(gate/1e-4))}}",
        ".model ideal D(n=0.05 is=1e-3)",
        f"Cx x 0 1 ic={start:.15g}",
        "Bx 0 x I=V(v)",
        f"Cv v 0 1 ic={track.v0:.15g}",
        "Bv 0 v I=V(ib)*(" + "+".join(f"V(g{k})*I(Vs{k})" for k in range(n)) + f")/{track.mass:.15g}",
        # The bucket's flux does not change: L_b I_b + Σ M_k I_k = L_b I_b0.
        f"Bib ib 0 V={current0:.15g}-(" + "+".join(f"V(m{k})*I(Vs{k})" for k in range(n)) + f")/{track.L_bucket:.15e}",
    ]
    for k in range(n):
        capacitance, voltage = track.bank(k, 0, track.v0)
        fire = track.fire_position(k, 0)
        lines += [
            f"Bm{k} m{k} 0 V=M(V(x)-{k * p:.15g})",
            f"Bg{k} g{k} 0 V=G(V(x)-{k * p:.15g})",
            f"C{k} bank{k} 0 {capacitance:.15e} ic={voltage:.15e}",
            # Gate: from the firing position until well within the second half cycle.
            f"Bgate{k} gate{k} 0 V=(V(x)-{fire:.15g})*({k * p + case['gate_off'] * s:.15g}-V(x))",
            f"Rs{k} bank{k} a{k} R='closed(V(gate{k}))'",
            f"D{k} a{k} c{k} ideal",
            f"Bblock{k} block{k} 0 V={k * p + case['block'] * s:.15g}-V(x)",
            f"Rd{k} c{k} bank{k} R='closed(V(block{k}))'",
            f"Vs{k} a{k} b{k} 0",
            f"L{k} b{k} e{k} {track.L_drive:.15e} ic=0",
            # d(M_k I_b)/dt: the voltage of 1 H that carries M_k I_b.
            f"Bf{k} 0 f{k} I=V(m{k})*V(ib)",
            f"Lf{k} f{k} 0 1 ic={start_M[k] * current0:.15e}",
            f"Ee{k} e{k} r{k} f{k} 0 1",
            f"R{k} r{k} 0 {track.R - SWITCH:.15e}",
        ]
    for i in range(n):
        for j in range(i):
            lines.append(f"K{i}_{j} L{i} L{j} {track.L[i, j] / track.L_drive:.15e}")
    # Long enough at the entry speed, which is the lowest.
    stop = (stop_x - start) / track.v0
    lines += [
        ".options method=gear maxord=2 reltol=1e-6 abstol=1e-2 vntol=1e-7 chgtol=1e-14 gmin=1e-15 trtol=1 itl4=200",
        f".tran {step_s:.6g} {stop:.9g} 0 {step_s:.6g} uic",
        ".save v(v) v(x) v(ib) " + " ".join(f"i(Vs{k}) v(bank{k})" for k in range(n)),
        ".control",
        "set numdgt=13",
        "run",
        "let last = length(time) - 1",
        "print v(v)[last] v(x)[last] v(ib)[last]",
    ]
    lines += [f"print i(Vs{k})[last] v(bank{k})[last]" for k in range(n)]
    if "plot" in case:
        lines.append(f"wrdata {case['plot']} v(x) v(v) v(ib) " + " ".join(f"i(Vs{k}) v(bank{k})" for k in range(n)))
    lines += ["quit", ".endc", ".end"]
    return "\n".join(lines) + "\n", error_M, error_slope


def run(text):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "launch.cir"
        path.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run(["ngspice", "-b", str(path)], capture_output=True, text=True, cwd=directory)
        except FileNotFoundError:
            sys.exit("ngspice is missing: apt-get install ngspice")
    found = dict(re.findall(r"^(\S+)\[last\] = (\S+)$", done.stdout, re.M))
    if "v(v)" not in found:
        sys.exit("ngspice failed:\n" + done.stdout + done.stderr)
    return {name: float(value) for name, value in found.items()}


def main():
    case = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    track = Track(case)
    text, error_M, error_slope = netlist(track, case, case.get("step_s", 2e-6))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(text, encoding="utf-8")
    last = run(text)
    print(json.dumps({"exit_speed": last["v(v)"], "mutual_fit": error_M, "slope_fit": error_slope, "last": last}, indent=1))


if __name__ == "__main__":
    main()
