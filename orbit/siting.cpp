#include "orbit/siting.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <mutex>
#include "core/cache.hpp"

namespace lunafab::orbit {
namespace {

std::vector<Window> windows_of(const SitingStudy& study, const OrbitModel& model, const SitingCase& one,
                               const std::string& cache) {
  OrbitPlan plan = study.plan;
  plan.muzzle = study.muzzles[one.muzzle];
  const Destination& d = study.destinations[one.destination];
  const CacheKey key{.kind = "siting",
                     .version = windows_version,
                     .hash = windows_hash(plan, d, study.muzzle_m2ps2, study.dates)};
  return cached<std::vector<Window>>(cache, key, [&] {
    TransferSetting setting = model.setting;
    setting.muzzle = plan.muzzle;
    return solve_windows(setting, d, study.muzzle_m2ps2, plan.navigation, study.dates.first,
                         study.dates.step_s, study.dates.count);
  });
}

void solve_case(const SitingStudy& study, const OrbitModel& model, const std::string& cache,
                SitingCase& one) {
  const std::vector<Window> windows = windows_of(study, model, one, cache);
  const double budget_mps = study.destinations[one.destination].correction_budget_mps;
  one.summary = summarise(windows, budget_mps, study.dates.step_s);
  if (one.summary.found == 0) one.reason = windows.front().reason;
}

}  // namespace

std::vector<SitingCase> study_sites(const SitingStudy& study, const std::string& cache,
                                    const std::function<void(double)>& progress) {
  OrbitModel model{.start = study.dates.first};
  open_sky(study.plan, static_cast<double>(study.dates.count) * study.dates.step_s, model);
  const std::size_t destinations = study.destinations.size();
  std::vector<SitingCase> cases(study.muzzles.size() * destinations);
  std::mutex one_at_a_time;
  std::size_t done = 0;
  tbb::parallel_for(std::size_t{0}, cases.size(), [&](std::size_t i) {
    cases[i].muzzle = i / destinations, cases[i].destination = i % destinations;
    solve_case(study, model, cache, cases[i]);
    const std::lock_guard lock(one_at_a_time);
    ++done;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(cases.size()));
  });
  return cases;
}

std::vector<SiteRank> rank_sites(const SitingStudy& study, const std::vector<SitingCase>& cases) {
  constexpr double same = 1e-9;
  std::vector<SiteRank> ranks(study.muzzles.size());
  for (const SitingCase& one : cases) {
    SiteRank& rank = ranks[one.muzzle];
    rank.muzzle = one.muzzle;
    const double served = study.shares[one.destination] * one.summary.open_share();
    rank.served += served;
    rank.spent_mps += served * one.summary.open_median_mps.value_or(0.0);
  }
  for (SiteRank& rank : ranks)
    if (rank.served > 0.0) rank.spent_mps /= rank.served;
  std::ranges::stable_sort(ranks, [](const SiteRank& a, const SiteRank& b) {
    const auto steps = [](double x) {
      return std::llround(x / same);
    };
    return steps(a.served) != steps(b.served) ? a.served > b.served : a.spent_mps < b.spent_mps;
  });
  return ranks;
}

}  // namespace lunafab::orbit
