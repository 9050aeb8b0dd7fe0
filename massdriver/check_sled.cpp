#include <fmt/format.h>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "massdriver/examination.hpp"
#include "massdriver/sled_linear.hpp"

namespace lunafab::massdriver {
namespace {

using Eigen::Vector3d;

constexpr double mm_per_m = 1e3, ms_per_s = 1e3, us_per_s = 1e6;
constexpr double sd_of_delays = 6.0;           // later than this a latch does not open
constexpr double slowest_growth_per_s = 0.05;  // slower ones do not matter in a launch
constexpr double most_survey_nodes = 1e5;      // a kilobyte each

double sled_kg(const SledDesign& sled) {
  return sled.bucket.mass_kg + sled.payload.mass_kg;
}

// ---- pads

/// Pads must touch before coils do. Against both ends of the guides the coils swing out as their arms say.
void check_gap(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"sled.guidance.gap", "sled.guidance.spacing", "track.clearance", "bucket.coils"})) return;
  const double lever = std::max(1.0, d.sled.coil_spacing_m / d.sled.guidance.spacing_m);
  if (less(d.track.clearance_m, lever * d.sled.guidance.gap_m)) {
    of.fail("sled.guidance.gap",
            fmt::format("lets a bucket coil move {:.4g} mm, more than the clearance of {:.4g} mm",
                        lever * d.sled.guidance.gap_m * mm_per_m, d.track.clearance_m * mm_per_m),
            at_most(d.track.clearance_m / lever, "m"));
  }
}

/// Weight, or the lift of a curved track at the muzzle speed, on the two stations.
void check_sag(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"sled", "payload", "bucket.mass", "muzzle_speed"})) return;
  const SledDesign& sled = d.sled;
  const double lift_mps2 = d.muzzle_speed_mps * d.muzzle_speed_mps / sled.track_radius_m - sled.gravity_mps2;
  const double load_N = sled_kg(sled) * std::max(sled.gravity_mps2, std::abs(lift_mps2));
  if (less(2.0 * sled.guidance.up_N_per_m * sled.guidance.gap_m, load_N)) {
    of.fail("sled.guidance.up",
            fmt::format("the sled would sag {:.4g} mm, more than the pads' gap",
                        0.5 * load_N / sled.guidance.up_N_per_m * mm_per_m),
            at_least(0.5 * load_N / sled.guidance.gap_m, "N/m"));
  }
}

// ---- latches

void check_latches(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"sled", "track.coil.radius", "track.coil.depth"})) return;
  const double bore_m = d.track.coil.winding.radius_m - 0.5 * d.track.coil.winding.depth_m;
  const double payload_fore_m = d.sled.payload_position_m.x();
  Vector3d middle_m = Vector3d::Zero();
  for (const Vector3d& at_m : d.sled.latches.position_m) {
    middle_m += at_m / latch_count;
    const bool on_bucket = std::abs(at_m.x()) <= 0.5 * d.sled.bucket_length_m + 1e-9;
    const bool on_payload = std::abs(at_m.x() - payload_fore_m) <= 0.5 * d.sled.payload_length_m + 1e-9;
    if (on_bucket && on_payload && at_m.tail<2>().norm() < bore_m) continue;
    return of.fail(
        "sled.latches.positions",
        fmt::format("one at {:.4g} m fore, {:.4g} m off the axis joins nothing", at_m.x(),
                    at_m.tail<2>().norm()),
        fmt::format("along both the bucket, {:.4g} m long, and the payload, {:.4g} m, within the bore",
                    d.sled.bucket_length_m, d.sled.payload_length_m));
  }
  Eigen::Matrix3d spread_m2 = Eigen::Matrix3d::Zero();
  for (const Vector3d& at_m : d.sled.latches.position_m)
    spread_m2 += (at_m - middle_m) * (at_m - middle_m).transpose();
  const Vector3d squares_m2 = Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(spread_m2).eigenvalues();
  if (squares_m2[1] <= 1e-4 * d.sled.payload_length_m * d.sled.payload_length_m) {
    of.fail("sled.latches.positions", "stand in one line: the payload could turn about it",
            "latches on either side of any line");
  }
}

// ---- stability

/// Fastest growth of the latched sled under the mean thrust, without the coils' own stiffness. The way along
/// the bore, which nothing holds, is left out.
double growth_per_s(const DriverDesign& d) {
  const SledModel model = assemble_sled(d.sled, {});
  const double square_gain =
      d.muzzle_speed_mps * d.muzzle_speed_mps - d.injection.speed_mps * d.injection.speed_mps;
  const Drive drive =
      drive_at(d.sled, {.speed_mps = d.muzzle_speed_mps,
                        .acceleration_mps2 = square_gain / (2.0 * d.track.stages * d.track.pitch_m)});
  SledMatrix slope = jacobian(model, drive, equilibrium(model, drive));
  slope.row(bucket_mps).setZero(), slope.col(bucket_m).setZero();
  slope(bucket_m, bucket_m) = -1.0, slope(bucket_m, bucket_mps) = 0.0;
  slope(bucket_mps, bucket_mps) = -1.0;
  return Eigen::MatrixXd(slope).eigenvalues().real().maxCoeff();
}

void check_stability(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"sled", "payload", "bucket", "muzzle_speed", "injection.speed", "track"})) return;
  const double growth = growth_per_s(d);
  if (growth > slowest_growth_per_s) {
    of.fail("sled.guidance",
            fmt::format("the sled would leave the axis, {:.3g} times faster each second",
                        std::exp(std::min(growth, 20.0))),
            "stiffer guides, wider apart, or the payload's centre of mass further aft");
  }
  const double step_s = RideOptions{}.step_s, stable_s = stable_step_s(d.sled);
  if (stable_s < step_s) {
    of.fail(
        "sled",
        fmt::format("its fastest motion, of latches or contact, needs steps below {:.3g} us, less than the "
                    "{:.3g} us of a ride",
                    stable_s * us_per_s, step_s * us_per_s),
        fmt::format("contact and latches softer by a factor of {:.3g}", std::pow(step_s / stable_s, 2)));
  }
}

// ---- release

/// When, after the command, nothing joins the bodies any more: the last latch open, the spring at its end.
double parted_s(const DriverDesign& d) {
  const double late_s = sd_of_delays * d.spread.latch_delay_s, energy_J = d.sled.push_off.energy_J;
  if (energy_J == 0.0) return late_s;
  const double reduced_kg = d.sled.bucket.mass_kg * d.sled.payload.mass_kg / sled_kg(d.sled);
  const double spring_N_per_m = 2.0 * energy_J / (d.sled.push_off.stroke_m * d.sled.push_off.stroke_m);
  return late_s + 0.5 * std::numbers::pi * std::sqrt(reduced_kg / spring_N_per_m);
}

/// When the payload's aft end has passed the bucket's fore end: stroke, then push-off speed u, then braking
/// b, stroke + u (t − parted) + ½ b (t − delay)² = overlap.
double out_s(const DriverDesign& d) {
  const SledDesign& sled = d.sled;
  const double overlap_m = 0.5 * (sled.bucket_length_m + sled.payload_length_m) - sled.payload_position_m.x();
  const double reduced_kg = sled.bucket.mass_kg * sled.payload.mass_kg / sled_kg(sled);
  const double speed_mps = std::sqrt(2.0 * sled.push_off.energy_J / reduced_kg);
  const double delay_s = sled.release.brake_delay_s, brake_mps2 = sled.release.brake_mps2;
  const double left_m = overlap_m - sled.push_off.stroke_m - speed_mps * (delay_s - parted_s(d));
  if (left_m <= 0.0) return speed_mps > 0.0 ? delay_s + left_m / speed_mps : delay_s;
  return delay_s + (std::sqrt(speed_mps * speed_mps + 2.0 * brake_mps2 * left_m) - speed_mps) / brake_mps2;
}

void check_release(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"sled", "spread", "payload", "bucket", "return.brake", "track.drift", "muzzle_speed"}))
    return;
  const ReleaseSequence& release = d.sled.release;
  const double early_s = sd_of_delays * d.spread.latch_delay_s, parted = parted_s(d);
  if (less(release.drift_s, early_s)) {
    of.fail("track.drift", "latches that open early would open under thrust",
            at_least(early_s * d.muzzle_speed_mps, "m, or a smaller `spread.latch_delay`"));
  }
  if (less(release.brake_delay_s, parted)) {
    return of.fail("sled.release.brake_delay",
                   fmt::format("the bucket would be braked while latches or push-off still join the payload, "
                               "until {:.4g} ms after the command",
                               parted * ms_per_s),
                   at_least(parted, "s"));
  }
  const double clear_s = std::max(parted, out_s(d));
  if (less(release.clear_s, clear_s)) {
    of.fail("sled.release.clear",
            fmt::format("the payload's aft end passes the bucket's fore end only {:.4g} ms after the command",
                        clear_s * ms_per_s),
            at_least(clear_s, "s"));
  }
}

// ---- survey

void check_survey(Examination& of) {
  const DriverDesign& d = of.design;
  const SurveySpectrum& survey = d.survey;
  if (survey.psd_m3 == 0.0 || !of.sound({"survey", "track.stages", "track.pitch", "track.drift"})) return;
  if (survey.longest_m <= survey.shortest_m) {
    return of.fail("survey.line.longest", "is not above the shortest wave",
                   fmt::format("more than {:.4g} m", survey.shortest_m));
  }
  const double length_m = d.track.stages * d.track.pitch_m + d.track.drift_m;
  const double nodes = 16.0 * length_m / survey.shortest_m;
  if (nodes > most_survey_nodes) {
    of.fail("survey.line.shortest", fmt::format("the track would be given at {:.0f} points", nodes),
            at_least(16.0 * length_m / most_survey_nodes, "m"));
  }
}

}  // namespace

void check_sled(Examination& of) {
  if (!of.design.has_sled) return;
  check_gap(of);
  check_sag(of);
  check_latches(of);
  check_stability(of);
  check_release(of);
  check_survey(of);
}

}  // namespace lunafab::massdriver
