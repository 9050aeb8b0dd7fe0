#include <catch2/catch.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "massdriver/reduced_ride.hpp"
#include "tests/massdriver/sled_cases.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;

namespace {

constexpr StreamKey key{.seed = 21, .replication = 4, .entity = 2, .purpose = Purpose::test};
constexpr LaunchSpread scatter{.com_m = 2e-3, .latch_delay_s = 1e-3, .push_off_rad = 2e-3};
constexpr ReducedOptions unmeasured{.held_out_rides = 0};

/// Largest difference of reduced and full, velocities in m/s and rates in rad/s, without the speed fore.
double difference(const ReducedRide& reduced, const SledDesign& design, const AxialProfile& profile,
                  const TrackErrors& track, const LaunchErrors& launch, double step_s) {
  const ReleaseVector ridden =
      release_vector(ride(design, profile, track, launch, {.step_s = step_s}).release);
  return (predict(reduced, track_effect(reduced, track), launch) - ridden).tail<5>().cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("Reduced ride: the full ride converges to its nominal release, to first order in the step",
          "[massdriver]") {
  const SledDesign design = cases::full_sled();
  const AxialProfile profile = cases::last_stretch();
  const SurveySpectrum survey{.stage_pitch_m = 0.9};
  const ReducedRide reduced = reduce_ride(design, profile, survey, {}, unmeasured);
  const TrackErrors perfect = sample_track(survey, reduced.ride.grid, key);
  const double coarse = difference(reduced, design, profile, perfect, {}, 1e-4);
  const double fine = difference(reduced, design, profile, perfect, {}, 5e-5);
  CHECK(fine < 2e-5);  // of a pitch rate of 1.6e-2
  CHECK_THAT(std::log2(coarse / fine), Catch::WithinAbs(1.0, 0.3));
}

TEST_CASE("Reduced ride: one track, one launch, coils alone: each as the full ride", "[massdriver]") {
  const SledDesign design = cases::full_sled();
  const AxialProfile profile = cases::last_stretch();
  SurveySpectrum survey = cases::rough_track();
  const ReducedRide reduced = reduce_ride(design, profile, survey, scatter, unmeasured);
  const TrackErrors perfect =
      sample_track({.stage_pitch_m = 0.9, .psd_m3 = 1e-30, .shortest_m = 20.0, .longest_m = 2000.0},
                   reduced.ride.grid, key);
  const TrackErrors rough = sample_track(survey, reduced.ride.grid, key);
  survey.psd_m3 = 1e-30;
  const TrackErrors coils = sample_track(survey, reduced.ride.grid, key);
  const LaunchErrors launch = draw_launch_errors(scatter, key, 5);
  // Sizes: 7e-2 m/s by the line, 1e-4 m/s by the coils, 1e-3 by the launch; the full ride's own error is 1e-5
  // to 1e-4.
  CHECK(difference(reduced, design, profile, rough, {}, 5e-5) < 4e-4);
  CHECK(difference(reduced, design, profile, coils, {}, 5e-5) < 2e-5);
  CHECK(difference(reduced, design, profile, perfect, launch, 5e-5) < 6e-5);
}

TEST_CASE("Reduced ride: its error on held-out rides is a few hundredths of the spread", "[massdriver]") {
  const ReducedRide reduced = reduce_ride(cases::full_sled(), cases::last_stretch(), cases::rough_track(),
                                          scatter, {.held_out_rides = 3, .held_out = key});
  CHECK(reduced.worst_relative_error > 0.0);
  CHECK(reduced.worst_relative_error < 0.15);

  // A ride that touches is outside the model, and the model says so.
  SledDesign tight = cases::full_sled();
  tight.guidance.gap_m = 1e-3;
  const ReducedRide touching = reduce_ride(tight, cases::last_stretch(), cases::rough_track(), scatter,
                                           {.held_out_rides = 1, .held_out = key});
  CHECK(std::isinf(touching.worst_relative_error));
}

TEST_CASE("Reduced ride: white coil offsets have the closed-form velocity variance", "[massdriver]") {
  constexpr double coil_N_per_m = 2e6, speed_mps = 2400.0, pitch_m = 0.9, offset_m = 2e-4;
  SledDesign design = cases::plain_sled();
  design.release.drift_s = 1e-4;  // the mode must not decay before the release
  const AxialProfile profile = plain_profile(
      {.from_mps = speed_mps, .to_mps = speed_mps, .duration_s = 3.0, .coil_N_per_m = coil_N_per_m});
  const ReducedRide reduced =
      reduce_ride(design, profile, {.stage_pitch_m = pitch_m, .coil_offset_m = offset_m}, {}, unmeasured);
  const ReleaseMoments moments = release_moments(reduced);
  // m ẍ + c ẋ + K x under white force of density S: <v²> = S/(2 c m). Two coils pull together: 4 (k σ)² p/v.
  const double density = 4.0 * std::pow(coil_N_per_m * offset_m, 2) * pitch_m / speed_mps;
  const double variance = density / (2.0 * 6e4 * 5250.0);
  // Latches, 800 rad/s, add a little; the coils' distance takes (52 rad/s · 0.85 ms)² = 0.2 %.
  CHECK_THAT(moments.of_tracks(1, 1), Catch::WithinRel(variance, 0.03));
  CHECK_THAT(moments.of_tracks(2, 2), Catch::WithinRel(variance, 0.03));
  CHECK(moments.of_launches.norm() == 0.0);
}

TEST_CASE("Reduced ride: drawn tracks and launches have the stated covariance", "[massdriver]") {
  const ReducedRide reduced =
      reduce_ride(cases::full_sled(), cases::last_stretch(), cases::rough_track(), scatter, unmeasured);
  const ReleaseMoments moments = release_moments(reduced);
  constexpr int draws = 2000;
  ReleaseCovariance sum = ReleaseCovariance::Zero();
  ReleaseVector mean = ReleaseVector::Zero();
  for (std::uint64_t i = 0; i < draws; ++i) {
    const ReleaseVector release = draw_release(reduced, TrackedVector::Zero(), key, i) - moments.nominal;
    mean += release / draws, sum += release * release.transpose() / draws;
  }
  sum -= mean * mean.transpose();
  for (Eigen::Index i = 0; i < 6; ++i) {
    // 2000 draws against 512 for the delays' part: 4 standard errors.
    CHECK_THAT(sum(i, i),
               Catch::WithinRel(moments.of_launches(i, i), 4.0 * std::sqrt(2.0 / 2000 + 2.0 / 512)));
  }
  ReleaseCovariance tracks = ReleaseCovariance::Zero();
  constexpr int machines = 60;
  for (std::uint32_t i = 0; i < machines; ++i) {
    StreamKey stream = key;
    stream.replication = i;
    const ReleaseVector release = predict(reduced, draw_track_effect(reduced, stream), {}) - moments.nominal;
    tracks += release * release.transpose() / machines;
  }
  for (Eigen::Index i = 1; i < 6; ++i) {
    CHECK_THAT(tracks(i, i), Catch::WithinRel(moments.of_tracks(i, i), 4.0 * std::sqrt(2.0 / machines)));
  }
}

TEST_CASE("Reduced ride: a launch's draw depends on its serial and key alone", "[massdriver]") {
  const ReducedRide reduced =
      reduce_ride(cases::full_sled(), cases::last_stretch(), cases::rough_track(), scatter, unmeasured);
  const TrackedVector track = draw_track_effect(reduced, key);
  const ReleaseVector first = draw_release(reduced, track, key, 7);
  CHECK((draw_release(reduced, track, key, 8) - first).norm() > 0.0);
  CHECK((draw_release(reduced, track, key, 7) - first).norm() == 0.0);
  CHECK_THROWS_AS(predict(reduced, track, {.latch_delay_s = {0.0, never, 0.0, 0.0}}), ContractError);
}
