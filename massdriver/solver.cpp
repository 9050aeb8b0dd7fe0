#include "massdriver/solver.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "massdriver/batch_run.hpp"

namespace lunafab::massdriver {
namespace {

constexpr int narrowest_steps = 4;
constexpr int retries = 4;       // with finer steps, until the residual is within tolerance
constexpr double order = 6.0;    // of the kernel's method

/// Steps a half wave that keep ordinary machines within a tolerance; measured, and checked by every launch's own
/// residual.
int steps_for(double tolerance) {
  constexpr double steps_at_1e6 = 7.0;
  return std::max(narrowest_steps, static_cast<int>(std::ceil(steps_at_1e6 * std::pow(1e-6 / tolerance, 1.0 / order))));
}

using Group = std::vector<std::size_t>;

template <int S>
void run_group(const WindowModel& model, const Machine& machine, std::span<const LaunchConditions> launches,
               const Group& group, const RunSettings& settings, std::vector<LaunchSolution>& solutions,
               Group& too_wide) {
  BatchRun<S> run(model, machine, settings);
  for (const std::size_t i : group) run.add(launches[i]);
  std::vector<LaneResult> results = run.finish();
  for (std::size_t k = 0; k < group.size(); ++k) {
    if (results[k].window_exceeded && S < widest_window) {
      too_wide.push_back(group[k]);
    } else {
      solutions[group[k]] = std::move(results[k].solution);
    }
  }
}

/// Solves the listed launches in the narrowest window first; the few whose stages spread further go into the
/// widest.
void run_all(const Machine& machine, std::span<const LaunchConditions> launches, const Group& which,
             const RunSettings& settings, std::vector<LaunchSolution>& solutions) {
  const std::size_t batches = (which.size() + lanes - 1) / lanes;
  tbb::parallel_for(std::size_t{0}, batches, [&](std::size_t b) {
    const auto first = which.begin() + static_cast<std::ptrdiff_t>(b * lanes);
    const auto last = which.begin() + static_cast<std::ptrdiff_t>(std::min(which.size(), (b + 1) * lanes));
    const Group group(first, last);
    Group wide, widest;
    const int needed = usual_window(machine);
    if (needed <= 4) {
      run_group<4>(*machine.window, machine, launches, group, settings, solutions, wide);
    } else {
      wide = group;
    }
    if (needed <= 8 && !wide.empty()) {
      run_group<8>(*machine.window, machine, launches, wide, settings, solutions, widest);
    } else {
      widest = wide;
    }
    if (!widest.empty()) {
      Group none;
      run_group<16>(*machine.window, machine, launches, widest, settings, solutions, none);
    }
  });
}

}  // namespace

const char* name(SolverOutcome outcome) {
  switch (outcome) {
    case SolverOutcome::completed: return "completed";
    case SolverOutcome::store_too_small: return "the store cannot give this speed";
    case SolverOutcome::lost_synchronism: return "lost synchronism";
    case SolverOutcome::stalled: return "stalled";
    case SolverOutcome::too_many_events: return "too many events";
  }
  return "?";
}

std::vector<LaunchSolution> solve_launches(const Machine& machine, std::span<const LaunchConditions> launches,
                                           const SolverOptions& options) {
  expects(options.tolerance >= 1e-12 && options.tolerance <= 1e-2, "solver: tolerance within 1e-12 … 1e-2");
  std::vector<LaunchSolution> solutions(launches.size());
  Group open(launches.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  RunSettings settings{.tolerance = options.tolerance, .profile = options.profile};
  settings.steps_per_half_wave =
      options.steps_per_half_wave > 0 ? options.steps_per_half_wave : steps_for(options.tolerance);
  for (int attempt = 0; !open.empty(); ++attempt) {
    run_all(machine, launches, open, settings, solutions);
    if (options.steps_per_half_wave > 0 || attempt == retries) break;
    std::erase_if(open, [&](std::size_t i) {
      return !(std::abs(solutions[i].energy.residual_rel()) > options.tolerance);
    });
    settings.steps_per_half_wave += (settings.steps_per_half_wave + 1) / 2;
  }
  return solutions;
}

LaunchSolution solve_launch(const Machine& machine, const LaunchConditions& launch, const SolverOptions& options) {
  return std::move(solve_launches(machine, std::span(&launch, 1), options).front());
}

}  // namespace lunafab::massdriver
