#pragma once
#include <Eigen/Core>
#include <array>
#include <optional>
#include "orbit/libration_orbits.hpp"
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

inline constexpr int track_phases = 256;

/// A periodic orbit as states at equal phases.
struct Track {
  PeriodicOrbit orbit;
  std::array<RotatingState, track_phases> states;
};

/// Nothing where the three-body problem has no such orbit. A neighbour's orbit is not searched anew.
std::optional<Track> track_of(const Destination& destination, const Transfer* near);

/// Speed at the muzzle, days to the arrival, phase there, burn on the way (GCRF axes): what is chosen.
using LibrationChoice = Eigen::Matrix<double, 6, 1>;
using MeetingSensitivity = Eigen::Matrix<double, 3, 6>;

inline constexpr double burn_after_d = 0.5, longest_flight_d = 14.0;

/// What one search for a transfer is about.
struct LibrationSearch {
  TransferSetting s;
  const Track& track;
  Epoch launch;
  SpeedRange range;

  bool holds(const LibrationChoice& c) const {
    return c[0] >= range.slowest_mps && c[0] <= range.fastest_mps && c[1] >= burn_after_d + 0.2 &&
           c[1] <= longest_flight_d;
  }
};

/// A way flown to the arrival's date, and how it changes with the choice.
struct LibrationFlight {
  LibrationChoice choice;
  Craft before, arrival, target;       ///< before the burn on the way
  Eigen::Vector3d miss_m, insert_mps;  ///< arrival less target; the burn that matches the velocity
  MeetingSensitivity miss_by, insert_by;
  double cost_mps() const { return choice.tail<3>().norm() + insert_mps.norm(); }
};

/// Nothing where the choice is out of the search's bounds or the craft does not come there.
std::optional<LibrationFlight> fly(const LibrationSearch& search, const LibrationChoice& choice);
/// Ways are flown about the Moon throughout, at a precision to search with.
ArcOptions about_the_moon(Derivatives derivatives);

}  // namespace lunafab::orbit
