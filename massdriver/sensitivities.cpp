#include "massdriver/sensitivities.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "massdriver/plan.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double forgotten = 10.0;  // e-foldings of the feedback kept
constexpr int sampled_stages = 24;  // without feedback, along the whole track
// Size of a perturbation: large against rounding, small enough to be linear (0.3 % of the answer, measured).
constexpr std::array<double, error_sources> probe{1e-3, 1e-3, 1e-6, 1e-3, 1e-2, 1e-3, 1e-3, 2.0};

bool of_banks(ErrorSource source) {
  return source != ErrorSource::common_voltage && source != ErrorSource::payload_mass &&
         source != ErrorSource::coil_temperature;
}

std::vector<double>& column_of(Deviations& d, ErrorSource source) {
  switch (source) {
    case ErrorSource::jitter:
      return d.delay_s;
    case ErrorSource::position_sensor:
      return d.trigger_m;
    case ErrorSource::speed_sensor:
      return d.speed_reading_mps;
    case ErrorSource::capacitance:
      return d.capacitance;
    default:
      return d.voltage;
  }
}

/// The launch with one source off by its probe: at one bank, or throughout.
LaunchConditions perturbed(LaunchConditions c, ErrorSource source, std::size_t bank, std::size_t banks) {
  const double by = probe[static_cast<std::size_t>(source)];
  if (source == ErrorSource::payload_mass) {
    c.payload_kg *= 1.0 + by;
  } else if (source == ErrorSource::coil_temperature) {
    c.coil_temperature_K += by;
  } else {
    std::vector<double>& column = column_of(c.deviations, source);
    column.assign(banks, source == ErrorSource::common_voltage ? by : 0.0);
    if (of_banks(source)) column[bank] = by;
  }
  return c;
}

/// Roots of the summed squares, and what the budget makes of them. The capacitances belong to the machine,
/// not to the scatter of its launches.
void weigh(Sensitivities& out, const ErrorBudget& errors) {
  double sum = 0.0;
  for (std::size_t s = 0; s < error_sources; ++s) {
    const auto source = static_cast<ErrorSource>(s);
    out.per_unit_mps[s] = std::sqrt(out.per_unit_mps[s]);
    out.speed_mps[s] = out.per_unit_mps[s] * budget_of(errors, source);
    if (source != ErrorSource::capacitance) sum += out.speed_mps[s] * out.speed_mps[s];
  }
  out.speed_sd_mps = std::sqrt(sum);
}

}  // namespace

const char* name(ErrorSource source) {
  constexpr std::array<const char*, error_sources> names{"bank_voltage",    "common_voltage",  "jitter",
                                                         "position_sensor", "speed_sensor",    "capacitance",
                                                         "payload_mass",    "coil_temperature"};
  return names[static_cast<std::size_t>(source)];
}

double budget_of(const ErrorBudget& e, ErrorSource source) {
  switch (source) {
    case ErrorSource::bank_voltage:
      return e.bank_voltage;
    case ErrorSource::common_voltage:
      return e.common_voltage;
    case ErrorSource::jitter:
      return e.jitter_s;
    case ErrorSource::position_sensor:
      return e.position_sensor_m;
    case ErrorSource::speed_sensor:
      return e.speed_sensor_mps;
    case ErrorSource::capacitance:
      return e.capacitance;
    case ErrorSource::payload_mass:
      return e.payload_mass;
    case ErrorSource::coil_temperature:
      return e.coil_temperature_K;
  }
  return 0.0;
}

StageSampling sample_stages(const Machine& machine, const LaunchConditions& nominal, int stages) {
  const Firing& firing = machine.design.firing;
  StageSampling s;
  const double memory = firing.gain > 0.0 ? -1.0 / std::log1p(-std::min(firing.gain, 0.99)) : 1e9;
  const int tail = static_cast<int>(std::ceil(forgotten * memory)) + 6;
  if (firing.trigger == Trigger::velocity_feedback && 3 * tail < stages) {
    for (int k = stages - tail; k < stages; ++k) s.stages.push_back(k);
    s.first_stage = std::max(nominal.first_stage, stages - 3 * tail);
  } else {
    const int count = std::min(sampled_stages, stages);
    for (int i = 0; i < count; ++i) s.stages.push_back(static_cast<int>((i + 0.5) * stages / count));
    s.weight = static_cast<double>(stages) / count;
  }
  return s;
}

Sensitivities find_sensitivities(const Machine& machine, const LaunchConditions& nominal,
                                 const SolverOptions& options) {
  const DriverDesign& d = machine.design;
  const auto plan = plan_launch(machine, nominal.weighed_kg, nominal.muzzle_speed_mps);
  expects(plan.has_value(), "sensitivities: the store gives the nominal launch");
  const StageSampling sampling = sample_stages(machine, nominal, plan->stages);
  const auto count = static_cast<std::size_t>(d.bucket.count);
  const std::size_t banks = static_cast<std::size_t>(d.track.stages) * count;
  LaunchConditions base = nominal;
  base.first_stage = sampling.first_stage;
  std::vector<LaunchConditions> launches{base};
  std::vector<std::size_t> source_of{0};
  for (std::size_t s = 0; s < error_sources; ++s) {
    const auto source = static_cast<ErrorSource>(s);
    for (const int stage : sampling.stages) {
      for (std::size_t coil = 0; coil < (of_banks(source) ? count : 1); ++coil) {
        launches.push_back(perturbed(base, source, static_cast<std::size_t>(stage) * count + coil, banks));
        source_of.push_back(s);
      }
      if (!of_banks(source)) break;
    }
  }
  const std::vector<LaunchSolution> solutions = solve_launches(machine, launches, options);
  expects(solutions[0].outcome == SolverOutcome::completed, "sensitivities: the nominal launch completes");
  Sensitivities out;
  for (std::size_t i = 1; i < launches.size(); ++i) {
    const std::size_t s = source_of[i];
    const double change = (solutions[i].muzzle_speed_mps - solutions[0].muzzle_speed_mps) / probe[s];
    out.per_unit_mps[s] += change * change * (of_banks(static_cast<ErrorSource>(s)) ? sampling.weight : 1.0);
  }
  weigh(out, d.errors);
  return out;
}

}  // namespace lunafab::massdriver
