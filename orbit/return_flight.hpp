#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// Muzzle speeds that lead back to the Earth by the destination's route.
SpeedRange return_speeds(const Destination& destination);

/// A launch at one speed, up to where it burns.
struct Departure {
  double speed_mps = 0.0;
  Craft before;
  Goal after;
  // Where asked for:
  Eigen::Matrix<double, 6, 1> by_speed = Eigen::Matrix<double, 6, 1>::Zero();  ///< of `before`, at its date
  double later_by_speed = 0.0;  ///< s per m/s, of the burn's date
};

/// Up to the first apogee beyond 600,000 km, or to the burn on the way, by the destination's route;
/// nothing where the launch does not come there.
std::optional<Departure> depart(const TransferSetting& setting, const Destination& destination, Epoch launch,
                                double speed_mps, Derivatives derivatives, const Precision& precision);

/// Speed at the muzzle, burn (GCRF axes).
using ReturnChoice = Eigen::Vector4d;

/// Angular momenta of one size and one part along the pole.
struct MomentumCircle {
  Eigen::Vector3d pole, level, third;  ///< unit vectors
  double polar = 0.0, radius = 0.0;    ///< m²/s
  Eigen::Vector3d at(double angle_rad) const {
    return polar * pole + radius * (std::cos(angle_rad) * level + std::sin(angle_rad) * third);
  }
};

/// A return as far as the perigee after the burn, and how that changes with the choice.
struct FlownReturn {
  ReturnChoice choice;
  Departure from;
  Craft perigee;             ///< about the Earth
  Eigen::Vector3d momentum;  ///< m²/s, about the Earth at the perigee
  Eigen::Matrix<double, 3, 4> momentum_by = Eigen::Matrix<double, 3, 4>::Zero();
  double capture_mps = 0.0;  ///< the burn at a perigee of the height wanted
  ReturnChoice capture_by = ReturnChoice::Zero();
  MomentumCircle wanted;

  double burn_mps() const { return choice.tail<3>().norm(); }
};
/// Without derivatives those are zero.
std::optional<FlownReturn> fly_return(const TransferSetting& setting, const Departure& from,
                                      const Eigen::Vector3d& burn_mps, Derivatives derivatives,
                                      const Precision& precision);

}  // namespace lunafab::orbit
