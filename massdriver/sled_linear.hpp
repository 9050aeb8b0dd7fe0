#pragma once
#include <Eigen/Core>
#include <vector>
#include "massdriver/sled.hpp"
#include "massdriver/sled_forces.hpp"

namespace lunafab::massdriver {

inline constexpr int state_size = 24, half_state = 12;

/// Displacement and rotation vector of bucket and payload (m, rad), then their rates; from the places at
/// rest.
using SledVector = Eigen::Matrix<double, state_size, 1>;
using SledMatrix = Eigen::Matrix<double, state_size, state_size>;
/// First component of each part.
enum SledIndex : Eigen::Index {
  bucket_m = 0,
  bucket_rad = 3,
  payload_m = 6,
  payload_rad = 9,
  bucket_mps = 12,
  bucket_radps = 15,
  payload_mps = 18,
  payload_radps = 21
};

PairState place(const SledModel& model, const SledVector& x);
SledVector displacement(const SledModel& model, const PairState& state);

/// dx/dt of the pair by the same forces as the ride, without contact and gyroscopic torque.
SledVector derivative(const SledModel& model, const Drive& drive, const SledVector& x);

/// Static equilibrium without contact, least displacement where a direction is free (along the bore).
SledVector equilibrium(const SledModel& model, const Drive& drive);

/// Jacobian of `derivative` at x, by central differences: 1e-8 relative.
SledMatrix jacobian(const SledModel& model, const Drive& drive, const SledVector& x);

/// Where a profile stands at one time: thrust and stiffness 0 after its end, speed kept.
struct Moment {
  double position_m = 0.0, speed_mps = 0.0, acceleration_mps2 = 0.0;
  double coil_N_per_m = 0.0, coil_Nm_per_rad = 0.0;
};

/// Reads a profile at increasing or decreasing times, at constant cost for neighbouring ones.
class ProfileReader {
 public:
  /// @throws ContractError unless samples are finite, of equal number (at least 2) and increasing in time.
  explicit ProfileReader(const AxialProfile& profile);
  Moment at(double time_s);
  double start_s() const { return profile_->time_s.front(); }
  double end_s() const { return profile_->time_s.back(); }

 private:
  const AxialProfile* profile_;
  std::size_t interval_ = 0;
};

/// The drive at a moment on a perfect track.
Drive drive_at(const SledDesign& design, const Moment& moment);

}  // namespace lunafab::massdriver
