#include "core/fit.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "core/tail_probability.hpp"

namespace lunafab {
namespace {

using Kind = Distribution::Kind;
using Values = std::span<const double>;

constexpr double lowest_shape = 0.1, highest_shape = 1e4, most_stages = 1000.0, highest_cv = 10.0;

double mean_of(Values values, auto&& term) {
  double sum = 0.0;
  for (const double x : values) sum += term(x);
  return sum / static_cast<double>(values.size());
}

double mean_of(Values values) {
  return mean_of(values, [](double x) { return x; });
}

std::string held(const char* what, double at) {
  return fmt::format("{} held at {:g}", what, at);
}

/// Root of an increasing function within the bounds, or the bound next to it.
double root_within(double low, double high, auto&& f) {
  if (f(low) >= 0.0) return low;
  if (f(high) <= 0.0) return high;
  std::uintmax_t steps = 200;
  const auto [below, above] =
      boost::math::tools::toms748_solve(f, low, high, boost::math::tools::eps_tolerance<double>(50), steps);
  return 0.5 * (below + above);
}

std::string shape_note(double shape) {
  return shape == lowest_shape || shape == highest_shape ? held("shape", shape) : "";
}

/// log k − ψ(k) = log mean − mean log.
double gamma_shape(Values values) {
  const double gap = std::log(mean_of(values)) - mean_of(values, [](double x) { return std::log(x); });
  return root_within(lowest_shape, highest_shape,
                     [gap](double k) { return boost::math::digamma(k) - std::log(k) + gap; });
}

Fit fit_gamma(Values values) {
  const double shape = gamma_shape(values);
  return {{Kind::gamma, mean_of(values), shape}, 2, shape_note(shape)};
}

Fit fit_erlang(Values values) {
  const double mean = mean_of(values), shape = gamma_shape(values);
  const double below = std::clamp(std::floor(shape), 1.0, most_stages);
  const double above = std::min(below + 1.0, most_stages);
  const Distribution few{Kind::erlang, mean, below}, many{Kind::erlang, mean, above};
  const bool fewer = log_likelihood(few, values) >= log_likelihood(many, values);
  return {fewer ? few : many, 2, shape > most_stages ? held("stages", most_stages) : ""};
}

Fit fit_lognormal(Values values) {
  const double mu = mean_of(values, [](double x) { return std::log(x); });
  const double spread = std::sqrt(mean_of(values, [mu](double x) { return std::pow(std::log(x) - mu, 2); }));
  const double widest = std::sqrt(std::log1p(highest_cv * highest_cv));
  if (spread == 0.0) return {{}, 0, "the logarithms do not differ"};
  return {{Kind::lognormal, mu, std::min(spread, widest)}, 2, spread > widest ? held("cv", highest_cv) : ""};
}

/// Σ xᵏ log x / Σ xᵏ − 1/k = mean log; in units of the largest value, so that no power overflows.
Fit fit_weibull(Values values) {
  const double largest = values.back();
  std::vector<double> logs;
  logs.reserve(values.size());
  for (const double x : values) logs.push_back(std::log(x / largest));
  const double mean_log = mean_of(logs);
  const double shape = root_within(lowest_shape, highest_shape, [&](double k) {
    double sum = 0.0, moment = 0.0;
    for (const double log : logs) {
      const double power = std::exp(k * log);
      sum += power, moment += power * log;
    }
    return moment / sum - 1.0 / k - mean_log;
  });
  const double power = mean_of(logs, [shape](double log) { return std::exp(shape * log); });
  return {{Kind::weibull, largest * std::pow(power, 1.0 / shape), shape}, 2, shape_note(shape)};
}

/// Squared coefficient of variation of a normal of mean `ratio` · sd, cut at 0: falls with the ratio.
/// mean = sd (ratio + h), variance = sd² (1 − h (h + ratio)) with h = φ(ratio)/Φ(ratio).
struct CutNormal {
  double mean, variance;  ///< in sd, sd²
  explicit CutNormal(double ratio) {
    const double hazard = ratio < 37.0 ? normal_density(ratio) / normal_cdf(ratio) : 0.0;
    mean = ratio + hazard;
    variance = 1.0 - hazard * mean;
  }
  double squared_cv() const { return variance / (mean * mean); }
};

Fit fit_normal(Values values) {
  const double mean = mean_of(values);
  const double variance = mean_of(values, [mean](double x) { return (x - mean) * (x - mean); });
  const double squared_cv = variance / (mean * mean);
  if (squared_cv >= CutNormal(0.0).squared_cv())
    return {{Kind::normal_truncated, 0.0, std::hypot(mean, std::sqrt(variance))}, 2, held("mean", 0.0)};
  const double ratio = root_within(0.0, 2.0 / std::sqrt(squared_cv) + 1.0,
                                   [squared_cv](double r) { return squared_cv - CutNormal(r).squared_cv(); });
  const double sd = mean / CutNormal(ratio).mean;
  return {{Kind::normal_truncated, ratio * sd, sd}, 2, ""};
}

struct Peak {
  double log_likelihood = -std::numeric_limits<double>::infinity();
  double mode = 0.0;
};

/// Best mode of a triangular with these ends: between two observations the likelihood is convex in the mode,
/// so that its maximum is at one of them.
Peak best_mode(double low, double high, Values values) {
  const std::size_t n = values.size();
  double above = mean_of(values, [high](double x) { return std::log(high - x); }) * static_cast<double>(n);
  double below = 0.0;
  Peak best;
  for (std::size_t i = 0; i < n; ++i) {
    const double rise = std::log(values[i] - low), fall = std::log(high - values[i]);
    above -= fall;
    const auto before = static_cast<double>(i), after = static_cast<double>(n - 1 - i);
    const double sum = below - (i > 0 ? before * rise : 0.0) + above - (after > 0.0 ? after * fall : 0.0);
    if (sum > best.log_likelihood) best = {sum, values[i]};
    below += rise;
  }
  best.log_likelihood += static_cast<double>(n) * std::log(2.0 / (high - low));
  return best;
}

Fit fit_triangular(Values values) {
  constexpr int bits = 16, most_turns = 40;  // ends to 2⁻¹⁶ of their distance from the sample
  constexpr double gain_each = 1e-9;         // of log-likelihood a value, where turning ends
  const double least = values.front(), greatest = values.back(), width = greatest - least;
  const double widest = 4.0 * width, narrowest = 1e-9 * width;
  const double deepest = std::min(widest, least);
  double low = least - std::min(0.1 * width, deepest), high = greatest + 0.1 * width;
  double reached = best_mode(low, high, values).log_likelihood;
  for (int turn = 0; turn < most_turns; ++turn) {
    if (deepest > narrowest) {
      low = least - boost::math::tools::brent_find_minima(
                        [&](double gap) { return -best_mode(least - gap, high, values).log_likelihood; },
                        narrowest, deepest, bits)
                        .first;
    }
    high = greatest + boost::math::tools::brent_find_minima(
                          [&](double gap) { return -best_mode(low, greatest + gap, values).log_likelihood; },
                          narrowest, widest, bits)
                          .first;
    const double now = best_mode(low, high, values).log_likelihood;
    if (now - reached < gain_each * static_cast<double>(values.size())) break;
    reached = now;
  }
  return {{Kind::triangular, std::max(low, 0.0), best_mode(low, high, values).mode, high}, 3, ""};
}

bool needs_positive_values(Kind kind) {
  return kind == Kind::erlang || kind == Kind::gamma || kind == Kind::lognormal || kind == Kind::weibull;
}

Fit fit_kind(Kind kind, Values values) {
  switch (kind) {
    case Kind::exponential:
      return {{Kind::exponential, mean_of(values)}, 1, ""};
    case Kind::erlang:
      return fit_erlang(values);
    case Kind::gamma:
      return fit_gamma(values);
    case Kind::lognormal:
      return fit_lognormal(values);
    case Kind::weibull:
      return fit_weibull(values);
    case Kind::triangular:
      return fit_triangular(values);
    case Kind::normal_truncated:
      return fit_normal(values);
    case Kind::uniform:
      return {{Kind::uniform, values.front(), values.back()}, 2, ""};
    case Kind::constant:
    case Kind::empirical:
      break;
  }
  throw ContractError("fit: a kind that is fitted");
}

}  // namespace

Fit fit(Kind kind, Values ascending) {
  expects(ascending.size() >= 2 && ascending.front() >= 0.0 && ascending.front() < ascending.back() &&
              std::is_sorted(ascending.begin(), ascending.end()),
          "fit: ascending values, not negative, two different ones");
  if (ascending.front() == 0.0 && needs_positive_values(kind))
    return {{}, 0, "no likelihood: the sample holds zeros"};
  Fit result = fit_kind(kind, ascending);
  if (result.parameters > 0 && !is_valid(result.distribution)) return {{}, 0, "too extreme to be drawn from"};
  return result;
}

}  // namespace lunafab
