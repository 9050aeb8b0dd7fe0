#!/usr/bin/env python3
"""One launch of a short track whose coils are fed by converters, without tables.

usage: converter_oracle.py CASE.json      prints the result as JSON

Inductances are those of driver_oracle.py. Time is the independent variable; flux linkages are formed from the currents and
differentiated along the bore by central differences, not by formula; a coil may be shorted, its flux then a state.
"""
import json
import sys

import numpy as np
from driver_oracle import Pair, Track, Winding, gauss
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

STEP = 2e-4  # m, of the central differences (fourth order)


class Fed:
    def __init__(self, case):
        self.t = Track(case)
        self.eta = case["converter_efficiency"]
        self.shorted = case.get("shorted_stage")
        self.waves = []  # [stage, middle, amplitude]
        self.flux_s = None

    def fed(self, x, waves):
        coils = {}
        for k, middle, amplitude in waves:
            coils[k] = coils.get(k, 0.0) - amplitude * np.sin(np.pi * (x - middle) / self.t.s)
        return list(coils), np.array(list(coils.values()))

    def mutual(self, stages, x):
        t = self.t
        z = x - t.spacing * np.arange(t.nb)[None, :] - t.p * np.array(stages)[:, None]
        return t.pair(z)

    def between(self, a, b):
        L = [self.t.L_drive, *self.t.neighbours]
        return np.array([[L[abs(i - j)] for j in b] for i in a]).reshape(len(a), len(b))

    def circuits(self, x, waves, flux_s):
        """Currents of the fed coils, the bucket and the short, flux linkages of the fed coils, force."""
        t = self.t
        stages, I = self.fed(x, waves)
        short = [] if flux_s is None else [self.shorted]
        every = stages + short
        M, slope = self.mutual(every, x) if every else (np.zeros((0, t.nb)), np.zeros((0, t.nb)))
        n = len(stages)
        L_ss = self.between(short, short)
        G = np.block([[t.Lb, M[n:].T], [M[n:], L_ss]])
        known = np.concatenate([t.flux_b - M[:n].T @ I, (flux_s or 0.0) * np.ones(len(short))])
        known[t.nb :] -= self.between(short, stages) @ I
        u = np.linalg.solve(G, known)
        Ib, Is = u[: t.nb], u[t.nb :]
        linked = self.between(stages, stages) @ I + self.between(stages, short) @ Is + M[:n] @ Ib
        return stages, I, Ib, Is, linked, Ib @ (slope.T @ np.concatenate([I, Is]))

    def rate(self, _, y):
        t = self.t
        x, v = y[0], y[1]
        flux_s = y[5] if len(y) > 5 else None
        stages, I, _, Is, _, force = self.circuits(x, self.waves, flux_s)
        short_rate = -t.R * Is  # dΛ/dt
        linked = []
        for i in (-2, -1, 1, 2):
            ahead = None if flux_s is None else flux_s + short_rate[0] * i * STEP / v
            linked.append(self.circuits(x + i * STEP, self.waves, ahead)[4])
        slope = (linked[0] - 8 * linked[1] + 8 * linked[2] - linked[3]) / (12 * STEP) if stages else np.zeros(0)
        power = I * (slope * v + t.R * I)
        out = np.maximum(power, 0).sum() / self.eta
        back = -np.minimum(power, 0).sum() * self.eta
        return np.concatenate([[v, force / t.mass, out, back, t.R * (I @ I + Is @ Is)], short_rate])

    def work(self, amplitude):
        """Mean work of one converter over a pitch in mid-track."""
        t = self.t
        x, w = gauss(0.0, t.p, 96)
        far = int((t.spacing * (t.nb - 1) + t.s) / t.p) + 2
        total = 0.0
        for xi, wi in zip(x, w):
            waves = [
                (k, k * t.p + b * t.spacing - t.case["advance"] * t.s, t.sign[b] * amplitude)
                for k in range(-far, far + 1)
                for b in range(t.nb)
            ]
            waves = [each for each in waves if abs(xi - each[1]) < t.s]
            stages, I = self.fed(xi, waves)
            M, slope = self.mutual(stages, xi)
            Ib = np.linalg.solve(t.Lb, t.flux_b - M.T @ I)
            total += wi * Ib @ (slope.T @ I)
        return total / t.nb

    def run(self):
        t = self.t
        asked = t.mass * t.a * t.p / t.nb * t.case["energy"]
        y = np.array([t.fire_position(0, 0), t.v0, 0.0, 0.0, 0.0])
        queue = sorted((t.fire_position(k, b), k, b) for k in range(t.n) for b in range(t.nb))
        time, amplitudes = 0.0, {}
        last_short = (
            self.shorted * t.p + (t.nb - 1) * t.spacing + t.case["latest_opening"] * t.s if self.shorted is not None else None
        )
        while queue or self.waves or len(y) > 5:
            here = y[0] + 1e-10
            self.waves = [w for w in self.waves if w[1] + t.s > here]
            if len(y) > 5 and last_short <= here:
                y = y[:5]
            while queue and queue[0][0] <= here:
                place, k, b = queue.pop(0)
                if k == self.shorted:
                    if len(y) == 5:
                        self.waves = [w for w in self.waves if w[0] != k]
                        stages, I, Ib, _, _, _ = self.circuits(y[0], self.waves, None)
                        flux = self.mutual([k], y[0])[0][0] @ Ib + (self.between([k], stages) @ I).sum()
                        y = np.append(y, flux)
                    continue
                missing = (t.taper(place) - y[1] ** 2) / (2 * t.a * t.p)
                wanted = asked * (1 + t.case["gain"] * missing)
                guess = wanted / self.linear
                amplitude = brentq(lambda A: self.linear * A + self.quadratic * A * A - wanted, 0.0, 4 * guess, xtol=1e-9, rtol=1e-14)
                amplitudes[f"{k}/{b}"] = amplitude
                self.waves.append((k, place + t.s, t.sign[b] * amplitude))
            ends = [w[1] + t.s for w in self.waves] + [q[0] for q in queue[:1]] + ([last_short] if len(y) > 5 else [])
            if not ends:
                break
            stop = min(ends)

            def reached(_, state):
                return state[0] - stop

            reached.terminal, reached.direction = True, 1
            scale = np.concatenate([[1.0, 1.0, 1e4, 1e4, 1e3], np.ones(len(y) - 5)])
            r = solve_ivp(self.rate, (time, time + 4 * t.s / y[1]), y, "DOP853", events=reached, rtol=1e-9, atol=1e-10 * scale)
            if r.status != 1:
                raise RuntimeError(r.message)
            time, y = r.t[-1], r.y[:, -1]
            y[0] = stop
        return time, y, amplitudes


def solve(case):
    fed = Fed(case)
    t = fed.t
    far = 2 * int((t.spacing * (t.nb - 1) + 2 * t.s) / t.p) + 8
    drive = Winding(**case["drive"])
    t.neighbours = Pair(drive, drive)(t.p * np.arange(1, far + t.n))[0]
    unit = case["bucket_current"]
    forward, backward = fed.work(unit), fed.work(-unit)
    fed.linear = (forward - backward) / (2 * unit)
    fed.quadratic = (forward + backward) / (2 * unit**2)
    time, y, amplitudes = fed.run()
    return {
        "exit_speed": y[1],
        "discharged": y[2],
        "recovered": y[3],
        "heat": y[4],
        "time": time,
        "linear_J_per_A": fed.linear,
        "quadratic_J_per_A2": -fed.quadratic,
        "amplitudes": amplitudes,
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(solve(json.load(file)), sys.stdout, indent=1)
        print()
