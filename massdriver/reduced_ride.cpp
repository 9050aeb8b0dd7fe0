#include "massdriver/reduced_ride.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

FullVector full_state(const ReducedRide& reduced, const TrackedVector& track, const LaunchErrors& launch) {
  const InputVector inputs = input_vector(launch);
  FullVector state;
  state << track, inputs;
  state.head<state_size>() += reduced.ride.launch * inputs;
  return state;
}

/// How early a latch may open, in whole ticks: 6 sd.
double latch_lead_s(const SledDesign& design, const LaunchSpread& spread) {
  constexpr double longest_s = 0.02;  // further back, decaying latch oscillations cannot be told apart
  const double lead_s = std::min({longest_s, design.release.drift_s, 6.0 * spread.latch_delay_s});
  return std::floor(lead_s / ReleaseMap::tick_s) * ReleaseMap::tick_s;
}

/// Velocities are measured against the largest sd of a velocity, rates of a rate: what nothing spreads to
/// first order (the speed fore) has errors of second order only, and no sd of its own to speak of.
ReleaseVector yardstick(const ReleaseMoments& moments) {
  const ReleaseVector sd = (moments.of_tracks + moments.of_launches).diagonal().cwiseMax(0.0).cwiseSqrt();
  ReleaseVector scale;
  scale.head<3>().setConstant(sd.head<3>().maxCoeff());
  scale.tail<3>().setConstant(sd.tail<3>().maxCoeff());
  return scale;
}

void measure(ReducedRide& reduced, const SledDesign& design, const AxialProfile& profile,
             const ReducedOptions& options) {
  for (int i = 0; i < options.held_out_rides; ++i) {
    StreamKey key = options.held_out;
    key.replication += static_cast<std::uint32_t>(i);
    const TrackErrors track = sample_track(reduced.survey, reduced.ride.grid, key);
    const LaunchErrors launch = draw_launch_errors(reduced.spread, key, 0);
    const Ride full = ride(design, profile, track, launch, {.step_s = options.ride_step_s});
    const ReleaseVector ridden = release_vector(full.release);
    const ReleaseVector error = (predict(reduced, track_effect(reduced, track), launch) - ridden).cwiseAbs();
    reduced.worst_error = reduced.worst_error.cwiseMax(error);
    const bool clean = full.release.status == RideStatus::clean;
    if (!clean) reduced.worst_relative_error = std::numeric_limits<double>::infinity();
  }
  if (options.held_out_rides == 0) return;
  const ReleaseVector scale = yardstick(release_moments(reduced));
  constexpr double rounding = 1e-9;  // m/s, rad/s: nothing is spread
  for (Eigen::Index i = 0; i < scale.size(); ++i) {
    const double relative = scale[i] < rounding ? 0.0 : reduced.worst_error[i] / scale[i];
    reduced.worst_relative_error = std::max(reduced.worst_relative_error, relative);
  }
}

/// Sample covariance, about the mean, of what latch delays alone do.
ReleaseCovariance of_delays(const ReducedRide& reduced) {
  constexpr Eigen::Index draws = 512;
  const StreamKey key{.seed = 1, .entity = entity_key("latch delays"), .purpose = Purpose::test};
  Eigen::Matrix<double, 6, draws> released;
  for (Eigen::Index i = 0; i < draws; ++i) {
    const LaunchSpread spread{.latch_delay_s = reduced.spread.latch_delay_s};
    const LaunchErrors launch = draw_launch_errors(spread, key, static_cast<std::uint64_t>(i));
    released.col(i) = predict(reduced, TrackedVector::Zero(), launch);
  }
  const ReleaseVector mean = released.rowwise().mean();
  released.colwise() -= mean;
  return released * released.transpose() / static_cast<double>(draws - 1);
}

}  // namespace

ReleaseVector release_vector(const ReleaseState& release) {
  ReleaseVector vector;
  vector << release.velocity_mps, release.rate_radps;
  return vector;
}

ReducedRide reduce_ride(const SledDesign& design, const AxialProfile& profile, const SurveySpectrum& survey,
                        const LaunchSpread& spread, const ReducedOptions& options) {
  const double lead_s = latch_lead_s(design, spread);
  const TrackGrid grid = ridden_grid(design, profile, survey);
  const double command_s = profile.time_s.back() + design.release.drift_s;
  ReducedRide reduced{.ride = map_ride(design, profile, grid, command_s, lead_s, options.step_s),
                      .survey = survey,
                      .spread = spread};
  const SledVector nominal = reduced.ride.launch.col(input_count - 1);
  reduced.release = ReleaseMap(design, profile.speed_mps.back(), lead_s, nominal);
  measure(reduced, design, profile, options);
  return reduced;
}

TrackedVector track_effect(const ReducedRide& reduced, const TrackErrors& track) {
  TrackedVector effect = TrackedVector::Zero();
  const RideMap& map = reduced.ride;
  expects(track.stage_m().rows() == map.grid.stages && track.node_m().rows() == map.grid.nodes,
          "reduced ride: the track must have been drawn for the ridden span");
  for (Eigen::Index axis = 0; axis < 2; ++axis) {
    const auto of = static_cast<std::size_t>(axis);
    effect += map.stage[of] * track.stage_m().col(axis) + map.node[of] * track.node_m().col(axis);
  }
  return effect;
}

TrackedVector draw_track_effect(const ReducedRide& reduced, const StreamKey& key) {
  return track_effect(reduced, sample_track(reduced.survey, reduced.ride.grid, key));
}

ReleaseVector predict(const ReducedRide& reduced, const TrackedVector& track, const LaunchErrors& launch) {
  return reduced.release.release(full_state(reduced, track, launch), launch.latch_delay_s);
}

ReleaseVector draw_release(const ReducedRide& reduced, const TrackedVector& track, const StreamKey& key,
                           std::uint64_t serial) {
  return predict(reduced, track, draw_launch_errors(reduced.spread, key, serial));
}

ReleaseMoments release_moments(const ReducedRide& reduced) {
  const RideMap& map = reduced.ride;
  ReleaseMoments moments;
  moments.nominal = predict(reduced, TrackedVector::Zero(), {});
  const Eigen::Matrix<double, 6, full_size> on_time = reduced.release.on_time();
  const Eigen::Matrix<double, 6, tracked_size> of_track = on_time.leftCols<tracked_size>();
  const Eigen::MatrixXd waves_m = survey_map_m(reduced.survey, map.grid);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const Eigen::MatrixXd stage = of_track * map.stage[axis] * reduced.survey.coil_offset_m;
    const Eigen::MatrixXd survey = of_track * (map.node[axis] * waves_m);
    moments.of_tracks += stage * stage.transpose() + survey * survey.transpose();
  }
  Eigen::Matrix<double, 6, input_count> of_inputs =
      on_time.leftCols<state_size>() * map.launch + on_time.rightCols<input_count>();
  of_inputs.leftCols<3>() *= reduced.spread.com_m;
  of_inputs.middleCols<2>(3) *= reduced.spread.push_off_rad;
  of_inputs.col(input_count - 1).setZero();
  moments.of_launches = of_inputs * of_inputs.transpose() + of_delays(reduced);
  return moments;
}

}  // namespace lunafab::massdriver
