#include "massdriver/solver.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include "core/contract.hpp"
#include "massdriver/batch_run.hpp"
#include "massdriver/converter_run.hpp"

namespace lunafab::massdriver {
namespace {

constexpr int retries = 4;                // with finer steps, until the residual is within tolerance
constexpr double order = 8.0;             // of the kernel's method
constexpr double profile_fineness = 2.5;  // loads and jerk are taken at the ends of steps

/// Steps that keep ordinary machines within a tolerance; every launch checks its own residual.
double fineness_for(double tolerance) {
  return std::pow(1e-6 / tolerance, 1.0 / order);
}

using Group = std::vector<std::size_t>;

template <int S>
void run_group(const WindowModel& model, const Machine& machine, std::span<const LaunchConditions> launches,
               const Group& group, const RunSettings& settings, std::vector<LaunchSolution>& solutions,
               Group& too_many) {
  BatchRun<S> run(model, machine, settings);
  for (const std::size_t i : group) run.add(launches[i]);
  std::vector<LaneResult> results = run.finish();
  for (std::size_t k = 0; k < group.size(); ++k) {
    if (results[k].slots_exceeded && S < most_conducting) {
      too_many.push_back(group[k]);
    } else {
      solutions[group[k]] = std::move(results[k].solution);
    }
  }
}

template <int S, int... Wider>
void run_with(const Machine& machine, std::span<const LaunchConditions> launches, Group group,
              const RunSettings& settings, std::vector<LaunchSolution>& solutions) {
  if (S >= usual_conducting(machine) || sizeof...(Wider) == 0) {
    Group too_many;
    run_group<S>(*machine.window, machine, launches, group, settings, solutions, too_many);
    group.swap(too_many);
  }
  if constexpr (sizeof...(Wider) > 0)
    if (!group.empty()) run_with<Wider...>(machine, launches, std::move(group), settings, solutions);
}

/// Solves the listed launches with the fewest slots first; those in which more banks conduct at once get
/// more.
void run_all(const Machine& machine, std::span<const LaunchConditions> launches, const Group& which,
             const RunSettings& settings, std::vector<LaunchSolution>& solutions) {
  const std::size_t batches = (which.size() + lanes - 1) / lanes;
  tbb::parallel_for(std::size_t{0}, batches, [&](std::size_t b) {
    const auto first = which.begin() + static_cast<std::ptrdiff_t>(b * lanes);
    const auto last = which.begin() + static_cast<std::ptrdiff_t>(std::min(which.size(), (b + 1) * lanes));
    run_with<2, 4, 6, most_conducting>(machine, launches, Group(first, last), settings, solutions);
  });
}

/// The launches of an open loop with the firing times that launches without deviations give.
std::vector<LaunchConditions> scheduled(const Machine& machine, std::span<const LaunchConditions> launches,
                                        RunSettings settings) {
  std::vector<LaunchConditions> plain;
  for (const LaunchConditions& launch : launches) {
    plain.push_back({.payload_kg = launch.weighed_kg,
                     .weighed_kg = launch.weighed_kg,
                     .muzzle_speed_mps = launch.muzzle_speed_mps,
                     .coil_temperature_K = machine.design.track.coil.temperature_K,
                     .first_stage = launch.first_stage});
  }
  Group all(plain.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<LaunchSolution> nominal(plain.size());
  settings.record_firing = true;
  run_all(machine, plain, all, settings, nominal);
  std::vector<LaunchConditions> timed(launches.begin(), launches.end());
  for (std::size_t i = 0; i < timed.size(); ++i)
    if (timed[i].schedule_s.empty()) timed[i].schedule_s = std::move(nominal[i].fired_s);
  return timed;
}

}  // namespace

const char* name(SolverOutcome outcome) {
  switch (outcome) {
    case SolverOutcome::completed:
      return "completed";
    case SolverOutcome::store_too_small:
      return "the store cannot give this speed";
    case SolverOutcome::lost_synchronism:
      return "lost synchronism";
    case SolverOutcome::stalled:
      return "stalled";
    case SolverOutcome::too_many_events:
      return "too many events";
  }
  return "?";
}

std::vector<LaunchSolution> solve_launches(const Machine& machine, std::span<const LaunchConditions> launches,
                                           const SolverOptions& options) {
  expects(options.tolerance >= 1e-12 && options.tolerance <= 1e-2, "solver: tolerance within 1e-12 … 1e-2");
  if (machine.design.store.kind != StoreKind::capacitor)
    return solve_by_converters(machine, launches, options);
  std::vector<LaunchSolution> solutions(launches.size());
  Group open(launches.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  RunSettings settings{.tolerance = options.tolerance};
  std::optional<HoopTables> hoop;
  if (options.profile)
    hoop = tabulate_hoop(machine.design, machine.coupling.reach_m);  // loads are sampled at step ends
  settings.fineness = options.fineness > 0.0 ? options.fineness : fineness_for(options.tolerance);
  if (options.profile) settings.fineness = std::max(settings.fineness, profile_fineness);
  std::vector<LaunchConditions> timed;
  if (machine.design.firing.trigger == Trigger::open_loop) {
    timed = scheduled(machine, launches, settings);
    launches = timed;
  }
  settings.hoop = hoop ? &*hoop : nullptr;
  for (int attempt = 0; !open.empty(); ++attempt) {
    run_all(machine, launches, open, settings, solutions);
    if (options.fineness > 0.0 || attempt == retries) break;
    std::erase_if(open, [&](std::size_t i) {
      return solutions[i].outcome == SolverOutcome::too_many_events ||
             !(std::abs(solutions[i].energy.residual_rel()) > options.tolerance);
    });
    settings.fineness *= 1.4;
  }
  return solutions;
}

LaunchSolution solve_launch(const Machine& machine, const LaunchConditions& launch,
                            const SolverOptions& options) {
  return std::move(solve_launches(machine, std::span(&launch, 1), options).front());
}

}  // namespace lunafab::massdriver
