#!/usr/bin/env python3
"""Periodic orbits of the Earth-Moon circular restricted three-body problem with SciPy (DOP853, fsolve).

Prints the numbers of tests/orbit/test_libration_orbits.cpp:  python3 tests/validation/libration_oracle.py
"""
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

MU = 0.01215058560962404
LU_KM = 389703.264829278


def rate(_, y):
    r1 = np.hypot(np.hypot(y[0] + MU, y[1]), y[2])
    r2 = np.hypot(np.hypot(y[0] - 1 + MU, y[1]), y[2])
    earth, moon = (1 - MU) / r1**3, MU / r2**3
    return np.array([
        y[3], y[4], y[5],
        2 * y[4] + y[0] - earth * (y[0] + MU) - moon * (y[0] - 1 + MU),
        -2 * y[3] + y[1] - (earth + moon) * y[1],
        -(earth + moon) * y[2],
    ])


def flow(y, t):
    return solve_ivp(rate, (0, t), y, method="DOP853", rtol=3e-14, atol=1e-15).y[:, -1]


def mirror(p):
    return np.array([p[0], 0, p[1], 0, p[2], 0])


def solve(guess, condition):
    """x, z, vy and half the period with y = vx = vz = 0 there and condition(p, end) = 0."""
    def off(p):
        end = flow(mirror(p), p[3])
        return [end[1], end[3], end[5], condition(p, end)]
    return fsolve(off, guess, xtol=1e-13)


def solve_planar(guess, condition):
    def off(q):
        p = [q[0], 0, q[1], q[2]]
        end = flow(mirror(p), p[3])
        return [end[1], end[3], condition(p, end)]
    q = fsolve(off, guess, xtol=1e-13)
    return np.array([q[0], 0, q[1], q[2]])


def jacobi(y):
    r1 = np.hypot(np.hypot(y[0] + MU, y[1]), y[2])
    r2 = np.hypot(np.hypot(y[0] - 1 + MU, y[1]), y[2])
    return y[0]**2 + y[1]**2 + 2 * (1 - MU) / r1 + 2 * MU / r2 - y[3:] @ y[3:]


def stability(p):
    """Monodromy by central differences of the flow over the period."""
    h, columns = 1e-5, []
    for i in range(6):
        d = np.zeros(6)
        d[i] = h
        a = [flow(mirror(p) + k * d, 2 * p[3]) for k in (1, -1, 2, -2)]
        columns.append((8 * (a[0] - a[1]) - (a[2] - a[3])) / (12 * h))
    size = max(abs(np.linalg.eigvals(np.array(columns).T)))
    return 0.5 * (size + 1 / size)


def moon_distance(y):
    return np.hypot(np.hypot(y[0] - 1 + MU, y[1]), y[2])


def show(name, p):
    end = flow(mirror(p), p[3])
    nearer = min(moon_distance(mirror(p)), moon_distance(end))
    print(f"{name}: x {p[0]:.13f} z {p[1]:.13f} vy {p[2]:.13f} T {2 * p[3]:.13f} "
          f"C {jacobi(mirror(p)):.12f} perilune_km {nearer * LU_KM:.6f} stability {stability(p):.6f}")


z = 30000 / LU_KM
show("halo L1 north, z amplitude 30 000 km",
     solve([0.8255, 0.077, 0.190, 1.387], lambda p, _: p[1] - z))
show("halo L2 south, z amplitude 30 000 km",
     solve([1.174, -0.077, -0.183, 1.683], lambda p, _: p[1] + z))
show("halo L1 north, period 2.5", solve([0.853, 0.179, 0.2606, 1.25], lambda p, _: p[3] - 1.25))
show("halo L2 south, perilune 3000 km",
     solve([1.0201, -0.18076, -0.09908, 0.74303], lambda _, end: moon_distance(end) - 3000 / LU_KM))
show("halo L2 south, 4:1 synodic",
     solve([1.0337, -0.1891, -0.12724, 0.83276],
           lambda p, _: 2 * p[3] - 29.530588853 * 86400 / 382981.289129055 / 4))
show("Lyapunov L1, period 3", solve_planar([0.8096, 0.2763, 1.5], lambda p, _: p[3] - 1.5))
show("Lyapunov L2, x amplitude 0.03",
     solve_planar([1.1857, -0.1924, 1.72], lambda p, _: p[0] - 1.15568216544488 - 0.03))
show("distant retrograde, 70 000 km",
     solve_planar([0.8082, 0.5165, 1.578], lambda p, _: 1 - MU - p[0] - 70000 / LU_KM))
show("distant retrograde, period 2", solve_planar([0.8643, 0.4725, 1.0], lambda p, _: p[3] - 1.0))
