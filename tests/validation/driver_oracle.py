#!/usr/bin/env python3
"""One launch of a short track, without tables: every inductance is a quadrature of elliptic integrals where it is needed.

usage: driver_oracle.py CASE.json      prints the result as JSON

Shares no code with the solver and avoids its formulation: the state of a closed coil is its flux linkage, not its current;
self-inductances are Fourier–Bessel integrals; forces on the track are taken coil by coil, so that momentum can be checked.
"""
import json
import sys
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.constants import mu_0
from scipy.integrate import solve_ivp
from scipy.special import ellipe, ellipkm1, j0, j1, struve


@dataclass(frozen=True)
class Winding:
    radius: float
    length: float
    depth: float


def filaments(a, b, z):
    """M and dM/dz of coaxial circles (Maxwell, Treatise II, 701)."""
    far2 = (a + b) ** 2 + z**2
    near2 = (a - b) ** 2 + z**2
    k2 = 4 * a * b / far2
    K, E = ellipkm1(near2 / far2), ellipe(k2)
    mutual = mu_0 * np.sqrt(far2) / 2 * ((2 - k2) * K - 2 * E)
    slope = mu_0 * z / (2 * np.sqrt(far2)) * (2 * K - (2 - k2) * far2 / near2 * E)
    return mutual, slope


def gauss(low, high, n):
    x, w = leggauss(n)
    return (low + high) / 2 + (high - low) / 2 * x, (high - low) / 2 * w


class Pair:
    """M and dM/dz of two windings of rectangular section. The two axial integrals are one over the axial distance, whose density
    is a trapezium with corners at (±l1 ± l2)/2."""

    def __init__(self, one: Winding, two: Winding, radial=6, axial=8):
        corners = sorted((one.length + s * two.length) / 2 * t for s in (1, -1) for t in (1, -1))
        pieces = [gauss(a, b, axial) for a, b in zip(corners, corners[1:]) if b > a]
        u, w = (np.concatenate(each) for each in zip(*pieces))
        overlap = np.minimum(np.minimum(one.length, two.length), (one.length + two.length) / 2 - abs(u))
        a, wa = gauss(one.radius - one.depth / 2, one.radius + one.depth / 2, radial)
        b, wb = gauss(two.radius - two.depth / 2, two.radius + two.depth / 2, radial)
        self.a, self.b, self.u = (x.ravel() for x in np.meshgrid(a, b, u, indexing="ij"))
        self.weight = (wa[:, None, None] * wb[None, :, None] * (w * overlap)).ravel()
        self.weight /= one.depth * two.depth * one.length * two.length

    def __call__(self, z):
        mutual, slope = filaments(self.a, self.b, np.asarray(z)[..., None] + self.u)
        return mutual @ self.weight, slope @ self.weight


def self_inductance(coil: Winding):
    """2π μ0 / (l w)² ∫ P² (kl + e^-kl − 1) / k² dk with P(k) = ∫ r J1(kr) dr over the depth, from Bessel and Struve functions.
    The integrand falls as k^-4; the tail beyond `top`, where the mean of P² is (r1 + r2)/(π k³), is added."""

    def moment(x):  # ∫ t J1(t) dt from 0 to x
        return np.pi * x / 2 * (j1(x) * struve(0, x) - j0(x) * struve(1, x))

    low, high, length = coil.radius - coil.depth / 2, coil.radius + coil.depth / 2, coil.length
    top = 2e4 / coil.radius
    x, w = leggauss(12)
    edges = np.concatenate([[0.0], np.linspace(0, top, int(top * high / np.pi) + 1)[1:]])
    half = np.diff(edges)[:, None] / 2
    k = edges[:-1, None] + half * (1 + x)
    p = (moment(k * high) - moment(k * low)) / k**2
    kl = k * length
    total = np.sum(half * w * p**2 * (kl + np.expm1(-kl)) / k**2)
    total += (low + high) / np.pi * (length / (3 * top**3) - 1 / (4 * top**4)) / top
    return 2 * np.pi * mu_0 / (length * coil.depth) ** 2 * total


class Track:
    """Equal coaxial coils, a bucket of one or two coils of opposite polarity, and the banks."""

    def __init__(self, case):
        self.case = case
        drive, bucket = Winding(**case["drive"]), Winding(**case["bucket"])
        self.n, self.p, self.s = case["stages"], case["pitch"], case["half_wave"]
        self.nb, self.spacing = case["bucket_coils"], case["spacing"]
        self.mass = case["mass"]
        self.v0, self.v1 = case["entry_speed"], case["exit_speed"]
        self.a = (self.v1**2 - self.v0**2) / (2 * self.n * self.p)
        self.R = case["resistance"]
        self.pair = Pair(drive, bucket)
        self.L_drive = self_inductance(drive)
        self.L_bucket = self_inductance(bucket)
        apart = Pair(drive, drive)
        self.neighbours, self.neighbour_slopes = apart(self.p * np.arange(1, self.n))
        self.L = np.zeros((self.n, self.n))
        self.L_slope = np.zeros((self.n, self.n))  # ∂M_ij/∂z_i
        for i in range(self.n):
            for j in range(self.n):
                d = abs(i - j)
                self.L[i, j] = self.L_drive if d == 0 else self.neighbours[d - 1]
                self.L_slope[i, j] = 0 if d == 0 else np.sign(i - j) * self.neighbour_slopes[d - 1]
        self.Lb = np.eye(self.nb) * self.L_bucket
        if self.nb == 2:
            self.Lb[0, 1] = self.Lb[1, 0] = Pair(bucket, bucket)(self.spacing)[0]
        self.sign = np.array([1.0, -1.0][: self.nb])
        self.flux_b = self.Lb @ (self.sign * case["bucket_current"])
        self.driven = case["driven"]  # bucket currents held by a supply instead of their flux

    def taper(self, x):
        """Square of the nominal speed with the leading bucket coil at x: each bucket coil on the track brings its share."""
        on = [min(max(0.0, x - b * self.spacing), self.n * self.p) for b in range(self.nb)]
        return self.v0**2 + 2 * self.a * sum(on) / self.nb

    def fire_position(self, k, b):
        return k * self.p - (1 + self.case["advance"]) * self.s + b * self.spacing

    def bank(self, k, b, v):
        """Capacitance and voltage of a half-bank fired at speed v."""
        aligned2 = self.taper(k * self.p + b * self.spacing)
        capacitance = self.case["tuning"] * self.s**2 / (np.pi**2 * aligned2 * self.L_drive)
        missing = (self.taper(self.fire_position(k, b)) - v**2) / (2 * self.a * self.p)
        energy = self.mass * self.a * self.p / self.nb * self.case["energy"] * (1 + self.case["gain"] * missing)
        return capacitance, self.sign[b] * np.sqrt(2 * energy / capacitance)

    def currents(self, x, closed, flux):
        """Of the closed coils and of the bucket, with M (closed × bucket coils) and its slope."""
        z = x - self.spacing * np.arange(self.nb)[None, :] - self.p * np.array(closed)[:, None]
        M, slope = self.pair(z)
        if self.driven:
            Ib = self.sign * self.case["bucket_current"]
            return np.linalg.solve(self.L[np.ix_(closed, closed)], flux - M @ Ib), Ib, M, slope
        B = np.linalg.solve(self.Lb, np.column_stack([M.T, self.flux_b]))
        A = self.L[np.ix_(closed, closed)] - M @ B[:, :-1]
        I = np.linalg.solve(A, flux - M @ B[:, -1])
        return I, B[:, -1] - B[:, :-1] @ I, M, slope


class Launch:
    def __init__(self, track: Track):
        self.t = track
        self.closed = []  # [stage, bucket coil, capacitance, polarity, zeros seen]
        self.late = self.opened = 0
        self.discharged = self.recovered = self.discarded = 0.0
        self.shots = []
        self.queue = sorted((track.fire_position(k, b), k, b) for k in range(track.n) for b in range(track.nb))

    # State: position, speed, momentum given to the track, heat, then flux and voltage of each closed coil.
    def rate(self, _, y):
        t, n = self.t, len(self.closed)
        stages = [c[0] for c in self.closed]
        I, Ib, _, slope = t.currents(y[0], stages, y[4 : 4 + n])
        force = Ib @ (slope.T @ I)
        between = t.L_slope[np.ix_(stages, stages)] @ I
        on_coil = I * (between - slope @ Ib)
        V = y[4 + n :]
        C = np.array([c[2] for c in self.closed])
        return np.concatenate([[y[1], force / t.mass, on_coil.sum(), t.R * (I @ I)], V - t.R * I, -I / C])

    def magnetic(self, y):
        """Energy of the field; of the drive coils alone where a supply holds the bucket's currents and pays for the rest."""
        t, n = self.t, len(self.closed)
        stages = [c[0] for c in self.closed]
        if n == 0:
            return 0.0 if t.driven else t.flux_b @ np.linalg.solve(t.Lb, t.flux_b) / 2
        I, Ib, _, _ = t.currents(y[0], stages, y[4 : 4 + n])
        if t.driven:
            return I @ t.L[np.ix_(stages, stages)] @ I / 2
        return (y[4 : 4 + n] @ I + t.flux_b @ Ib) / 2

    def events(self):
        t = self.t

        def current(i, polarity, rising):
            def event(_, y):
                n = len(self.closed)
                return polarity * t.currents(y[0], [c[0] for c in self.closed], y[4 : 4 + n])[0][i]

            event.terminal, event.direction = True, 1 if rising else -1
            return event

        def place(x):
            def event(_, y):
                return y[0] - x

            event.terminal, event.direction = True, 1
            return event

        found = [current(i, c[3], c[4] == 1) for i, c in enumerate(self.closed)]
        found += [
            place(c[0] * t.p + c[1] * t.spacing + t.case["latest_opening"] * t.s) for c in self.closed
        ]
        if self.queue:
            found.append(place(self.queue[0][0]))
        return found

    def open(self, i, y):
        n, c = len(self.closed), self.closed[i]
        self.recovered += c[2] * y[4 + n + i] ** 2 / 2
        I = self.t.currents(y[0], [c[0] for c in self.closed], y[4 : 4 + n])[0]
        before = self.magnetic(y)
        self.shots.append((c[0], c[1], y[0] - c[0] * self.t.p - c[1] * self.t.spacing, float(I[i])))
        self.closed.pop(i)
        y = np.delete(y, [4 + i, 4 + n + i])
        self.discarded += before - self.magnetic(y)
        return y

    def fire(self, y):
        _, k, b = self.queue.pop(0)
        t, n = self.t, len(self.closed)
        stages = [c[0] for c in self.closed]
        if k in stages:  # the bank before is cut off
            self.late += 1
            y = self.open(stages.index(k), y)
            n, stages = n - 1, [c[0] for c in self.closed]
        C, V = t.bank(k, b, y[1])
        if n:
            I, Ib, _, _ = t.currents(y[0], stages, y[4 : 4 + n])
        else:
            I, Ib = np.zeros(0), np.linalg.solve(t.Lb, t.flux_b)
        z = y[0] - t.spacing * np.arange(t.nb) - t.p * k
        flux = t.L[k, stages] @ I + t.pair(z)[0] @ Ib  # so that its current is 0
        self.closed.append([k, b, C, np.sign(V), 0])
        self.discharged += C * V**2 / 2
        return np.concatenate([y[: 4 + n], [flux], y[4 + n :], [V]])

    def run(self):
        y, time = np.array([self.queue[0][0], self.t.v0, 0.0, 0.0]), 0.0
        steps = 0
        while self.queue or self.closed:
            if not self.closed:  # coast to the next firing
                time += (self.queue[0][0] - y[0]) / y[1]
                y[0] = self.queue[0][0]
                y = self.fire(y)
                continue
            n = len(self.closed)
            scale = np.concatenate([[1.0, 1.0, 1e3, 1e3], np.full(n, 1.0), np.full(n, 1e4)])
            r = solve_ivp(self.rate, (time, time + 4 * self.t.s / y[1]), y, "DOP853", events=self.events(),
                          rtol=self.t.case.get("rtol", 1e-11), atol=1e-12 * scale)
            if r.status != 1:
                raise RuntimeError(r.message)
            steps += len(r.t)
            which = next(i for i, found in enumerate(r.t_events) if len(found))
            time, y = r.t[-1], r.y[:, -1]
            if which < n:
                self.closed[which][4] += 1
                if self.closed[which][4] == 2:
                    y = self.open(which, y)
            elif which < 2 * n:
                self.late += 1
                y = self.open(which - n, y)
            else:
                y = self.fire(y)
        return time, y, steps


def solve(case):
    track = Track(case)
    launch = Launch(track)
    time, y, steps = launch.run()
    gained = track.mass * (y[1] ** 2 - track.v0**2) / 2
    residual = launch.discharged - launch.recovered - launch.discarded - y[3] - gained
    mutual, _ = track.pair(np.array([0.0, track.s / 2]))
    return {
        "exit_speed": y[1],
        "late_openings": launch.late,
        "discharged": launch.discharged,
        "recovered": launch.recovered,
        "discarded": launch.discarded,
        "heat": y[3],
        "energy_residual": residual / launch.discharged,
        "track_momentum": y[2],
        "momentum_residual": (track.mass * (y[1] - track.v0) + y[2]) / (track.mass * (y[1] - track.v0)),
        "drive_H": track.L_drive,
        "bucket_H": track.L_bucket,
        "bucket_pair_H": track.Lb[0, 1] if track.nb == 2 else 0.0,
        "neighbour_H": list(track.neighbours),
        "mutual_0_H": mutual[0],
        "mutual_half_H": mutual[1],
        "time": time,
        "steps": steps,
        "openings": launch.shots,
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(solve(json.load(file)), sys.stdout, indent=1)
        print()
