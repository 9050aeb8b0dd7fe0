#pragma once
#include <Eigen/Core>
#include <vector>
#include "massdriver/release_map.hpp"
#include "massdriver/ride_map.hpp"
#include "massdriver/sled.hpp"

namespace lunafab::massdriver {

/// A ride's result as one vector: velocity (fore, left, up) m/s, rate (roll, pitch, yaw) rad/s.
using ReleaseVector = Eigen::Matrix<double, 6, 1>;
using ReleaseCovariance = Eigen::Matrix<double, 6, 6>;
ReleaseVector release_vector(const ReleaseState& release);

struct ReducedOptions {
  double step_s =
      2e-4;  ///< of the sweep: exact in time for the latched sled, linear between steps for the track
  int held_out_rides = 3;  ///< full rides that measure the error; 0: not measured
  double ride_step_s = 5e-5;
  StreamKey held_out{};  ///< of the held-out tracks and launches
};

/// The sled linearised about its nominal ride: nothing is fitted. Exact for the linear system up to the
/// release (track, centre of mass, push-off direction); latches open one after the other at their own times,
/// so that delays are not linearised. Left out: contact, braking before the spring has let go, gyroscopic
/// torque, products of two errors, and the rails' curvature in the few ms between the first latch and the
/// last.
struct ReducedRide {
  RideMap ride;
  ReleaseMap release;
  SurveySpectrum survey;
  LaunchSpread spread;
  /// Of held-out rides: largest |reduced − full| of a velocity ÷ the largest sd of a velocity, of a rate ÷
  /// that of a rate, sd over tracks and launches. Infinite if a held-out ride was not clean.
  double worst_relative_error = 0.0;
  ReleaseVector worst_error = ReleaseVector::Zero();  ///< largest |reduced − full|, each component
};

/// About 0.3 s for 8 s of ride, and 0.3 s a held-out ride.
/// @throws ContractError as `ride`.
ReducedRide reduce_ride(const SledDesign& design, const AxialProfile& profile, const SurveySpectrum& survey,
                        const LaunchSpread& spread, const ReducedOptions& options);

/// What one track does to every launch on it: state and rails at the release; linear in the track's errors.
TrackedVector track_effect(const ReducedRide& reduced, const TrackErrors& track);
/// The track of (seed, replication), drawn as `sample_track` draws it.
TrackedVector draw_track_effect(const ReducedRide& reduced, const StreamKey& key);

/// One launch on a track, 2 µs.
/// @throws ContractError for a latch that never opens.
ReleaseVector predict(const ReducedRide& reduced, const TrackedVector& track, const LaunchErrors& launch);
/// Launch `serial` of the stream on a track.
ReleaseVector draw_release(const ReducedRide& reduced, const TrackedVector& track, const StreamKey& key,
                           std::uint64_t serial);

/// Mean and covariance over tracks and over launches, which are independent: of a given machine only the
/// second differs from launch to launch.
struct ReleaseMoments {
  ReleaseVector nominal = ReleaseVector::Zero();  ///< without any errors
  ReleaseCovariance of_tracks = ReleaseCovariance::Zero();
  /// Latch delays by 512 draws of their own, the rest in closed form.
  ReleaseCovariance of_launches = ReleaseCovariance::Zero();
};
ReleaseMoments release_moments(const ReducedRide& reduced);

}  // namespace lunafab::massdriver
