#include "core/empirical.hpp"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include "core/contract.hpp"

namespace lunafab {
namespace {

bool is_amount(double x) {
  return std::isfinite(x) && x >= 0.0;
}

}  // namespace

EmpiricalTable::EmpiricalTable(std::vector<double> values, const std::vector<double>& weights,
                               Between between) {
  expects(weights.empty() || weights.size() == values.size(), "empirical: a weight a value, or none");
  std::vector<std::pair<double, double>> observed;  // value, weight
  observed.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    expects(is_amount(values[i]) && is_amount(weight), "empirical: values and weights are finite and >= 0");
    if (weight > 0.0) observed.emplace_back(values[i], weight);
  }
  expects(!observed.empty(), "empirical: at least one value");
  std::sort(observed.begin(), observed.end());
  between_ = observed.size() == 1 ? Between::steps : between;
  values_.clear();
  cumulative_.clear();
  double sum = 0.0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double gap_weight = i == 0 ? 0.0 : 0.5 * (observed[i - 1].second + observed[i].second);
    sum += between_ == Between::linear ? gap_weight : observed[i].second;
    values_.push_back(observed[i].first);
    cumulative_.push_back(sum);
  }
  expects(std::isfinite(sum), "empirical: the weights have a finite sum");
  for (double& share : cumulative_) share /= sum;
}

double EmpiricalTable::quantile(double u) const {
  const auto above = std::lower_bound(cumulative_.begin(), cumulative_.end(), u);
  const auto i =
      std::min(static_cast<std::size_t>(above - cumulative_.begin()), values_.size() - 1);  // u ≤ 1
  if (between_ == Between::steps || i == 0) return values_[i];
  const double part = (u - cumulative_[i - 1]) / (cumulative_[i] - cumulative_[i - 1]);
  return values_[i - 1] + part * (values_[i] - values_[i - 1]);
}

/// Σ probability · term, a term a value (steps) or a pair of neighbours (gaps).
double EmpiricalTable::expectation(auto&& of_step, auto&& of_gap) const {
  double sum = 0.0, below = 0.0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double share = cumulative_[i] - below;
    below = cumulative_[i];
    if (between_ == Between::steps) {
      sum += share * of_step(values_[i]);
    } else if (i > 0) {
      sum += share * of_gap(values_[i - 1], values_[i]);
    }
  }
  return sum;
}

double EmpiricalTable::mean() const {
  return expectation([](double x) { return x; }, [](double x, double y) { return 0.5 * (x + y); });
}

double EmpiricalTable::variance() const {
  const double m = mean();
  return expectation([m](double x) { return (x - m) * (x - m); },
                     [m](double x, double y) {
                       x -= m, y -= m;
                       return (x * x + x * y + y * y) / 3.0;
                     });
}

}  // namespace lunafab
