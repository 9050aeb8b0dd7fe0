#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <limits>
#include "core/random.hpp"

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
  double spacing_m = 0.0;                                  ///< fore to aft station, centred on the bucket
  double gauge_m = 0.0;                                    ///< left to right pad; it gives the roll stiffness
  double left_N_per_m = 0.0, up_N_per_m = 0.0;             ///< of a station
  double left_N_s_per_m = 0.0, up_N_s_per_m = 0.0;         ///< of a station, against the rail
  double gap_m = std::numeric_limits<double>::infinity();  ///< travel of a pad to hard contact, either way
  double contact_N_per_m = 0.0;                            ///< of a pad
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
  double drift_s = 0.0;  ///< from the end of the thrust to the command; the sled's oscillations decay in it
  double brake_delay_s = 0.0;  ///< from the command
  double brake_mps2 = 0.0;     ///< of the bucket alone
  double clear_s = 0.0;        ///< from the command; the payload's state is taken then
};

/// Bucket and payload as two rigid bodies on the guideway.
struct SledDesign {
  RigidBody bucket, payload;
  Eigen::Vector3d payload_position_m = Eigen::Vector3d::Zero();  ///< planned centre of mass
  Eigen::Vector3d com_offset_m = Eigen::Vector3d::Zero();        ///< true minus planned centre of mass
  double coil_spacing_m =
      0.0;  ///< fore to aft bucket coil, centred on the bucket; each gives half the thrust
  /// Lateral force on a tilted coil, −c·thrust·tilt, and its reciprocal torque, −c·thrust·offset; ½ for a
  /// small coil by div B = 0 (force (m·∇)B with B_r = −½ r B_z').
  double tilt_coupling = 0.0;
  Guidance guidance;
  Latches latches;
  PushOff push_off;
  ReleaseSequence release;
  double bucket_length_m = 0.0,
         payload_length_m = 0.0;  ///< along the bore, about their centres; 0: not known
  double gravity_mps2 = 0.0;      ///< downwards
  /// Radius of a track that follows the ground; infinite: straight. v²/R lifts the sled; that the frame
  /// itself turns (1.4 mrad/s at 2.4 km/s) is left out: rates are against the track.
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

/// The errors of launch `serial`: draw `serial` of the stream, attempts 0 to 8. The key's purpose is the
/// caller's.
LaunchErrors draw_launch_errors(const LaunchSpread& spread, const StreamKey& key, std::uint64_t serial);

}  // namespace lunafab::massdriver
