#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>
#include "orbit/destination.hpp"
#include "orbit/frames.hpp"
#include "orbit/goal.hpp"
#include "orbit/libration_orbits.hpp"

namespace lunafab::orbit {

/// A planned manoeuvre: the craft just before it, and the burn in GCRF axes.
struct Burn {
  std::string name;
  Craft before;
  Eigen::Vector3d dv_mps = Eigen::Vector3d::Zero();
};

/// How the last planned burn is made where the craft is not quite where it was to be.
enum class LastBurn : std::uint8_t {
  none,
  circularise,     ///< at the apsis that `goal` ends at, by two burns
  match_velocity,  ///< at the planned place, to the planned velocity
  aim_and_match,   ///< solved anew for `after`; there, to the planned velocity
  aim_and_capture  ///< solved anew for `after`, a perigee; there, down to an apogee at lunar distance
};

/// One way from the muzzle to a destination in the full model, without errors.
struct Transfer {
  bool found = false;
  std::string reason;      ///< why none was found, and what would help
  double speed_mps = 0.0;  ///< at the muzzle, relative to the surface
  Craft start;             ///< just after the muzzle
  std::vector<Burn> burns;
  Craft arrival;               ///< after the last burn; on a way out: at 1 Mkm
  double insertion_mps = 0.0;  ///< all planned burns
  /// What the arc from the muzzle is to end with; corrections bring it back to this. Without demands there
  /// are none: the burns at apoapsis take the errors out.
  Goal goal;
  LastBurn last = LastBurn::none;
  Goal after;                            ///< what the coast after an aimed burn ends with
  std::optional<PeriodicOrbit> orbit{};  ///< the periodic orbit that it goes to, if one
};

/// What all transfers of a scenario share.
struct TransferSetting {
  Dynamics dynamics;
  Muzzle muzzle;
};

/// What ends a craft that runs into the Moon. A launch a little downwards dips below the height of the
/// muzzle, into ground that the ridge it stands on falls away from: 1 km below the mean sphere counts.
EventSpec moon_impact();

/// Muzzle state at an instant, without errors or with one (along the bore, left, up).
Craft leave(const TransferSetting& setting, Epoch at, const Eigen::Vector3d& velocity_mps);

/// The transfer that a launch at this instant begins; of those that the search finds the one with the
/// smallest planned burns. `near`, one to the same destination from a neighbouring date, saves Earth returns
/// and libration orbits the scan where its family has not grown dearer by 40 and 10 m/s. Costs milliseconds
/// to lunar orbit and escape, or from a neighbour; alone 0.1 to 0.3 s.
Transfer solve_transfer(const TransferSetting& setting, const Destination& destination, Epoch launch,
                        const Transfer* near = nullptr);

/// The burn at a perigee that brings the apogee down to lunar distance, 384,400 km; 0 where it is lower.
Eigen::Vector3d capture_mps(const Craft& perigee, double gm);

/// Burns from an orbit's apsis to a circle of radius `radius_m`, two-body: the first at the craft, the second
/// half a revolution later, 0 where the craft is on the circle.
struct Circularisation {
  Eigen::Vector3d first_mps;
  double second_mps = 0.0;
  double total_mps() const { return first_mps.norm() + second_mps; }
};
Circularisation circularise(const Craft& craft, double radius_m, double gm);

}  // namespace lunafab::orbit
