#include "massdriver/bank_faults.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "massdriver/sensitivities.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::array<int, 9> early_places{0, 1, 2, 4, 8, 16, 32, 64, 128};  // stages
constexpr int before = 24;  // stages solved before a fault in mid-track
constexpr int after = 40;   // stages solved after the longest run
constexpr std::uint64_t draws_a_launch = 1u << 16;
constexpr std::uint64_t first_short_draw = draws_a_launch / 2;

// ---- change of the muzzle speed

/// Launches with one fault each, at every sampled stage from the last on: of each bank, or once a stage.
std::vector<LaunchConditions> single_faults(const LaunchConditions& base, const std::vector<int>& stages,
                                            BankFault fault, int coils) {
  std::vector<LaunchConditions> launches;
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage) {
    for (int coil = 0; coil < (fault == BankFault::shorted ? 1 : coils); ++coil) {
      launches.push_back(base);
      launches.back().deviations.faults.push_back({*stage, coil, fault});
    }
  }
  return launches;
}

double sum_of_finite(const std::vector<double>& values) {
  double total = 0.0;
  for (const double v : values) total += std::isfinite(v) ? v : 0.0;
  return total;
}

void find_speed_changes(const Machine& machine, const LaunchConditions& nominal, int stages,
                        FaultEffects& out) {
  const DriverDesign& d = machine.design;
  const StageSampling sampling = sample_stages(machine, nominal, stages);
  out.from_last.reserve(sampling.stages.size());
  for (auto stage = sampling.stages.rbegin(); stage != sampling.stages.rend(); ++stage)
    out.from_last.push_back(stages - 1 - *stage);
  LaunchConditions base = nominal;
  base.first_stage = sampling.first_stage;
  std::vector<LaunchConditions> launches{base};
  struct Kind {
    BankFault fault;
    std::vector<double>* changes;
    std::size_t count;
  };
  std::vector<Kind> kinds;
  const auto add = [&](BankFault fault, std::vector<double>& changes) {
    const auto more = single_faults(base, sampling.stages, fault, d.bucket.count);
    launches.insert(launches.end(), more.begin(), more.end());
    kinds.push_back({fault, &changes, more.size()});
  };
  add(BankFault::miss, out.miss_mps);
  if (d.errors.stage_early > 0.0) add(BankFault::early, out.early_mps);
  if (d.errors.stage_short > 0.0) add(BankFault::shorted, out.short_mps);
  const std::vector<LaunchSolution> solutions = solve_launches(machine, launches, {});
  expects(solutions[0].outcome == SolverOutcome::completed, "bank faults: the nominal launch completes");
  std::size_t next = 1;
  for (const Kind& kind : kinds) {
    for (std::size_t i = 0; i < kind.count; ++i, ++next) {
      const bool completed = solutions[next].outcome == SolverOutcome::completed;
      kind.changes->push_back(completed ? solutions[next].muzzle_speed_mps - solutions[0].muzzle_speed_mps
                                        : -infinite);
    }
  }
  const double missed_mps = sum_of_finite(out.miss_mps) / d.bucket.count;
  if (missed_mps < 0.0) {
    out.early_lost_banks = sum_of_finite(out.early_mps) / d.bucket.count / missed_mps;
    out.short_lost_banks = sum_of_finite(out.short_mps) / missed_mps;
  }
}

// ---- what a launch stands

/// The nominal launch up to a while after the longest run from `place` on. With feedback a launch that has
/// come that far has recovered; without, the whole launch.
LaunchConditions launch_past(const Machine& machine, const LaunchConditions& nominal, const LaunchPlan& plan,
                             int place) {
  const DriverDesign& d = machine.design;
  LaunchConditions c = nominal;
  if (d.firing.trigger != Trigger::velocity_feedback || d.firing.gain <= 0.0) return c;
  const int stages = place + FaultEffects::runs.back() / d.bucket.count + after;
  if (stages < plan.stages) {
    const double v0 = plan.injection_mps;
    c.muzzle_speed_mps = std::sqrt(v0 * v0 + 2.0 * plan.mean_mps2 * stages * d.track.pitch_m);
  }
  return c;
}

/// Trials at one place: each run, then an early bank and a shorted coil where the budget has them.
std::vector<LaunchConditions> trials_at(const LaunchConditions& base, const DriverDesign& d, int place) {
  std::vector<LaunchConditions> trials;
  const auto with = [&](const std::vector<StageFault>& faults) {
    trials.push_back(base);
    trials.back().deviations.faults = faults;
  };
  for (const int run : FaultEffects::runs) {
    std::vector<StageFault> missed;
    missed.reserve(static_cast<std::size_t>(run));
    for (int n = 0; n < run; ++n)
      missed.push_back({place + n / d.bucket.count, n % d.bucket.count, BankFault::miss});
    with(missed);
  }
  if (d.errors.stage_early > 0.0) with({{place, 0, BankFault::early}});
  if (d.errors.stage_short > 0.0) with({{place, 0, BankFault::shorted}});
  return trials;
}

/// Peak acceleration from a stage on, whole launches from its first; infinite where it does not complete.
double peak_from(const LaunchSolution& s, int stage) {
  if (s.outcome != SolverOutcome::completed) return infinite;
  if (s.profile.empty()) return s.peak_mps2;
  double peak = 0.0;
  for (const StageRecord& r : s.profile)
    if (r.stage >= stage) peak = std::max(peak, r.peak_mps2);
  return peak;
}

void try_place(const Machine& machine, const LaunchConditions& base, int place, const SolverOptions& options,
               FaultEffects& out) {
  const DriverDesign& d = machine.design;
  const std::vector<LaunchSolution> solutions = solve_launches(machine, trials_at(base, d, place), options);
  auto s = solutions.begin();
  const auto next = [&] {
    return peak_from(*s++, place - 1);
  };
  for (std::size_t r = 0; r < FaultEffects::runs.size(); ++r) out.run_peak_mps2.push_back(next());
  if (d.errors.stage_early > 0.0) out.early_peak_mps2.push_back(next());
  if (d.errors.stage_short > 0.0) out.short_peak_mps2.push_back(next());
  out.places.push_back(place);
}

/// Early places from the launch's start on. In mid-track shortly before the fault: launches that begin there
/// begin with a jerk of their own, so their peaks are taken stage by stage.
void try_places(const Machine& machine, const LaunchConditions& nominal, const LaunchPlan& plan,
                FaultEffects& out) {
  const int middle = plan.stages / 2;
  for (const int place : early_places) {
    if (place >= middle) break;
    try_place(machine, launch_past(machine, nominal, plan, place), place, {}, out);
    if (std::isinf(tolerated_run(out, out.places.size() - 1))) break;
  }
  LaunchConditions base = launch_past(machine, nominal, plan, middle);
  if (machine.design.firing.trigger != Trigger::open_loop) base.first_stage = std::max(0, middle - before);
  try_place(machine, base, middle, {.profile = true}, out);
}

// ---- several faults in one launch

/// The place tried whose peaks stand for a stage: the next one from it on.
std::size_t place_of(const FaultEffects& effects, int stage) {
  const auto next = std::lower_bound(effects.places.begin(), effects.places.end() - 1, stage);
  return static_cast<std::size_t>(next - effects.places.begin());
}

/// Value at `x` by lines between points; constant beyond them. Points: `at` ascending, value i of `column` in
/// rows of `width`.
double between(const std::vector<int>& at, const std::vector<double>& values, std::size_t width,
               std::size_t column, double x) {
  const auto value = [&](std::size_t i) {
    return values[i * width + column];
  };
  const auto after_x = static_cast<std::size_t>(std::upper_bound(at.begin(), at.end(), x) - at.begin());
  if (after_x == 0) return value(0);
  if (after_x == at.size() || x == at[after_x - 1]) return value(after_x - 1);
  const double share = (x - at[after_x - 1]) / (at[after_x] - at[after_x - 1]);
  return value(after_x - 1) + share * (value(after_x) - value(after_x - 1));
}

double speed_change_mps(const FaultEffects& effects, const DriverDesign& d, int stages, const StageFault& f) {
  const double x = stages - 1 - f.stage;
  const auto coils = static_cast<std::size_t>(d.bucket.count), coil = static_cast<std::size_t>(f.bucket_coil);
  if (f.fault == BankFault::shorted) return between(effects.from_last, effects.short_mps, 1, 0, x);
  const auto& values = f.fault == BankFault::early ? effects.early_mps : effects.miss_mps;
  return between(effects.from_last, values, coils, coil, x);
}

double lost_banks(const FaultEffects& effects, BankFault fault) {
  if (fault == BankFault::early) return effects.early_lost_banks;
  return fault == BankFault::shorted ? effects.short_lost_banks : 1.0;
}

/// The cost that a launch just stands at a stage: of the tolerated runs, at the stages where they end.
double tolerated_cost(const FaultEffects& effects, int coils, int stage) {
  double before_stage = 0.0, before_cost = tolerated_run(effects, 0);
  for (std::size_t place = 0; place < effects.places.size(); ++place) {
    const double run = tolerated_run(effects, place);
    const double cost = std::min(run, static_cast<double>(FaultEffects::runs.back()));
    const double end = effects.places[place] + cost / coils;
    if (stage < end)
      return before_cost + (stage - before_stage) / (end - before_stage) * (cost - before_cost);
    before_stage = end, before_cost = run;
    if (std::isinf(run)) break;
  }
  return before_cost;
}

/// What is left of a cost after some banks have fired.
double left_after(double cost, std::int64_t banks, double share, double reserve) {
  constexpr double forgotten = 1e-3;
  if (share <= 0.0) return cost;
  for (std::int64_t i = 0; i < banks && cost > forgotten; ++i) cost -= std::min(share * cost, reserve);
  return cost > forgotten ? cost : 0.0;
}

/// Peak of runs that cost as much, between those tried; of the longest that completes, beyond it.
double peak_of_cost(const FaultEffects& effects, std::size_t place, double cost) {
  constexpr auto& runs = FaultEffects::runs;
  const double* peak = &effects.run_peak_mps2[place * runs.size()];
  if (cost < runs.front() || std::isinf(peak[0])) return 0.0;
  for (std::size_t r = 1; r < runs.size(); ++r) {
    if (std::isinf(peak[r])) return peak[r - 1];
    if (cost > runs[r]) continue;
    const double share = (cost - runs[r - 1]) / (runs[r] - runs[r - 1]);
    return peak[r - 1] + share * (peak[r] - peak[r - 1]);
  }
  return peak[runs.size() - 1];
}

/// Peak by the fault itself where it is not a miss; infinite: the launch is lost.
double own_peak(const FaultEffects& effects, std::size_t place, BankFault fault) {
  if (fault == BankFault::early) return effects.early_peak_mps2[place];
  return fault == BankFault::shorted ? effects.short_peak_mps2[place] : 0.0;
}

}  // namespace

FaultEffects find_fault_effects(const Machine& machine, const LaunchConditions& nominal) {
  const auto plan = plan_launch(machine, nominal.weighed_kg, nominal.muzzle_speed_mps);
  expects(plan.has_value(), "bank faults: the store gives the nominal launch");
  FaultEffects out{.muzzle_mps = nominal.muzzle_speed_mps};
  find_speed_changes(machine, nominal, plan->stages, out);
  try_places(machine, nominal, *plan, out);
  return out;
}

double tolerated_run(const FaultEffects& effects, std::size_t place) {
  constexpr auto& runs = FaultEffects::runs;
  const double* peak = &effects.run_peak_mps2[place * runs.size()];
  for (std::size_t r = 0; r < runs.size(); ++r)
    if (std::isinf(peak[r])) return 0.5 * ((r > 0 ? runs[r - 1] : 0) + runs[r]);
  return infinite;
}

std::vector<StageFault> draw_bank_faults(const DriverDesign& d, int stages, const StreamKey& key,
                                         std::uint64_t serial, std::uint32_t attempt) {
  const ErrorBudget& e = d.errors;
  expects(serial < draws_per_stream / draws_a_launch, "bank faults: serial below 2^33");
  std::vector<StageFault> faults;
  // Bernoulli trials by the gaps between successes, from the last stage back.
  const auto walk = [&](double p, std::int64_t places, std::uint64_t first, std::uint64_t draws,
                        auto&& fails) {
    if (p <= 0.0) return;
    const double per_gap = portable_log(1.0 - std::min(p, 0.999));
    double at = -1.0;
    for (std::uint64_t n = first; n + 1 < first + first_short_draw; n += draws) {
      at += 1.0 + std::floor(portable_log(uniform(key, serial * draws_a_launch + n, attempt)) / per_gap);
      if (!(at < static_cast<double>(places))) break;
      fails(places - 1 - static_cast<std::int64_t>(at), n);
    }
  };
  const int coils = d.bucket.count;
  walk(e.stage_miss + e.stage_early, std::int64_t{stages} * coils, 0, 2,
       [&](std::int64_t bank, std::uint64_t n) {
         const double u =
             uniform(key, serial * draws_a_launch + n + 1, attempt) * (e.stage_miss + e.stage_early);
         faults.push_back({static_cast<int>(bank / coils), static_cast<int>(bank % coils),
                           u < e.stage_miss ? BankFault::miss : BankFault::early});
       });
  walk(e.stage_short, stages, first_short_draw, 1, [&](std::int64_t stage, std::uint64_t) {
    faults.push_back({static_cast<int>(stage), 0, BankFault::shorted});
  });
  std::stable_sort(faults.begin(), faults.end(), [](const StageFault& a, const StageFault& b) {
    return a.stage != b.stage ? a.stage < b.stage : a.bucket_coil < b.bucket_coil;
  });
  return faults;
}

FaultVerdict judge_faults(const FaultEffects& effects, const DriverDesign& d, const LaunchPlan& plan,
                          std::span<const StageFault> faults) {
  const int coils = d.bucket.count;
  const bool feedback = d.firing.trigger == Trigger::velocity_feedback;
  const double share = feedback ? d.firing.gain / coils : 0.0;
  const double reserve = largest_charge * bank_rating_J(d) / plan.bank_J - 1.0;
  FaultVerdict verdict;
  double cost = 0.0;
  std::int64_t next = 0;
  for (const StageFault& f : faults) {
    const std::int64_t bank = std::int64_t{f.stage} * coils + f.bucket_coil;
    cost = left_after(cost, bank - next, share, reserve);
    cost = std::max(0.0, cost + lost_banks(effects, f.fault));
    next = bank + (f.fault == BankFault::shorted ? coils : 1);
    const std::size_t place = place_of(effects, f.stage);
    const double change_mps = speed_change_mps(effects, d, plan.stages, f);
    const double own = own_peak(effects, place, f.fault);
    // Of the last stages each was solved on its own.
    const bool solved = feedback && plan.stages - 1 - f.stage <= effects.from_last.back();
    if (!std::isfinite(change_mps) || (std::isinf(own) && !solved) ||
        cost > tolerated_cost(effects, coils, f.stage + 1))
      verdict.completes = false;
    verdict.peak_mps2 =
        std::max({verdict.peak_mps2, std::isinf(own) ? 0.0 : own, peak_of_cost(effects, place, cost)});
    verdict.speed_mps += change_mps;
  }
  return verdict;
}

}  // namespace lunafab::massdriver
