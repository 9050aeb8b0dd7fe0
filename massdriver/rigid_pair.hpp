#pragma once
#include <Eigen/Core>
#include <memory>
#include "massdriver/sled_design.hpp"

namespace lunafab::massdriver {

/// Motion of one body's centre of mass and axes.
struct BodyState {
  Eigen::Vector3d position_m = Eigen::Vector3d::Zero();
  Eigen::Matrix3d attitude = Eigen::Matrix3d::Identity();  ///< body to frame
  Eigen::Vector3d velocity_mps = Eigen::Vector3d::Zero();
  Eigen::Vector3d rate_radps = Eigen::Vector3d::Zero();  ///< in frame axes
};

struct PairState {
  BodyState bucket, payload;
};

/// Force and torque about the body's centre of mass, in frame axes.
struct Wrench {
  Eigen::Vector3d force_N = Eigen::Vector3d::Zero();
  Eigen::Vector3d torque_Nm = Eigen::Vector3d::Zero();
};

struct PairWrench {
  Wrench bucket, payload;
};

/// Two rigid bodies integrated by Bullet, in double precision, with forces given from outside.
///
/// The integrator is semi-implicit Euler, gyroscopic torque implicit: first order. Linear momentum of equal
/// and opposite forces is conserved to rounding.
///
/// Springs come from outside because Bullet's own are not springs here: `btGeneric6DofSpring2Constraint` is a
/// velocity motor that asks for the speed the spring's force would give the lighter body. Between two free
/// bodies the frequency is then wrong (this sled: 8 % low, at any step), and parallel latches ask for the
/// same speed, so that four are no stiffer than one (half the frequency). They also cost ten times the
/// explicit force.
class RigidPair {
 public:
  RigidPair(const RigidBody& bucket, const RigidBody& payload, const PairState& start, double step_s);
  ~RigidPair();
  RigidPair(RigidPair&&) noexcept;
  RigidPair& operator=(RigidPair&&) noexcept;

  PairState state() const;
  void step(const PairWrench& wrench);

 private:
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace lunafab::massdriver
