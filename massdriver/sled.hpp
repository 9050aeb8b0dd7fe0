#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>
#include "massdriver/sled_design.hpp"
#include "massdriver/track_errors.hpp"

namespace lunafab::massdriver {

/// The axial motion, prescribed; samples of equal number, times increasing.
struct AxialProfile {
  std::vector<double> time_s;
  std::vector<double> position_m;         ///< of the bucket's centre, from stage 0's
  std::vector<double> speed_mps;          ///< linear between samples
  std::vector<double> acceleration_mps2;  ///< linear between samples, like the stiffnesses
  std::vector<double> coil_N_per_m;       ///< electromagnetic stiffness of one bucket coil; positive centres
  std::vector<double> coil_Nm_per_rad;    ///< electromagnetic tilt stiffness of one bucket coil
};

/// Constant acceleration and stiffness, for studies: from `from_mps` to `to_mps` (equal: `duration_s` of
/// cruise).
struct PlainRun {
  double from_mps = 0.0, to_mps = 0.0, acceleration_mps2 = 0.0, duration_s = 0.0;
  double coil_N_per_m = 0.0, coil_Nm_per_rad = 0.0;
};
AxialProfile plain_profile(const PlainRun& run);

/// The stretch of track a ride sees, with the sled's length to spare.
TrackGrid ridden_grid(const SledDesign& design, const AxialProfile& profile, const SurveySpectrum& survey);

enum class RideStatus : std::uint8_t {
  clean,
  contact,      ///< a pad touched
  latch_stuck,  ///< the payload is still held when it should be clear
  derailed      ///< a pad left its rail by more than a metre, or half a radian of tilt: the ride ends there
};
const char* name(RideStatus status);

/// What a ride ends in. The payload's velocity is against the nominal one at the release command, less free
/// flight since (gravity and track curvature): nominally the push-off's, and zero sideways.
struct ReleaseState {
  RideStatus status = RideStatus::clean;
  Eigen::Vector3d velocity_mps = Eigen::Vector3d::Zero();  ///< fore, left, up
  Eigen::Vector3d rate_radps = Eigen::Vector3d::Zero();    ///< roll, pitch (nose down), yaw (nose left)
  Eigen::Vector3d attitude_rad = Eigen::Vector3d::Zero();  ///< rotation vector, same axes
  double peak_travel_m = 0.0;                              ///< largest of a pad against its rail, left or up
  double gap_use = 0.0;                                    ///< the same ÷ gap
  int contacts = 0;                                        ///< times a pad began to touch
  double peak_contact_N = 0.0;                             ///< of one pad
  double peak_lateral_mps2 = 0.0;  ///< of the payload's centre, left–up magnitude, until the command
  double peak_latch_N = 0.0;       ///< of one latch
};

/// One row of a plot.
struct RideSample {
  double time_s, position_m, speed_mps;
  Eigen::Vector3d bucket_m, payload_m;      ///< displacement from the nominal place
  Eigen::Vector3d bucket_rad, payload_rad;  ///< rotation vector
  double travel_m;                          ///< largest of a pad
};

struct RideOptions {
  double step_s = 5e-5;  ///< first-order integrator: errors of a mode ω are about ω·step/2
  double trace_s = 0.0;  ///< least time between two samples; 0: none
};

struct Ride {
  ReleaseState release;
  std::vector<RideSample> trace;
};

/// 1 ÷ the fastest rate of the latched sled or its contacts, s: half the step at which the integrator turns
/// unstable.
double stable_step_s(const SledDesign& design);

/// Rides bucket and payload from static equilibrium at the profile's start until the payload is clear. Bits
/// depend on the arguments only. About 0.2 s for 8 s of ride at the default step (one core).
/// @throws ContractError for a step above `stable_step_s`, more than 10⁸ steps, an unordered profile or
/// impossible design.
Ride ride(const SledDesign& design, const AxialProfile& profile, const TrackErrors& track,
          const LaunchErrors& launch, const RideOptions& options);

}  // namespace lunafab::massdriver
