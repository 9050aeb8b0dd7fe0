#pragma once
#include <Eigen/Core>
#include <array>
#include "massdriver/rigid_pair.hpp"
#include "massdriver/sled_design.hpp"

namespace lunafab::massdriver {

/// A design and one launch's errors, with what their forces need worked out. Points count from the body's
/// centre of mass.
struct SledModel {
  SledDesign design;
  Eigen::Vector3d payload_at_m = Eigen::Vector3d::Zero();  ///< its centre of mass at rest, from the bucket's
  std::array<Eigen::Vector3d, latch_count> latch_on_payload_m{};
  Eigen::Vector3d push_on_payload_m = Eigen::Vector3d::Zero();
  Eigen::Vector3d push_direction = Eigen::Vector3d::UnitX();  ///< in bucket axes
  double push_N_per_m = 0.0;
  double contact_N_s_per_m = 0.0;
};

/// @throws ContractError for an impossible design.
SledModel assemble_sled(const SledDesign& design, const LaunchErrors& launch);

using LatchSet = std::array<bool, latch_count>;  ///< true: closed
inline constexpr LatchSet all_closed{true, true, true, true};

/// What acts on the pair from outside at one time; stations and coils: fore, aft; offsets: left, up.
struct Drive {
  double acceleration_mps2 = 0.0;  ///< of the frame; the thrust gives it to both bodies
  double lift_mps2 = 0.0;          ///< upward fictitious and real gravity: v²/R − g
  double brake_mps2 = 0.0;         ///< of the bucket
  double coil_N_per_m = 0.0, coil_Nm_per_rad = 0.0;
  std::array<Eigen::Vector2d, 2> coil_offset_m{Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};
  std::array<Eigen::Vector2d, 2> rail_m{Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};
  std::array<Eigen::Vector2d, 2> rail_mps{Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};
  LatchSet latches = all_closed;
  bool pushing = true;  ///< the push-off spring still touches
};

/// Forces on the pair and what they tell of it.
struct PairLoad {
  PairWrench wrench;
  unsigned touching = 0;     ///< a bit for each of the 4 pads and 2 axes
  double contact_N = 0.0;    ///< largest of a pad
  double travel_m = 0.0;     ///< largest of a pad
  double latch_N = 0.0;      ///< largest of a latch
  double push_left_m = 0.0;  ///< compression of the push-off spring; ≤ 0: it has let go
};

/// Every force is a point force, equal and opposite between the bodies at one and the same point.
PairLoad load_pair(const SledModel& model, const Drive& drive, const PairState& state);

}  // namespace lunafab::massdriver
