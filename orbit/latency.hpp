#pragma once
#include "orbit/shells.hpp"

// Light time, one way: geometry only, without processing or queues.
namespace lunafab::orbit {

struct Latency {
  double least_s = 0.0, mean_s = 0.0, greatest_s = 0.0;
};

/// From a satellite to a ground station above whose horizon it stands `least_elevation_rad` or more. The mean
/// is over the satellite's place, evenly over the visible part of the sphere.
Latency direct_latency(const CentralBody& body, double radius_m, double least_elevation_rad);
/// From any place on the sphere by one relay that stands over the station: the straight link between
/// satellites passes `grazing_m` or more above the surface. Places beyond one relay (`reached` of the sphere
/// is within) are left out.
struct RelayedLatency {
  Latency latency;
  double reached = 0.0;
};
RelayedLatency relayed_latency(const CentralBody& body, double radius_m, double least_elevation_rad,
                               double grazing_m);

/// Earth to the Moon, centre to centre, from perigee to apogee. @source Meeus, "Astronomical Algorithms", ch.
/// 50: extremes 356,371 to 406,720 km over centuries; mean 385,000.6 km.
Latency moon_latency();
/// Earth to EML2 behind the Moon: the Moon's distance × 1.16783 of the restricted three-body problem.
Latency l2_latency();
/// A shell's satellites to the ground on the Earth: direct for the Earth's; the Moon's distance ± radius
/// else.
Latency shell_latency(const Shell& shell, double least_elevation_rad);
/// A circular heliocentric orbit from the Earth (1 au): opposition to conjunction, mean over the angle.
Latency heliocentric_latency(double sun_m);

}  // namespace lunafab::orbit
