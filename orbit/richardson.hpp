#pragma once
#include <cstdint>
#include "orbit/cr3bp.hpp"

namespace lunafab::orbit {

enum class CollinearPoint : std::uint8_t { l1, l2 };
/// Where the orbit spends most of its time: above (+z) or below the bodies' plane.
enum class Hemisphere : std::uint8_t { north, south };

/// A mirror orbit: `state` lies on the xz-plane with its velocity across.
struct MirrorGuess {
  RotatingState state;
  double period = 0.0;
};

/// Halo orbit to third order at its crossing far from the Moon. `z_amplitude` is the linear one; good below
/// 0.05 about L1 and L2 of Earth and Moon.
/// @source Richardson, "Analytic construction of periodic orbits about the collinear points", Celest. Mech.
/// 22 (1980) 241–253.
MirrorGuess richardson_halo(double mass_ratio, CollinearPoint point, Hemisphere hemisphere,
                            double z_amplitude);

/// Small planar Lyapunov orbit, to first order, at its crossing far from the Moon.
MirrorGuess linear_lyapunov(double mass_ratio, CollinearPoint point, double x_amplitude);

}  // namespace lunafab::orbit
