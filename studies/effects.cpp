#include "studies/effects.hpp"
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include "core/contract.hpp"
#include "core/output_analysis.hpp"

namespace lunafab::studies {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Level of the axis at a point of the grid.
std::size_t level_of(std::size_t point, const GridShape& shape, std::size_t axis) {
  for (std::size_t after = shape.size(); --after > axis;) point /= shape[after];
  return point % shape[axis];
}

/// Means of the values over groups of points, `group[p]` < groups.
std::vector<double> group_means(const std::vector<double>& values, const std::vector<std::size_t>& group,
                                std::size_t groups) {
  std::vector<double> sums(groups, 0.0), counts(groups, 0.0);
  for (std::size_t p = 0; p < values.size(); ++p) sums[group[p]] += values[p], counts[group[p]] += 1.0;
  for (std::size_t g = 0; g < groups; ++g) sums[g] /= counts[g];
  return sums;
}

std::vector<std::size_t> levels_of(const GridShape& shape, std::size_t axis, std::size_t points) {
  std::vector<std::size_t> levels(points);
  for (std::size_t p = 0; p < points; ++p) levels[p] = level_of(p, shape, axis);
  return levels;
}

/// Effects of the levels of an axis on one value a point.
std::vector<double> level_effects(const std::vector<double>& values, const GridShape& shape,
                                  std::size_t axis) {
  std::vector<double> means = group_means(values, levels_of(shape, axis, values.size()), shape[axis]);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (double& level : means) level -= mean;
  return means;
}

/// The replications that all points have, each as one value a point.
std::vector<std::vector<double>> whole_replications(const Responses& responses) {
  std::size_t count = responses.front().size();
  for (const auto& values : responses) count = std::min(count, values.size());
  std::vector<std::vector<double>> whole;
  for (std::size_t r = 0; r < count; ++r) {
    std::vector<double> values;
    for (const auto& point : responses) values.push_back(point[r]);
    if (std::ranges::all_of(values, [](double v) { return std::isfinite(v); }))
      whole.push_back(std::move(values));
  }
  return whole;
}

double sum_squares(const std::vector<double>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

MainEffect main_effect(const std::vector<double>& means, const std::vector<std::vector<double>>& replications,
                       const GridShape& shape, std::size_t axis, double confidence) {
  std::vector<std::vector<double>> by_level(shape[axis]);
  for (const std::vector<double>& values : replications) {
    const std::vector<double> effects = level_effects(values, shape, axis);
    for (std::size_t l = 0; l < effects.size(); ++l) by_level[l].push_back(effects[l]);
  }
  MainEffect effect{.axis = axis};
  const std::vector<double> effects = level_effects(means, shape, axis);
  for (std::size_t l = 0; l < effects.size(); ++l)
    effect.levels.push_back({l, {effects[l], mean_interval(by_level[l], confidence).half_width}});
  return effect;
}

/// Sum of squares over points of the interaction of two axes.
double interaction_squares(const std::vector<double>& means, const GridShape& shape, std::size_t a,
                           std::size_t b) {
  const std::vector<double> of_a = level_effects(means, shape, a), of_b = level_effects(means, shape, b);
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  std::vector<std::size_t> cells(means.size());
  for (std::size_t p = 0; p < means.size(); ++p)
    cells[p] = level_of(p, shape, a) * shape[b] + level_of(p, shape, b);
  std::vector<double> cell_means = group_means(means, cells, shape[a] * shape[b]);
  for (std::size_t i = 0; i < shape[a]; ++i)
    for (std::size_t j = 0; j < shape[b]; ++j) cell_means[i * shape[b] + j] -= mean + of_a[i] + of_b[j];
  return sum_squares(cell_means) * static_cast<double>(means.size()) / static_cast<double>(cell_means.size());
}

}  // namespace

double point_mean(const std::vector<double>& values) {
  Tally tally;
  for (const double value : values)
    if (std::isfinite(value)) tally.add(value);
  return tally.count == 0 ? std::numeric_limits<double>::quiet_NaN() : tally.mean;
}

Interval difference(const std::vector<double>& a, const std::vector<double>& b, double confidence) {
  std::vector<double> first, second;
  for (std::size_t r = 0; r < std::min(a.size(), b.size()); ++r) {
    if (!std::isfinite(a[r]) || !std::isfinite(b[r])) continue;
    first.push_back(a[r]), second.push_back(b[r]);
  }
  if (first.empty()) return {std::numeric_limits<double>::quiet_NaN(), infinity};
  return paired_difference(first, second, confidence).interval;
}

std::vector<TornadoBar> tornado(const Responses& responses, const std::vector<std::size_t>& axis_of,
                                double confidence) {
  expects(axis_of.size() == responses.size() && !responses.empty(), "tornado: an axis a point");
  const std::size_t axes =
      axis_of.size() == 1 ? 0 : *std::max_element(axis_of.begin() + 1, axis_of.end()) + 1;
  std::vector<TornadoBar> bars(axes);
  for (std::size_t axis = 0; axis < axes; ++axis) bars[axis].axis = axis;
  for (std::size_t p = 1; p < responses.size(); ++p)
    bars[axis_of[p]].steps.push_back({p, difference(responses[0], responses[p], confidence)});
  for (TornadoBar& bar : bars) {
    double low = 0.0, high = 0.0;
    for (const TornadoStep& step : bar.steps) {
      if (!std::isfinite(step.difference.mean)) continue;
      low = std::min(low, step.difference.mean), high = std::max(high, step.difference.mean);
    }
    bar.swing = high - low;
  }
  std::ranges::stable_sort(bars, std::greater{}, &TornadoBar::swing);
  return bars;
}

GridEffects grid_effects(const Responses& responses, const GridShape& shape, double confidence) {
  const std::size_t points = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies{});
  expects(responses.size() == points && points > 0, "grid_effects: a response for each point of the grid");
  std::vector<double> means;
  for (const auto& values : responses) means.push_back(point_mean(values));
  expects(std::ranges::all_of(means, [](double m) { return std::isfinite(m); }),
          "grid_effects: a mean at each point");
  const std::vector<std::vector<double>> replications = whole_replications(responses);
  GridEffects result;
  result.mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(points);
  std::vector<double> deviations = means;
  for (double& d : deviations) d -= result.mean;
  const double total = sum_squares(deviations);
  const auto share = [total](double squares) {
    return total > 0.0 ? squares / total : 0.0;
  };
  double explained = 0.0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    MainEffect effect = main_effect(means, replications, shape, axis, confidence);
    double squares = 0.0;
    for (const LevelEffect& level : effect.levels) squares += level.effect.mean * level.effect.mean;
    effect.share = share(squares * static_cast<double>(points) / static_cast<double>(shape[axis]));
    explained += effect.share;
    result.main.push_back(std::move(effect));
  }
  for (std::size_t a = 0; a < shape.size(); ++a) {
    for (std::size_t b = a + 1; b < shape.size(); ++b) {
      result.interactions.push_back({a, b, share(interaction_squares(means, shape, a, b))});
      explained += result.interactions.back().share;
    }
  }
  std::ranges::stable_sort(result.interactions, std::greater{}, &Interaction::share);
  // Less than rounding leaves: no rest.
  if (total > 0.0 && 1.0 - explained > 1e-12) result.rest = 1.0 - explained;
  return result;
}

}  // namespace lunafab::studies
