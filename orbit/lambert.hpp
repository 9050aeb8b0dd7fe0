#pragma once
#include <Eigen/Core>
#include <cstdint>

namespace lunafab::orbit {

/// The angle from the first to the second place: below or above half a turn.
enum class LambertWay : std::uint8_t { short_way, long_way };
/// Of the two orbits with the same number of whole revolutions, on either side of the quickest one: the one
/// with the smaller or larger x of Izzo (x = −1: all time spent at apoapsis; 1: the parabola).
enum class LambertBranch : std::uint8_t { small_x, large_x };

struct LambertCase {
  LambertWay way = LambertWay::short_way;
  int revolutions = 0;  ///< whole ones
  LambertBranch branch = LambertBranch::small_x;
};

enum class LambertStatus : std::uint8_t {
  solved,
  too_quick,        ///< for that many revolutions
  plane_undefined,  ///< the places lie in line with the centre
  not_converged
};

struct LambertArc {
  LambertStatus status = LambertStatus::not_converged;
  Eigen::Vector3d v1_mps = Eigen::Vector3d::Zero(), v2_mps = Eigen::Vector3d::Zero();
};

/// The conic from `r1_m` to `r2_m` in `time_s` (> 0) about a centre. @throws ContractError for impossible
/// values.
/// @source Izzo, "Revisiting Lambert's problem", Celest. Mech. Dyn. Astr. 121 (2015) 1–15.
LambertArc lambert(const Eigen::Vector3d& r1_m, const Eigen::Vector3d& r2_m, double time_s, double gm_m3ps2,
                   const LambertCase& which = {});

/// Most whole revolutions that fit into the time.
int lambert_most_revolutions(const Eigen::Vector3d& r1_m, const Eigen::Vector3d& r2_m, double time_s,
                             double gm_m3ps2, LambertWay way);

}  // namespace lunafab::orbit
