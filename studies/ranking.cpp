#include "studies/ranking.hpp"
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "studies/effects.hpp"

namespace lunafab::studies {
namespace {

/// Gaps below this part of the widest one count as this much: equal means would take an infinite share.
constexpr double tie = 1e-6;

std::size_t best_of(const std::vector<double>& means) {
  return static_cast<std::size_t>(std::ranges::max_element(means) - means.begin());
}

/// Unbiased variance of a − b.
double difference_variance(const std::vector<double>& a, const std::vector<double>& b) {
  Tally tally;
  for (std::size_t r = 0; r < a.size(); ++r) tally.add(a[r] - b[r]);
  return tally.variance();
}

Interval interval_of(const std::vector<double>& values, double confidence) {
  Tally tally;
  for (const double value : values)
    if (std::isfinite(value)) tally.add(value);
  return mean_interval(tally, confidence);
}

/// Weights of the systems: observations in these proportions are best spent.
std::vector<double> ocba_weights(const std::vector<double>& means, const std::vector<double>& variances) {
  const std::size_t best = best_of(means);
  std::vector<double> weights(means.size(), 0.0);
  double squares = 0.0;
  const double widest = means[best] - *std::ranges::min_element(means);
  const double least = widest > 0.0 ? tie * widest : 1.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (i == best) continue;
    const double gap = std::max(means[best] - means[i], least);
    weights[i] = variances[i] / (gap * gap);
    if (variances[i] > 0.0) squares += weights[i] * weights[i] / variances[i];
  }
  weights[best] = std::sqrt(variances[best] * squares);
  return weights;
}

}  // namespace

std::vector<Standing> standings(const Responses& responses, double confidence) {
  std::vector<double> means;
  for (const auto& values : responses) means.push_back(point_mean(values));
  expects(!means.empty() && std::ranges::all_of(means, [](double m) { return std::isfinite(m); }),
          "standings: a finite value of each system");
  const std::size_t best = best_of(means);
  // A two-sided interval of this confidence has a (k − 1)-th of the error above it.
  const double rivals = std::max(1.0, static_cast<double>(means.size() - 1));
  const double two_sided = 1.0 - 2.0 * (1.0 - confidence) / rivals;
  std::vector<Standing> list;
  for (std::size_t i = 0; i < means.size(); ++i) {
    Standing standing{.system = i,
                      .mean = interval_of(responses[i], confidence),
                      .behind = difference(responses[best], responses[i], confidence),
                      .may_be_best = true};
    for (std::size_t j = 0; j < means.size() && standing.may_be_best; ++j) {
      if (j == i) continue;
      const Interval ahead = difference(responses[i], responses[j], two_sided);
      standing.may_be_best = !(ahead.mean > ahead.half_width);
    }
    list.push_back(standing);
  }
  std::ranges::stable_sort(list, std::greater{}, [](const Standing& s) { return s.mean.mean; });
  return list;
}

KimNelson::KimNelson(const Responses& first_stage, double confidence, double indifference)
    : confidence_(confidence),
      indifference_(indifference),
      taken_(first_stage.empty() ? 0 : first_stage.front().size()),
      last_(taken_),
      left_(first_stage.size()) {
  expects(taken_ >= 2 && indifference > 0.0 && confidence > 0.0 && confidence < 1.0,
          "KimNelson: two observations of each system, a confidence in (0, 1), an indifference above 0");
  std::iota(left_.begin(), left_.end(), std::size_t{0});
  for (const std::vector<double>& values : first_stage) {
    expects(values.size() == taken_, "KimNelson: as many observations of each system");
    sums_.push_back(std::accumulate(values.begin(), values.end(), 0.0));
  }
  const auto degrees = static_cast<double>(taken_ - 1);
  const double rivals = std::max(1.0, static_cast<double>(first_stage.size() - 1));
  const double eta =
      0.5 * (portable_exp(-2.0 / degrees * portable_log(2.0 * (1.0 - confidence) / rivals)) - 1.0);
  const double h2 = std::max(0.0, 2.0 * eta * degrees);
  reach_.assign(first_stage.size(), std::vector<double>(first_stage.size(), 0.0));
  double farthest = 0.0;
  for (std::size_t i = 0; i < first_stage.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      reach_[i][j] = reach_[j][i] =
          h2 * difference_variance(first_stage[i], first_stage[j]) / (indifference * indifference);
      farthest = std::max(farthest, reach_[i][j]);
    }
  }
  last_ = std::max(taken_, static_cast<std::size_t>(std::floor(farthest)) + 1);
  screen();
}

/// How far behind a system may be in the mean, and stay.
double KimNelson::band(std::size_t i, std::size_t j) const {
  const auto r = static_cast<double>(taken_);
  return std::max(0.0, 0.5 * indifference_ / r * (reach_[i][j] - r));
}

void KimNelson::screen() {
  const auto r = static_cast<double>(taken_);
  if (taken_ >= last_) {
    left_ = {*std::ranges::max_element(left_, {}, [&](std::size_t i) { return sums_[i]; })};
    return;
  }
  const std::vector<std::size_t> before = left_;
  std::erase_if(left_, [&](std::size_t i) {
    return std::ranges::any_of(
        before, [&](std::size_t j) { return j != i && sums_[i] / r < sums_[j] / r - band(i, j); });
  });
}

void KimNelson::add(std::span<const double> observations) {
  expects(!done() && observations.size() == left_.size(), "add: an observation of each system left");
  for (std::size_t i = 0; i < left_.size(); ++i) sums_[left_[i]] += observations[i];
  ++taken_;
  screen();
}

std::vector<std::size_t> ocba_allocation(const std::vector<double>& means,
                                         const std::vector<double>& variances,
                                         const std::vector<std::size_t>& taken, std::size_t more) {
  expects(means.size() == variances.size() && means.size() == taken.size() && !means.empty(),
          "ocba_allocation: a mean, a variance and a count a system");
  const std::vector<double> weights = ocba_weights(means, variances);
  const std::size_t total = std::accumulate(taken.begin(), taken.end(), more);
  std::vector<std::size_t> given = taken;
  std::vector<char> open(means.size(), 1);
  for (bool again = true; again;) {
    again = false;
    std::size_t budget = total;
    double sum = 0.0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i] != 0) {
        sum += weights[i];
      } else {
        budget -= taken[i];
      }
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i] == 0) continue;
      const double share = sum > 0.0 ? static_cast<double>(budget) / sum * weights[i] : 0.0;
      given[i] = std::max(taken[i], static_cast<std::size_t>(share));
      if (share >= static_cast<double>(taken[i])) continue;
      open[i] = 0;
      again = true;
    }
  }
  const std::size_t used = std::accumulate(given.begin(), given.end(), std::size_t{0});
  given[best_of(means)] += total - used;
  for (std::size_t i = 0; i < given.size(); ++i) given[i] -= taken[i];
  return given;
}

double probably_best(const std::vector<double>& means, const std::vector<double>& variances,
                     const std::vector<std::size_t>& taken) {
  const std::size_t best = best_of(means);
  double wrong = 0.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (i == best) continue;
    const double spread = std::sqrt(variances[i] / static_cast<double>(taken[i]) +
                                    variances[best] / static_cast<double>(taken[best]));
    const double gap = means[best] - means[i];
    wrong += spread > 0.0 ? normal_cdf(-gap / spread) : gap > 0.0 ? 0.0 : 0.5;
  }
  return std::max(0.0, 1.0 - wrong);
}

}  // namespace lunafab::studies
