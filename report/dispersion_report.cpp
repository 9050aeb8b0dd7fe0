#include "report/dispersion_report.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

double quantile(const std::vector<double>& ascending, double level) {
  const double at = level * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (at - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

void count_launches(const DriverDesign& design, DispersionReport& report) {
  std::vector<double> undisturbed;
  const double limit_mps2 = design.limits.acceleration_mps2;
  for (const LaunchSample& s : report.drawn.drawn) {
    report.with_failed_banks += s.failed_banks > 0 ? 1 : 0;
    if (s.outcome != SolverOutcome::completed) continue;
    report.above_acceleration += limit_mps2 > 0.0 && s.peak_mps2 > limit_mps2 ? 1 : 0;
    if (s.failed_banks == 0) undisturbed.push_back(s.muzzle[0]);
  }
  report.undisturbed_launches = undisturbed.size();
  if (!undisturbed.empty()) report.undisturbed = spread_of(std::move(undisturbed));
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  expects(!values.empty(), "spread: of at least one value");
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  Spread s{.lowest = values.front(), .highest = values.back()};
  // About the lowest: a mean of equal values is that value.
  for (const double v : values) s.mean += (v - s.lowest) / n;
  s.mean += s.lowest;
  double second = 0.0, third = 0.0, fourth = 0.0;
  for (const double v : values) {
    const double off = v - s.mean;
    second += off * off / n, third += off * off * off / n, fourth += off * off * off * off / n;
  }
  if (n > 1.0) s.sd = std::sqrt(second * n / (n - 1.0));
  if (second > 0.0) {
    s.skewness = third / std::pow(second, 1.5);
    s.excess_kurtosis = fourth / (second * second) - 3.0;
  }
  for (std::size_t q = 0; q < Spread::levels.size(); ++q)
    s.quantiles[q] = quantile(values, Spread::levels[q]);
  return s;
}

// var(s²) = (μ₄ − σ⁴)/n, so sd(s)/σ = ½ √((kurtosis − 1)/n).
double sd_half_width(const Spread& s, std::size_t count) {
  constexpr double z95 = 1.959964;
  return z95 * 0.5 * s.sd * std::sqrt(std::max(0.0, s.excess_kurtosis + 2.0) / static_cast<double>(count));
}

std::optional<bool> tangents_agree(const DispersionReport& r) {
  constexpr double rounding_mps = 1e-9;
  if (r.undisturbed_launches < least_to_compare) return std::nullopt;
  const double half = sd_half_width(r.undisturbed, r.undisturbed_launches);
  return std::abs(r.tangents.speed_sd_mps - r.undisturbed.sd) <= half + rounding_mps;
}

const char* agreement(const DispersionReport& r, const char* yes, const char* no) {
  const std::optional<bool> agree = tangents_agree(r);
  if (!agree) return "too few launches to compare";
  return *agree ? yes : no;
}

DispersionReport report_dispersion(const Machine& machine, const ReducedRide* ride,
                                   const LaunchConditions& nominal, const LaunchStream& stream, int launches,
                                   double tolerance) {
  DispersionReport report{.stream = stream, .sideways = ride != nullptr};
  const auto began = std::chrono::steady_clock::now();
  report.drawn = monte_carlo(machine, ride, nominal, stream, launches, {.tolerance = tolerance});
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  for (std::size_t c = 0; c < report.components.size(); ++c) {
    std::vector<double> values;
    for (const MuzzleVector& m : report.drawn.samples) values.push_back(m[static_cast<Eigen::Index>(c)]);
    if (!values.empty()) report.components[c] = spread_of(std::move(values));
  }
  count_launches(machine.design, report);
  report.tangents = find_sensitivities(machine, nominal, {.tolerance = tolerance});
  for (std::size_t s = 0; s < error_sources; ++s)
    report.budget[s] = budget_of(machine.design.errors, static_cast<ErrorSource>(s));
  return report;
}

std::vector<std::pair<std::string, int>> failures(const Dispersion& drawn) {
  std::vector<std::pair<std::string, int>> reasons;
  for (const LaunchSample& s : drawn.drawn) {
    if (s.outcome == SolverOutcome::completed) continue;
    const std::string reason = name(s.outcome);
    auto known =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return r.first == reason; });
    if (known == reasons.end()) known = reasons.insert(reasons.end(), {reason, 0});
    ++known->second;
  }
  return reasons;
}

}  // namespace lunafab::report
