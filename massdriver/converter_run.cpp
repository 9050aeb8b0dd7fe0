#include "massdriver/converter_run.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include "massdriver/converter_motion.hpp"
#include "massdriver/gauss_legendre.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double finer = 1.4;
constexpr int retries = 4;  // with finer steps, until the residual is within tolerance

}  // namespace

WorkLaw converter_work(const Machine& machine) {
  const DriverDesign& d = machine.design;
  const double s = d.track.half_wave_m, p = d.track.pitch_m;
  const int reach = static_cast<int>(std::ceil(((d.bucket.count - 1) * d.bucket.spacing_m + s) / p)) + 1;
  /// Mean work of a converter over one pitch in mid-track, amplitude 1 or −1 times `amplitude`.
  const auto mean_work = [&](double amplitude) {
    const GaussRule rule = gauss_legendre(highest_gauss_order);
    const int parts = 4 * std::max(1, static_cast<int>(std::ceil(p / radial_gap_m(d))));
    double work = 0.0;
    for (int part = 0; part < parts; ++part) {
      for (std::size_t i = 0; i < rule.node.size(); ++i) {
        const double x = p * (part + 0.5 + 0.5 * rule.node[i]) / parts;
        std::vector<Wave> waves;
        for (int k = -reach; k <= reach; ++k) {
          for (int b = 0; b < d.bucket.count; ++b) {
            const double middle = k * p + b * d.bucket.spacing_m - d.firing.advance * s;
            if (std::abs(x - middle) < s) waves.push_back({k, middle, sign_of(b) * amplitude});
          }
        }
        std::vector<FedCoil> coils;
        fed_coils(waves, x, s, coils);
        work += 0.5 * rule.weight[i] * p / parts * solve_fed(machine, x, coils, {}, 0.0, 1.0).force_N;
      }
    }
    return work / d.bucket.count;
  };
  const double scale_A = d.bucket.current_A;
  const double forward = mean_work(scale_A), backward = mean_work(-scale_A);
  return {.linear_J_per_A = 0.5 * (forward - backward) / scale_A,
          .quadratic_J_per_A2 = -0.5 * (forward + backward) / (scale_A * scale_A)};
}

std::optional<double> amplitude_A(const WorkLaw& law, double work_J) {
  const double a = law.linear_J_per_A, b = law.quadratic_J_per_A2;
  const double discriminant = a * a - 4.0 * b * work_J;
  if (discriminant < 0.0 || a <= 0.0) return std::nullopt;
  return 2.0 * work_J / (a + std::sqrt(discriminant));
}

std::optional<FedLine> main_line(const Machine& machine, const WorkLaw& law, const LaunchConditions& launch) {
  const DriverDesign& d = machine.design;
  const auto plan = plan_launch(machine, launch.weighed_kg, launch.muzzle_speed_mps);
  if (!plan || !amplitude_A(law, plan->bank_J)) return std::nullopt;
  return FedLine{.plan = *plan,
                 .law = law,
                 .efficiency = d.store.converter_efficiency,
                 .series_ohm = d.store.switch_ohm,
                 .gain = d.firing.trigger == Trigger::velocity_feedback ? d.firing.gain : 0.0,
                 .most_J = largest_charge * bank_rating_J(d),
                 .store_J = store_energy_J(d),
                 .usable_J = store_energy_J(d) * d.store.depth,
                 .end_m = track_end_m(d),
                 .drift_m = d.track.drift_m};
}

std::vector<LaunchSolution> solve_by_converters(const Machine& machine,
                                                std::span<const LaunchConditions> launches,
                                                const SolverOptions& options) {
  const WorkLaw law = converter_work(machine);
  std::optional<HoopTables> hoop;
  if (options.profile) hoop = tabulate_hoop(machine.design, machine.coupling.reach_m);
  std::vector<LaunchSolution> solutions(launches.size());
  tbb::parallel_for(std::size_t{0}, launches.size(), [&](std::size_t i) {
    const auto line = main_line(machine, law, launches[i]);
    if (!line) {
      solutions[i].outcome = SolverOutcome::store_too_small;
      solutions[i].stopped_at_stage = 0;
      return;
    }
    ConverterSettings settings{.fineness = options.fineness > 0.0
                                               ? options.fineness
                                               : std::pow(1e-6 / options.tolerance, 1.0 / collocation_order),
                               .hoop = hoop ? &*hoop : nullptr};
    for (int attempt = 0; attempt <= retries; ++attempt, settings.fineness *= finer) {
      solutions[i] = drive_by_converters(machine, *line, launches[i], settings);
      if (options.fineness > 0.0 || std::abs(solutions[i].energy.residual_rel()) <= options.tolerance) break;
    }
  });
  return solutions;
}

LaunchSolution drive_by_converters(const Machine& machine, const FedLine& line,
                                   const LaunchConditions& launch, const ConverterSettings& settings) {
  return ConverterRun(machine, line, launch, settings).finish();
}

}  // namespace lunafab::massdriver
