#include "massdriver/sizing.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "massdriver/stage_thermal.hpp"
#include "massdriver/superconductor.hpp"
#include "massdriver/winding_field.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double mu0 = constants::vacuum_permeability_H_per_m;
constexpr double g0 = constants::standard_gravity_mps2;
constexpr double peak_over_mean = 1.25;  // of two coils half a pitch apart; the solver gives the true one
constexpr int cycle_steps = 400;         // over one cycle: the share left is good to 1e-4

using State = std::array<double, 4>;  // current, bank voltage, heat per ohm, place

double dc_ohm(const DriveCoil& coil) {
  const Conductor& c = coil.conductor;
  const double rho =
      c.resistivity_ohm_m * (1.0 + c.temperature_coefficient_per_K * (coil.temperature_K - c.reference_K));
  const Winding& w = coil.winding;
  return rho * 2.0 * pi * w.radius_m / (w.length_m * w.depth_m * coil.fill) * std::max(1.0, coil.ac_factor);
}

/// Tension of a ring by its own current, ½ I² dL/dR / 2π with dL/dR = L/R + μ0, its section held.
double own_hoop_N(const Winding& winding, double self_H, double current_A) {
  return 0.25 * current_A * current_A * (self_H / winding.radius_m + mu0) / pi;
}

void add_if(std::vector<std::string>& broken, bool exceeds, const std::string& text) {
  if (exceeds) broken.push_back(text);
}

double bank_voltage_V(const DriverDesign& d, double drive_H, double bank_J) {
  const double s = d.track.half_wave_m;
  const double farad =
      d.firing.tuning * s * s / (pi * pi * d.muzzle_speed_mps * d.muzzle_speed_mps * drive_H);
  return std::sqrt(2.0 * bank_J / farad);
}

void check_sizing(const DriverStudy& study, const BankCycle& cycle, Sizing& sizing) {
  const DriverDesign& d = sizing.design;
  const Requirements& needs = study.needs;
  const Winding &drive = d.track.coil.winding, &bucket = d.bucket.winding;
  std::vector<std::string>& broken = sizing.broken;
  const double length_m = d.track.stages * d.track.pitch_m;
  add_if(broken, length_m > needs.longest_m,
         fmt::format(
             "mean_acceleration: {:.3g} g0 need a track of {:.4g} km, longer than `longest` of {:.4g} km; at "
             "least {:.3g} g0 would do",
             sizing.mean_mps2 / g0, length_m / 1e3, needs.longest_m / 1e3,
             sizing.mean_mps2 / g0 * length_m / needs.longest_m));
  add_if(broken, sizing.bank_V > d.track.coil.voltage_limit_V,
         fmt::format(
             "technology.track.coil.voltage_limit: the banks need {:.4g} kV per turn, allowed are {:.4g} kV",
             sizing.bank_V / 1e3, d.track.coil.voltage_limit_V / 1e3));
  const double drive_Pa = sizing.drive_hoop_Pa =
      cycle.hoop_N / (drive.length_m * drive.depth_m * d.track.coil.fill);
  add_if(broken, drive_Pa > d.track.coil.hoop_limit_Pa,
         fmt::format("technology.track.coil.hoop_limit: drive coils bear {:.4g} MPa, allowed are {:.4g} MPa",
                     drive_Pa / 1e6, d.track.coil.hoop_limit_Pa / 1e6));
  const double bucket_Pa = sizing.bucket_hoop_Pa =
      own_hoop_N(bucket, self_inductance_H(bucket), d.bucket.current_A) /
      (bucket.length_m * bucket.depth_m * d.bucket.fill);
  add_if(
      broken, bucket_Pa > d.bucket.hoop_limit_Pa,
      fmt::format("technology.bucket.coils.hoop_limit: bucket coils bear {:.4g} MPa, allowed are {:.4g} MPa",
                  bucket_Pa / 1e6, d.bucket.hoop_limit_Pa / 1e6));
  const double coils_kg = d.bucket.count * d.bucket.density_kg_per_m3 * conductor_volume_m3(bucket, 1.0);
  add_if(broken, coils_kg > d.bucket_kg,
         fmt::format("bucket_share: the bucket coils alone weigh {:.4g} kg, the bucket may weigh {:.4g} kg",
                     coils_kg, d.bucket_kg));
  if (d.bucket.superconductor.jc0_A_per_m2 == 0.0) return;
  const double margin =
      quench_margin(d.bucket, d.bucket.current_A, peak_field_T_per_A(bucket), d.bucket.temperature_K);
  add_if(broken, margin < needs.quench_margin,
         fmt::format("quench_margin: {:.3g} are left at {:.4g} A/mm2, asked for are {:.3g}", margin,
                     study.rules.current_density_A_per_m2 / 1e6, needs.quench_margin));
}

}  // namespace

double payload_radius_m(const PayloadEnvelope& envelope, double payload_kg) {
  return std::cbrt(payload_kg / (2.0 * pi * envelope.slenderness * envelope.density_kg_per_m3));
}

double drive_coils_kg(const DriverDesign& design) {
  return design.track.stages * coil_mass_kg(design.track.coil);
}

double design_cost_usd(const DriverDesign& d, double store_J) {
  const double bucket_kg = d.back.buckets * d.bucket.count * d.bucket.density_kg_per_m3 *
                           conductor_volume_m3(d.bucket.winding, 1.0);
  return d.cost.coil_per_kg * (drive_coils_kg(d) + bucket_kg) + d.cost.store_per_J * store_J +
         d.cost.power_per_W * d.bus_W + d.cost.track_per_m * d.track.stages * d.track.pitch_m;
}

// L İ + v M' I_b + R I = V, C V̇ = −I, with the bucket coil at z = −(1 + advance) s + v t and a constant
// bucket current; F = I I_b M'. The current pulls first: M' > 0 before the coil, so the coil's sign is chosen
// for F > 0 there and reverses with the current behind it.
BankCycle pass_bank(const DriverDesign& d, double drive_H, double bank_J, double bucket_A) {
  const double v = d.muzzle_speed_mps, s = d.track.half_wave_m;
  const double farad = d.firing.tuning * s * s / (pi * pi * v * v * drive_H);
  const double ohm = dc_ohm(d.track.coil) + d.store.switch_ohm + d.store.esr_ohm;
  const auto slope = [&](double z_m) {
    return couple(CoaxialLoops{d.track.coil.winding.radius_m, d.bucket.winding.radius_m, z_m}).slope_H_per_m;
  };
  const auto growth = [&](double z_m) {  // dM/dR of the drive coil
    const double r = d.track.coil.winding.radius_m, h = 1e-4 * r, b = d.bucket.winding.radius_m;
    return (couple(CoaxialLoops{r + h, b, z_m}).mutual_H - couple(CoaxialLoops{r - h, b, z_m}).mutual_H) /
           (2.0 * h);
  };
  const auto rate = [&](const State& y) -> State {
    return {(y[1] - ohm * y[0] - v * slope(y[3]) * bucket_A) / drive_H, -y[0] / farad, y[0] * y[0], v};
  };
  const auto moved = [](const State& y, const State& k, double h) {
    State z = y;
    for (std::size_t i = 0; i < 4; ++i) z[i] += h * k[i];
    return z;
  };
  State y{0.0, std::sqrt(2.0 * bank_J / farad), 0.0, -(1.0 + d.firing.advance) * s};
  const double h = (1.0 + d.firing.advance + d.firing.latest_opening) * s / v / cycle_steps;
  BankCycle cycle;
  for (int i = 0, zeros = 0; i < cycle_steps && zeros < 2; ++i) {
    const State k1 = rate(y), k2 = rate(moved(y, k1, 0.5 * h)), k3 = rate(moved(y, k2, 0.5 * h)),
                k4 = rate(moved(y, k3, h));
    const double before_A = y[0];
    for (std::size_t j = 0; j < 4; ++j) y[j] += h / 6.0 * (k1[j] + 2.0 * (k2[j] + k3[j]) + k4[j]);
    if (i > 0 && before_A * y[0] < 0.0) ++zeros;
    cycle.peak_A = std::max(cycle.peak_A, std::abs(y[0]));
    cycle.hoop_N = std::max(cycle.hoop_N, std::abs(own_hoop_N(d.track.coil.winding, drive_H, y[0]) +
                                                   0.5 / pi * y[0] * bucket_A * growth(y[3])));
    cycle.peak_N = std::max(cycle.peak_N, y[0] * bucket_A * slope(y[3]));
  }
  cycle.left = (0.5 * farad * y[1] * y[1] + 0.5 * drive_H * y[0] * y[0]) / bank_J;
  cycle.heat_J = y[2] * dc_ohm(d.track.coil);
  return cycle;
}

double matched_current_A(const DriverDesign& d, double drive_H, double bank_J) {
  const double mutual_H =
      couple(CoaxialLoops{d.track.coil.winding.radius_m, d.bucket.winding.radius_m, 0.0}).mutual_H;
  const double scale_A = drive_H * std::sqrt(2.0 * bank_J / drive_H) / mutual_H;  // M(0) I_b = L I₀
  double best_A = scale_A, best = 1e300;
  for (double share = 0.3; share < 3.0; share *= 1.02) {
    const double left = pass_bank(d, drive_H, bank_J, share * scale_A).left;
    if (left < best) best = left, best_A = share * scale_A;
  }
  return best_A;
}

void shape_machine(const DriverStudy& study, double bore, double bucket_A, double mean_mps2,
                   DriverDesign& d) {
  const Proportions& rules = study.rules;
  const double inner_m = bore * payload_radius_m(study.envelope, d.payload_kg) * (1.0 + study.envelope.wall);
  Winding &bucket = d.bucket.winding, &drive = d.track.coil.winding;
  d.bucket.current_A = bucket_A;
  bucket.depth_m =
      std::sqrt(bucket_A / (rules.current_density_A_per_m2 * d.bucket.fill * rules.bucket_aspect));
  bucket.length_m = rules.bucket_aspect * bucket.depth_m;
  bucket.radius_m = inner_m + 0.5 * bucket.depth_m;
  const double outer_m = inner_m + bucket.depth_m;
  const double by_ratio_m = outer_m / (1.0 - rules.gap - 0.5 * rules.drive_depth);
  const double by_clearance_m = (outer_m + d.track.clearance_m) / (1.0 - 0.5 * rules.drive_depth);
  drive.radius_m = std::max(by_ratio_m, by_clearance_m);
  drive.length_m = rules.drive_length * drive.radius_m;
  drive.depth_m = rules.drive_depth * drive.radius_m;
  d.track.coil.radiator_m2 = outer_face_m2(drive);
  d.track.half_wave_m = rules.half_wave * drive.radius_m;
  d.track.pitch_m = rules.pitch * d.track.half_wave_m;
  d.bucket.spacing_m = d.bucket.count > 1 ? rules.spacing_pitches * d.track.pitch_m : 0.0;
  const double v = d.muzzle_speed_mps, v0 = d.injection.speed_mps;
  d.track.stages =
      static_cast<int>(std::ceil((v * v - v0 * v0) / (2.0 * mean_mps2 * d.track.pitch_m) - 1e-9));
  d.store.capacity_J =
      rules.bank_reserve * d.firing.energy * 0.5 * (d.payload_kg + d.bucket_kg) * (v * v - v0 * v0);
}

Sizing size_machine(const DriverStudy& study, double payload_kg, double bore, double mean_mps2) {
  Sizing sizing{.bore = bore, .mean_mps2 = mean_mps2, .design = study.technology};
  DriverDesign& d = sizing.design;
  const Requirements& needs = study.needs;
  d.title = study.title;
  d.payload_kg = payload_kg;
  d.bucket_kg = needs.bucket_share * payload_kg;
  d.muzzle_speed_mps = needs.muzzle_mps;
  d.bus_W = needs.bus_W;
  d.limits.acceleration_mps2 = needs.peak_mps2;
  d.limits.quench_margin = needs.quench_margin;
  d.firing = {.advance = -0.15,
              .tuning = d.firing.tuning,
              .energy = 1.005,
              .gain = d.firing.gain,
              .latest_opening = d.firing.latest_opening};
  double bucket_A =
      1e6 * payload_kg / 3000.0;  // any start: the shape hangs on it only by the winding's depth
  for (int i = 0; i < 3; ++i) {
    shape_machine(study, bore, bucket_A, mean_mps2, d);
    sizing.drive_H = self_inductance_H(d.track.coil.winding);
    sizing.bank_J =
        (d.payload_kg + d.bucket_kg) * mean_mps2 * d.track.pitch_m * d.firing.energy / d.bucket.count;
    bucket_A = matched_current_A(d, sizing.drive_H, sizing.bank_J);
  }
  shape_machine(study, bore, bucket_A, mean_mps2, d);
  sizing.bank_V = bank_voltage_V(d, sizing.drive_H, sizing.bank_J);
  sizing.cost_usd = design_cost_usd(d, d.store.capacity_J / study.rules.bank_reserve);
  check_sizing(study, pass_bank(d, sizing.drive_H, sizing.bank_J, bucket_A), sizing);
  add_if(sizing.broken, peak_over_mean * mean_mps2 > 1.25 * needs.peak_mps2,
         fmt::format("peak_acceleration: a mean of {:.3g} g0 peaks above {:.3g} g0", mean_mps2 / g0,
                     needs.peak_mps2 / g0));
  return sizing;
}

}  // namespace lunafab::massdriver
