#include "massdriver/sled.hpp"
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <bit>
#include <cmath>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "massdriver/sled_linear.hpp"

namespace lunafab::massdriver {
namespace {

using Eigen::Vector2d, Eigen::Vector3d;

constexpr double largest_travel_m = 1.0, largest_tilt_rad = 0.5;  // beyond: derailed
constexpr double largest_steps = 1e8;

/// Times of one ride, s from its start; the command falls on a step.
struct Schedule {
  double step_s = 0.0;
  long command = 0, end = 0;  ///< steps
};

Schedule schedule(const SledDesign& design, const ProfileReader& reader, double asked_s) {
  const ReleaseSequence& release = design.release;
  expects(release.drift_s >= 0.0 && release.clear_s >= 0.0, "sled: drift and clearing must not be negative");
  const double command_s = reader.end_s() - reader.start_s() + release.drift_s;
  const double steps = std::ceil(command_s / asked_s * (1.0 - 1e-12));
  const double step_s = command_s / steps, all = steps + std::ceil(release.clear_s / step_s);
  expects(all <= largest_steps, "sled: at most 1e8 steps a ride");
  return {step_s, static_cast<long>(steps), static_cast<long>(all)};
}

/// What a ride carries from step to step.
class Rider {
 public:
  Rider(const SledDesign& design, const AxialProfile& profile, const TrackErrors& track,
        const LaunchErrors& launch, const RideOptions& options)
      : reader_(profile),
        track_(&track),
        launch_(&launch),
        trace_s_(options.trace_s),
        model_(assemble_sled(design, launch)),
        schedule_(schedule(design, reader_, options.step_s)),
        pair_(design.bucket, design.payload, start(), schedule_.step_s) {}

  Ride run() {
    for (long i = 0; i < schedule_.end && ride_.release.status != RideStatus::derailed; ++i) step(i);
    finish();
    return std::move(ride_);
  }

 private:
  PairState start() {
    return place(model_, equilibrium(model_, drive_at(model_.design, reader_.at(reader_.start_s()))));
  }

  /// Inputs are taken at the middle of the step, coil offsets as their mean over it.
  Drive drive(long step, double time_s) {
    const double half_s = 0.5 * schedule_.step_s;
    const Moment now = reader_.at(time_s + half_s);
    Drive drive = drive_at(model_.design, now);
    for (std::size_t i = 0; i < 2; ++i) {
      const double side = i == 0 ? 0.5 : -0.5;
      const double coil_m = now.position_m + side * model_.design.coil_spacing_m;
      const double station_m = now.position_m + side * model_.design.guidance.spacing_m;
      const double reach_m = half_s * now.speed_mps;
      drive.coil_offset_m[i] =
          track_->line(coil_m).offset_m + track_->mean_coil_offset_m(coil_m - reach_m, coil_m + reach_m);
      const Line rail = track_->line(station_m);
      drive.rail_m[i] = rail.offset_m;
      drive.rail_mps[i] = rail.slope * now.speed_mps;
    }
    const double since_s = static_cast<double>(step - schedule_.command) * schedule_.step_s;
    for (std::size_t i = 0; i < latch_count; ++i) {
      drive.latches[i] = since_s + half_s < launch_->latch_delay_s[i];  // opens at the nearest step
    }
    if (since_s >= model_.design.release.brake_delay_s) drive.brake_mps2 = model_.design.release.brake_mps2;
    drive.pushing = pushing_;
    return drive;
  }

  void step(long i) {
    const double time_s = reader_.start_s() + static_cast<double>(i) * schedule_.step_s;
    const Drive now = drive(i, time_s);
    const PairState state = pair_.state();
    const PairLoad load = load_pair(model_, now, state);
    // A spring that has let go stays off; while a latch holds, it is seated.
    if (load.push_left_m <= 0.0 && now.latches == LatchSet{}) pushing_ = false;
    observe(i, load, state);
    if (trace_s_ > 0.0 && time_s >= next_trace_s_) sample(time_s, load, state);
    pair_.step(load.wrench);
  }

  void observe(long i, const PairLoad& load, const PairState& state) {
    ReleaseState& release = ride_.release;
    release.contacts += std::popcount(load.touching & ~touching_);
    touching_ = load.touching;
    release.peak_contact_N = std::max(release.peak_contact_N, load.contact_N);
    release.peak_travel_m = std::max(release.peak_travel_m, load.travel_m);
    release.peak_latch_N = std::max(release.peak_latch_N, load.latch_N);
    if (i < schedule_.command) {
      const Vector3d fall_N = load.wrench.payload.force_N;
      const double lateral_mps2 = fall_N.tail<2>().norm() / model_.design.payload.mass_kg;
      release.peak_lateral_mps2 = std::max(release.peak_lateral_mps2, lateral_mps2);
    }
    const bool upright = state.bucket.attitude(0, 0) > std::cos(largest_tilt_rad);
    if (!upright || !(load.travel_m < largest_travel_m)) release.status = RideStatus::derailed;
  }

  void sample(double time_s, const PairLoad& load, const PairState& state) {
    const Moment now = reader_.at(time_s);
    const SledVector x = displacement(model_, state);
    ride_.trace.push_back({time_s, now.position_m, now.speed_mps, x.segment<3>(bucket_m),
                           x.segment<3>(payload_m), x.segment<3>(bucket_rad), x.segment<3>(payload_rad),
                           load.travel_m});
    next_trace_s_ = time_s + trace_s_;
  }

  void finish() {
    ReleaseState& release = ride_.release;
    const SledVector x = displacement(model_, pair_.state());
    const double clear_s = static_cast<double>(schedule_.end - schedule_.command) * schedule_.step_s;
    const double lift_mps2 = drive_at(model_.design, reader_.at(reader_.end_s())).lift_mps2;
    release.velocity_mps = x.segment<3>(payload_mps) - Vector3d(0.0, 0.0, lift_mps2 * clear_s);
    release.rate_radps = x.segment<3>(payload_radps);
    release.attitude_rad = x.segment<3>(payload_rad);
    release.gap_use = release.peak_travel_m / model_.design.guidance.gap_m;
    if (release.status == RideStatus::derailed) return;
    const auto& delay_s = launch_->latch_delay_s;
    const bool stuck = *std::max_element(delay_s.begin(), delay_s.end()) >= clear_s;
    if (release.contacts > 0) release.status = RideStatus::contact;
    if (stuck) release.status = RideStatus::latch_stuck;
  }

  ProfileReader reader_;
  const TrackErrors* track_;
  const LaunchErrors* launch_;
  double trace_s_;
  SledModel model_;
  Schedule schedule_;
  RigidPair pair_;
  bool pushing_ = true;
  unsigned touching_ = 0;
  double next_trace_s_ = -std::numeric_limits<double>::infinity();
  Ride ride_;
};

}  // namespace

const char* name(RideStatus status) {
  switch (status) {
    case RideStatus::clean:
      return "clean";
    case RideStatus::contact:
      return "contact";
    case RideStatus::latch_stuck:
      return "latch_stuck";
    case RideStatus::derailed:
      return "derailed";
  }
  return "unknown";
}

RigidBody cylinder(double mass_kg, double inner_radius_m, double outer_radius_m, double length_m) {
  expects(mass_kg > 0.0 && inner_radius_m >= 0.0 && outer_radius_m > inner_radius_m && length_m > 0.0,
          "sled: a cylinder needs mass, length and wall");
  const double squares_m2 = inner_radius_m * inner_radius_m + outer_radius_m * outer_radius_m;
  const double across = mass_kg * (squares_m2 / 4.0 + length_m * length_m / 12.0);
  return {mass_kg, {mass_kg * squares_m2 / 2.0, across, across}};
}

LaunchErrors draw_launch_errors(const LaunchSpread& spread, const StreamKey& key, std::uint64_t serial) {
  std::uint32_t attempt = 0;
  const auto draw = [&](double sd) {
    return sd * normal_quantile(uniform(key, serial, attempt++));
  };
  LaunchErrors errors;
  for (double& component : errors.com_m) component = draw(spread.com_m);
  for (double& delay_s : errors.latch_delay_s) delay_s = draw(spread.latch_delay_s);
  for (double& component : errors.push_off_rad) component = draw(spread.push_off_rad);
  return errors;
}

AxialProfile plain_profile(const PlainRun& run) {
  constexpr std::size_t samples = 1001;
  expects(run.acceleration_mps2 != 0.0 || run.duration_s > 0.0,
          "sled: a plain run needs acceleration or duration");
  const double duration_s =
      run.acceleration_mps2 == 0.0 ? run.duration_s : (run.to_mps - run.from_mps) / run.acceleration_mps2;
  AxialProfile profile;
  for (std::size_t i = 0; i < samples; ++i) {
    const double time_s = duration_s * static_cast<double>(i) / static_cast<double>(samples - 1);
    profile.time_s.push_back(time_s);
    profile.position_m.push_back((run.from_mps + 0.5 * run.acceleration_mps2 * time_s) * time_s);
    profile.speed_mps.push_back(run.from_mps + run.acceleration_mps2 * time_s);
  }
  profile.acceleration_mps2.assign(samples, run.acceleration_mps2);
  profile.coil_N_per_m.assign(samples, run.coil_N_per_m);
  profile.coil_Nm_per_rad.assign(samples, run.coil_Nm_per_rad);
  return profile;
}

TrackGrid ridden_grid(const SledDesign& design, const AxialProfile& profile, const SurveySpectrum& survey) {
  const ProfileReader reader(profile);
  const double reach_m = 0.5 * std::max(design.coil_spacing_m, design.guidance.spacing_m) + 1.0;
  const double after_s = design.release.drift_s + design.release.clear_s;
  const double end_m = profile.position_m.back() + profile.speed_mps.back() * after_s + reach_m;
  return track_grid(survey, profile.position_m.front() - reach_m, end_m);
}

double stable_step_s(const SledDesign& design) {
  const SledModel model = assemble_sled(design, {});
  const SledMatrix slope = jacobian(model, {}, SledVector::Zero());
  const double free_radps = Eigen::MatrixXd(slope).eigenvalues().cwiseAbs().maxCoeff();
  const bool touches = std::isfinite(design.guidance.gap_m);
  const double pads_N_per_m = touches ? 4.0 * design.guidance.contact_N_per_m : 0.0;
  return 1.0 / std::hypot(free_radps, std::sqrt(pads_N_per_m / design.bucket.mass_kg));
}

Ride ride(const SledDesign& design, const AxialProfile& profile, const TrackErrors& track,
          const LaunchErrors& launch, const RideOptions& options) {
  expects(options.step_s > 0.0 && options.step_s <= stable_step_s(design),
          "sled: the step must be positive and at most stable_step_s");
  return Rider(design, profile, track, launch, options).run();
}

}  // namespace lunafab::massdriver
