#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>
#include "massdriver/track_errors.hpp"

namespace lunafab::massdriver {

// Axes of the whole module: fore (along the bore), left, up, in a frame that moves with the nominal bucket.
// Vectors on the sled count from the bucket's centre of mass at rest.

/// A rigid body with principal axes fore, left, up.
struct RigidBody {
  double mass_kg = 0.0;
  Eigen::Vector3d inertia_kg_m2 = Eigen::Vector3d::Zero();  ///< about its centre of mass
};

/// A homogeneous hollow cylinder along the bore; inner radius 0 for a solid one.
RigidBody cylinder(double mass_kg, double inner_radius_m, double outer_radius_m, double length_m);

/// Guide stations fore and aft, each with a pad left and right that share the station's stiffness.
struct Guidance {
  double spacing_m = 0.0;                                ///< fore to aft station, centred on the bucket
  double gauge_m = 0.0;                                  ///< left to right pad; it gives the roll stiffness
  double left_N_per_m = 0.0, up_N_per_m = 0.0;           ///< of a station
  double left_N_s_per_m = 0.0, up_N_s_per_m = 0.0;       ///< of a station, against the rail
  double gap_m = std::numeric_limits<double>::infinity();  ///< travel of a pad to hard contact, either way
  double contact_N_per_m = 0.0;                          ///< of a pad
  double restitution = 1.0;  ///< speed after ÷ before a contact, (0, 1], of a quarter of the loaded sled
};

inline constexpr std::size_t latch_count = 4;

/// Latches: points of the payload held to points of the bucket by equal springs in all directions.
struct Latches {
  std::array<Eigen::Vector3d, latch_count> position_m{};
  double stiffness_N_per_m = 0.0;  ///< each
  double damping_N_s_per_m = 0.0;  ///< each
};

/// A spring that pushes the payload forward off the bucket; compressed, against the latches, until they open.
struct PushOff {
  Eigen::Vector3d position_m = Eigen::Vector3d::Zero();
  double energy_J = 0.0;
  double stroke_m = 0.0;
};

/// What happens after the last stage: drift, latches commanded open, bucket braked, everything clear.
struct ReleaseSequence {
  double drift_s = 0.0;        ///< from the end of the thrust to the command; the sled's oscillations decay in it
  double brake_delay_s = 0.0;  ///< from the command
  double brake_mps2 = 0.0;     ///< of the bucket alone
  double clear_s = 0.0;        ///< from the command; the payload's state is taken then
};

/// Bucket and payload as two rigid bodies on the guideway.
struct SledDesign {
  RigidBody bucket, payload;
  Eigen::Vector3d payload_position_m = Eigen::Vector3d::Zero();  ///< planned centre of mass
  Eigen::Vector3d com_offset_m = Eigen::Vector3d::Zero();        ///< true minus planned centre of mass
  double coil_spacing_m = 0.0;  ///< fore to aft bucket coil, centred on the bucket; each gives half the thrust
  /// Lateral force on a tilted coil, −c·thrust·tilt, and its reciprocal torque, −c·thrust·offset; ½ for a small
  /// coil by div B = 0 (force (m·∇)B with B_r = −½ r B_z').
  double tilt_coupling = 0.0;
  Guidance guidance;
  Latches latches;
  PushOff push_off;
  ReleaseSequence release;
  double gravity_mps2 = 0.0;  ///< downwards
  /// Radius of a track that follows the ground; infinite: straight. v²/R lifts the sled; that the frame itself
  /// turns (1.4 mrad/s at 2.4 km/s) is left out: rates are against the track.
  double track_radius_m = std::numeric_limits<double>::infinity();
};

inline constexpr double never = std::numeric_limits<double>::infinity();

/// How one launch departs from the plan.
struct LaunchErrors {
  Eigen::Vector3d com_m = Eigen::Vector3d::Zero();         ///< added to the design's offset
  std::array<double, latch_count> latch_delay_s{};         ///< after the command, or before; `never`: stuck
  Eigen::Vector2d push_off_rad = Eigen::Vector2d::Zero();  ///< tilt of the push towards left, up
};

/// Standard deviations of `LaunchErrors`, each component; Gaussian, independent.
struct LaunchSpread {
  double com_m = 0.0;
  double latch_delay_s = 0.0;
  double push_off_rad = 0.0;
};

/// The errors of launch `serial`: draw `serial` of the stream, attempts 0 to 8. The key's purpose is the caller's.
LaunchErrors draw_launch_errors(const LaunchSpread& spread, const StreamKey& key, std::uint64_t serial);

/// The axial motion, prescribed; samples of equal number, times increasing.
struct AxialProfile {
  std::vector<double> time_s;
  std::vector<double> position_m;         ///< of the bucket's centre, from stage 0's
  std::vector<double> speed_mps;          ///< linear between samples
  std::vector<double> acceleration_mps2;  ///< linear between samples, like the stiffnesses
  std::vector<double> coil_N_per_m;       ///< electromagnetic stiffness of one bucket coil; positive centres
  std::vector<double> coil_Nm_per_rad;    ///< electromagnetic tilt stiffness of one bucket coil
};

/// Constant acceleration and stiffness, for studies: from `from_mps` to `to_mps` (equal: `duration_s` of cruise).
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
  double peak_travel_m = 0.0;        ///< largest of a pad against its rail, left or up
  double gap_use = 0.0;              ///< the same ÷ gap
  int contacts = 0;                  ///< times a pad began to touch
  double peak_contact_N = 0.0;       ///< of one pad
  double peak_lateral_mps2 = 0.0;    ///< of the payload's centre, left–up magnitude, until the command
  double peak_latch_N = 0.0;         ///< of one latch
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

/// Largest step at which the stiffest of the springs is stable, s: 1/ω, half the limit of the integrator.
double stable_step_s(const SledDesign& design);

/// Rides bucket and payload from static equilibrium at the profile's start until the payload is clear. Bits
/// depend on the arguments only. About 0.2 s for 8 s of ride at the default step.
/// @throws ContractError for a step above `stable_step_s`, more than 10⁸ steps, an unordered profile or impossible design.
Ride ride(const SledDesign& design, const AxialProfile& profile, const TrackErrors& track,
          const LaunchErrors& launch, const RideOptions& options);

}  // namespace lunafab::massdriver
