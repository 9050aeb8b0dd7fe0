#pragma once
#include <cstdint>
#include <span>
#include <vector>
#include "orbit/mean_orbit.hpp"

// Conjunction screening: who comes closer to whom than a threshold within a window.
//
// Satellites whose ranges of radius (periapsis to apoapsis) stay further apart than the threshold never meet:
// they are screened in separate bands. Within a band the window is cut into steps. At the middle of a step,
// pairs closer than threshold + (greatest relative speed)·step/2 are found with a grid of cells; those whose
// straight-line approach within the step comes below the threshold, with a bound for the curvature of the
// paths, are refined on the orbits themselves: a sign change of the range rate from − to + is a closest
// approach.
namespace lunafab::orbit {

enum class DriftModel : std::uint8_t { j2, kepler };

struct ScreeningOptions {
  double threshold_m = 5e3;
  double window_s = 86400.0;
  double step_s = 0.0;                  ///< 0: chosen by band for speed; the answer does not depend on it
  std::size_t most_events = 2'000'000;  ///< the closest are kept
  DriftModel drift = DriftModel::j2;
};

enum class Approach : std::uint8_t {
  closest,       ///< the range has a minimum
  window_start,  ///< it grows from the start of the window
  window_end,    ///< it still shrinks at the end
  companions     ///< it stays: range rate below 1e-6 m/s throughout the first step; reported once
};

struct Conjunction {
  double time_s = 0.0;                  ///< of closest approach, within 1e-6 s
  double distance_m = 0.0;              ///< within 1e-5 m of that of the orbits given
  double speed_mps = 0.0;               ///< relative
  std::uint32_t first = 0, second = 0;  ///< indices, first < second
  Approach kind = Approach::closest;
};

struct Screening {
  std::vector<Conjunction> events;  ///< by time, then pair
  std::int64_t found = 0;           ///< more than kept where `most_events` was exceeded
  std::int64_t bands = 0;           ///< of radius with at least two satellites
  std::int64_t positions = 0;       ///< satellites × steps
  std::int64_t refined = 0;         ///< pairs × steps that were examined on the orbits
};

/// Screens all pairs over [0, window]; runs on all threads of the current arena, same bits for any number.
///
/// CPU time of a day with a threshold of 1 to 5 km in low Earth orbit: 27 s (100,000 satellites in 20 shells)
/// to 90 s (all at one radius); 15 to 35 min (a million in 20 shells, or spread over 400 km). It falls with
/// the number of threads. Memory: 90 B a satellite and 56 B a satellite and thread, and 40 B an event.
/// @throws ContractError for a threshold or window that is not positive, or impossible elements.
Screening screen(const CentralBody& body, std::span<const MeanElements> satellites,
                 const ScreeningOptions& options = {});

/// Events of one group of satellites among themselves or with others: the closest, and how many.
struct GroupApproaches {
  std::int64_t events = 0;
  double least_m = 0.0;  ///< infinite without events
};
/// [groups], by the group of either satellite; an event within a group counts once.
std::vector<GroupApproaches> approaches_by_group(std::span<const Conjunction> events,
                                                 std::span<const std::uint32_t> group_of, std::size_t groups);

}  // namespace lunafab::orbit
