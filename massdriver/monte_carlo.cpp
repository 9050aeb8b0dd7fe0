#include "massdriver/monte_carlo.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "massdriver/bank_faults.hpp"
#include "massdriver/plan.hpp"

namespace lunafab::massdriver {
namespace {

constexpr std::uint64_t banks_a_launch = std::uint64_t{1} << 18;
constexpr std::uint64_t launches_a_stream = std::uint64_t{1} << 31;
constexpr std::size_t launches_a_chunk = 256;  // bounds the memory of the deviations, about 0.7 MB a launch

std::vector<double> normals(const StreamKey& key, std::uint64_t serial, std::uint32_t attempt, std::size_t n,
                            double sd) {
  if (sd <= 0.0) return {};
  std::vector<double> values(n);
  fill_uniform(key, serial * banks_a_launch, values, attempt);
  normal_quantiles(values);
  for (double& v : values) v *= sd;
  return values;
}

double one_normal(const StreamKey& key, std::uint64_t serial, std::uint32_t attempt, double sd) {
  return sd > 0.0 ? sd * normal_quantile(uniform(key, serial, attempt)) : 0.0;
}

MuzzleVector muzzle_of(const LaunchSolution& solution, const ReducedRide* ride, const TrackedVector& track,
                       const LaunchStream& stream, std::uint64_t serial) {
  MuzzleVector v(solution.muzzle_speed_mps, 0.0, 0.0, solution.time_s);
  if (ride != nullptr)
    v.head<3>() += draw_release(*ride, track, launch_key(stream, Purpose::release), serial).head<3>();
  return v;
}

void summarise(Dispersion& d) {
  const auto n = static_cast<double>(d.samples.size());
  if (d.samples.empty()) return;
  for (const MuzzleVector& s : d.samples) d.mean += s / n;
  for (const MuzzleVector& s : d.samples) {
    const MuzzleVector off = s - d.mean;
    if (n > 1.0) d.covariance += off * off.transpose() / (n - 1.0);
  }
}

}  // namespace

StreamKey launch_key(const LaunchStream& stream, Purpose purpose) {
  return {stream.seed, stream.replication, entity_key("driver"), purpose};
}

LaunchConditions draw_conditions(const Machine& machine, const LaunchConditions& nominal,
                                 const LaunchStream& stream, std::uint64_t serial, std::uint32_t attempt) {
  const DriverDesign& d = machine.design;
  const ErrorBudget& e = d.errors;
  const auto banks = static_cast<std::size_t>(d.track.stages) * static_cast<std::size_t>(d.bucket.count);
  expects(serial < launches_a_stream && banks <= banks_a_launch,
          "draw: serial below 2^31, at most 2^18 banks");
  const auto each = [&](Purpose purpose, double sd) {
    return normals(launch_key(stream, purpose), serial, attempt, banks, sd);
  };
  const auto one = [&](Purpose purpose, double sd) {
    return one_normal(launch_key(stream, purpose), serial, attempt, sd);
  };
  LaunchConditions c = nominal;
  c.deviations.voltage = each(Purpose::bank_voltage, e.bank_voltage);
  if (const double common = one(Purpose::common_voltage, e.common_voltage); common != 0.0) {
    c.deviations.voltage.resize(banks);
    for (double& v : c.deviations.voltage) v += common;
  }
  c.deviations.delay_s = each(Purpose::firing_jitter, e.jitter_s);
  c.deviations.trigger_m = each(Purpose::position_sensor, e.position_sensor_m);
  c.deviations.speed_reading_mps = each(Purpose::speed_sensor, e.speed_sensor_mps);
  c.deviations.capacitance = normals(launch_key(stream, Purpose::capacitance), 0, 0, banks, e.capacitance);
  if (const auto plan = plan_launch(d, nominal.weighed_kg, nominal.muzzle_speed_mps)) {
    c.deviations.faults =
        draw_bank_faults(d, plan->stages, launch_key(stream, Purpose::bank_fault), serial, attempt);
  }
  c.payload_kg *= 1.0 + one(Purpose::payload_mass, e.payload_mass);
  c.coil_temperature_K += one(Purpose::coil_temperature, e.coil_temperature_K);
  return c;
}

Dispersion monte_carlo(const Machine& machine, const ReducedRide* ride, const LaunchConditions& nominal,
                       const LaunchStream& stream, int launches, const SolverOptions& options) {
  Dispersion out{.launches = launches};
  TrackedVector track;
  if (ride != nullptr) track = draw_track_effect(*ride, launch_key(stream, Purpose::track_survey));
  for (std::uint64_t first = 1; first <= static_cast<std::uint64_t>(launches); first += launches_a_chunk) {
    std::vector<LaunchConditions> chunk;
    for (std::uint64_t s = first; s < first + launches_a_chunk && s <= static_cast<std::uint64_t>(launches);
         ++s)
      chunk.push_back(draw_conditions(machine, nominal, stream, s));
    const std::vector<LaunchSolution> solutions = solve_launches(machine, chunk, options);
    for (std::size_t i = 0; i < solutions.size(); ++i) {
      const LaunchSolution& s = solutions[i];
      out.drawn.push_back({.serial = first + i,
                           .outcome = s.outcome,
                           .stopped_at_stage = s.stopped_at_stage,
                           .failed_banks = static_cast<int>(chunk[i].deviations.faults.size()),
                           .peak_mps2 = s.peak_mps2});
      if (s.outcome != SolverOutcome::completed) {
        ++out.failed;
        continue;
      }
      out.worst_residual_rel = std::max(out.worst_residual_rel, std::abs(s.energy.residual_rel()));
      out.late_openings += s.late_openings;
      out.samples.push_back(muzzle_of(s, ride, track, stream, first + i));
      out.drawn.back().muzzle = out.samples.back();
    }
  }
  summarise(out);
  return out;
}

AxialProfile axial_profile(const Machine& machine, const LaunchSolution& solution) {
  const DriverDesign& d = machine.design;
  const double to_centre_m = 0.5 * (d.bucket.count - 1) * d.bucket.spacing_m;
  AxialProfile profile;
  for (const StageRecord& r : solution.profile) {
    if (!profile.time_s.empty() && r.time_s <= profile.time_s.back()) continue;
    profile.time_s.push_back(r.time_s);
    profile.position_m.push_back(r.position_m - to_centre_m);
    profile.speed_mps.push_back(r.speed_mps);
    profile.acceleration_mps2.push_back(r.mean_mps2);
    profile.coil_N_per_m.push_back(r.lateral_N_per_m / d.bucket.count);
    profile.coil_Nm_per_rad.push_back(0.0);  // not computed: small beside the guides' (an assumption)
  }
  return profile;
}

}  // namespace lunafab::massdriver
