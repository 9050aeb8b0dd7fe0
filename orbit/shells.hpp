#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "core/tick.hpp"
#include "orbit/mean_orbit.hpp"

// Shells of satellites on circular orbits, in Walker's notation i: T/P/F. T satellites stand in P planes;
// plane j has its node at j/P of the spread (2π for a delta, π for a star), and its satellite k the argument
// of latitude 2π (k/S + j F/T), S = T/P.
// @source Walker, "Satellite constellations", J. British Interplanetary Society 37 (1984) 559.
namespace lunafab::orbit {

enum class Pattern : std::uint8_t { delta, star };

/// Input: everything a scenario says about a shell.
struct Shell {
  std::string name;
  Body body = Body::earth;
  double altitude_m = 0.0;                  ///< above the equatorial (Earth) or mean radius (Moon)
  std::optional<double> inclination_rad{};  ///< to the body's equator; none: Sun-synchronous, Earth only
  double local_time_h = 6.0;                ///< of plane 0's ascending node, mean solar; Sun-synchronous only
  double first_node_rad = 0.0;              ///< of plane 0 at the epoch; other shells
  std::optional<double> node_spread_rad{};  ///< over which P planes stand; none: the pattern's
  int planes = 1;
  int per_plane = 1;
  int phasing = 0;  ///< F, 0 … P − 1
  Pattern pattern = Pattern::delta;
};

/// Everything that is impossible about a shell, in words; empty if nothing is.
std::vector<std::string> faults(const Shell& shell);

/// Inclination at which a circular orbit's node follows the mean Sun; none where no inclination does (above
/// about 5,970 km). J2, first order: within 0.01° of the true one.
std::optional<double> sun_synchronous_inclination_rad(double altitude_m);

/// The functions below throw ContractError, naming the first fault, for an impossible shell.
double inclination_rad(const Shell& shell);
inline int size(const Shell& shell) {
  return shell.planes * shell.per_plane;
}
double radius_m(const Shell& shell);
double speed_mps(const Shell& shell);
/// From one ascending node to the next.
double nodal_period_s(const Shell& shell);

struct Slot {
  int plane = 0;
  int place = 0;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};
/// Elements at `epoch`, to which nodes and phases refer, in the axes of `R_I_equator`.
MeanElements slot_elements(const Shell& shell, const Slot& slot, Epoch epoch);
/// [planes × per_plane], places of plane 0 first.
std::vector<MeanElements> slots(const Shell& shell, Epoch epoch);
SecularRates shell_rates(const Shell& shell);

/// Axes of a body's equator in GCRF axes: v_I = R v. Earth: the GCRF's own (its pole moves 0.006° a year from
/// there). Moon: z along its spin axis at the epoch, x along the node of its equator on the Earth's.
Eigen::Matrix3d R_I_equator(Body body, Epoch epoch);
/// From a body to the Sun, in the axes of its equator.
Eigen::Vector3d sun_from_body_m(Body body, Epoch epoch);

}  // namespace lunafab::orbit
