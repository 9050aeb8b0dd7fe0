#include "studies/analysis.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include "studies/correlation.hpp"
#include "studies/effects.hpp"
#include "studies/morris_indices.hpp"
#include "studies/point_values.hpp"
#include "studies/sobol_indices.hpp"

namespace lunafab::studies {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t resamples = 1000;

/// Collects the rows of one metric in one named scenario.
class Collector {
 public:
  Collector(const Results& results, std::size_t variant, const std::string& metric, Effects& into)
      : results_(&results),
        variant_(variant),
        metric_(metric),
        into_(&into),
        confidence_(confidence_of(*results.study)),
        responses_(studies::responses(results, variant, metric)) {
    for (const auto& values : responses_) means_.push_back(point_mean(values));
  }

  void collect() {
    const bool complete = std::ranges::all_of(means_, [](double m) { return std::isfinite(m); });
    switch (study().design) {
      case DesignKind::list:
        return note("a list of points has no factors to tell apart");
      case DesignKind::one_at_a_time:
        return one_at_a_time();
      case DesignKind::grid:
        return complete ? grid() : grid_with_gaps();
      case DesignKind::morris:
        return morris();
      case DesignKind::saltelli:
        return complete ? saltelli() : note("Sobol indices need a run at every point");
      case DesignKind::random:
      case DesignKind::latin_hypercube:
      case DesignKind::sobol:
        return correlations();
    }
  }

 private:
  const Study& study() const { return *results_->study; }
  std::string axis_name(std::size_t axis) const { return study().factors[study().axes[axis].front()].path; }
  std::string axis_text(std::size_t axis, std::size_t point) const {
    return factor_text(*results_, study().axes[axis].front(), point);
  }

  void note(const std::string& text) {
    const std::string& name = study().variants[variant_].name;
    into_->notes.push_back(fmt::format("{}{}: {}", metric_, name.empty() ? "" : " in " + name, text));
  }
  void add(const std::string& factor, const std::string& level, const char* kind, double estimate,
           Bounds bounds = {nan, nan}) {
    into_->rows.push_back({variant_, metric_, factor, level, kind, estimate, bounds.low, bounds.high});
  }
  void add(const std::string& factor, const std::string& level, const char* kind, const Interval& interval) {
    const bool known = std::isfinite(interval.half_width);
    add(factor, level, kind, interval.mean,
        known ? Bounds{interval.mean - interval.half_width, interval.mean + interval.half_width}
              : Bounds{nan, nan});
  }

  void one_at_a_time() {
    std::vector<std::size_t> axis_of{0};
    for (std::size_t axis = 0; axis < study().axes.size(); ++axis)
      axis_of.insert(axis_of.end(), axis_levels(study(), axis), axis);
    for (const TornadoBar& bar : tornado(responses_, axis_of, confidence_)) {
      for (const TornadoStep& step : bar.steps) {
        if (std::isfinite(step.difference.mean))
          add(axis_name(bar.axis), axis_text(bar.axis, step.point), "difference", step.difference);
      }
    }
  }

  void grid() {
    const GridShape shape = grid_shape();
    GridEffects effects = grid_effects(responses_, shape, confidence_);
    std::ranges::stable_sort(effects.main, std::greater{}, &MainEffect::share);
    for (const MainEffect& main : effects.main) add(axis_name(main.axis), "", "share", main.share);
    for (const Interaction& pair : effects.interactions)
      add(fmt::format("{} x {}", axis_name(pair.a), axis_name(pair.b)), "", "share", pair.share);
    if (shape.size() > 2) add("three factors and more", "", "share", effects.rest);
    add_levels(effects.main, shape);
  }

  void grid_with_gaps() {
    const GridShape shape = grid_shape();
    const std::vector<MainEffect> effects = additive_effects(responses_, shape, confidence_);
    if (effects.empty()) return note("too few points of the grid have a value to tell the factors apart");
    note("points of the grid have no value: effects are those of the closest sum of one effect a factor");
    add_levels(effects, shape);
  }

  GridShape grid_shape() const {
    GridShape shape;
    for (std::size_t axis = 0; axis < study().axes.size(); ++axis)
      shape.push_back(axis_levels(study(), axis));
    return shape;
  }

  void add_levels(const std::vector<MainEffect>& effects, const GridShape& shape) {
    for (const MainEffect& main : effects) {
      std::size_t stride = 1;
      for (std::size_t after = main.axis + 1; after < shape.size(); ++after) stride *= shape[after];
      for (const LevelEffect& level : main.levels)
        add(axis_name(main.axis), axis_text(main.axis, level.level * stride), "effect", level.effect);
    }
  }

  void morris() {
    const std::size_t axes = study().axes.size();
    std::vector<std::vector<double>> effects(axes);
    for (std::size_t p = 1; p < means_.size(); ++p) {
      if (morris_place(axes, p).step == 0) continue;
      const std::vector<double> from = results_->plan->design().unit_point(p - 1),
                                to = results_->plan->design().unit_point(p);
      for (std::size_t axis = 0; axis < axes; ++axis) {
        const double effect = (means_[p] - means_[p - 1]) / (to[axis] - from[axis]);
        if (from[axis] != to[axis] && std::isfinite(effect)) effects[axis].push_back(effect);
      }
    }
    std::vector<std::pair<std::size_t, MorrisIndices>> order;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      if (effects[axis].size() < study().trajectories) {
        note(fmt::format("{} of {} elementary effects of {}", effects[axis].size(), study().trajectories,
                         axis_name(axis)));
      }
      order.emplace_back(axis, morris_indices(effects[axis], confidence_));
    }
    std::ranges::stable_sort(order, std::greater{}, [](const auto& o) { return o.second.mu_star.mean; });
    for (const auto& [axis, indices] : order) {
      add(axis_name(axis), "", "mu_star", indices.mu_star);
      add(axis_name(axis), "", "mu", indices.mu);
      add(axis_name(axis), "", "sigma", indices.sigma);
    }
  }

  void saltelli() {
    const std::size_t axes = study().axes.size();
    SaltelliResponses y{.ab = std::vector<std::vector<double>>(axes)};
    for (std::size_t p = 0; p < means_.size(); ++p) {
      const SaltelliPlace place = saltelli_place(axes, p);
      auto& column = place.matrix == SaltelliMatrix::a   ? y.a
                     : place.matrix == SaltelliMatrix::b ? y.b
                                                         : y.ab[place.axis];
      column.push_back(means_[p]);
    }
    const auto indices = sobol_indices(y, confidence_, resamples, study().seed, metric_);
    if (indices.empty()) return note("does not vary");
    std::vector<std::size_t> order(axes);
    for (std::size_t axis = 0; axis < axes; ++axis) order[axis] = axis;
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t a) { return indices[a].total.mean; });
    for (const std::size_t axis : order) {
      add(axis_name(axis), "", "total", indices[axis].total);
      add(axis_name(axis), "", "first", indices[axis].first);
    }
  }

  /// Numbers of an axis at the points that have a mean; ranks of a factor's values are those of its
  /// quantiles.
  std::optional<std::vector<double>> column(std::size_t axis, const std::vector<std::size_t>& rows) const {
    const auto amounts = factor_amounts(*results_, study().axes[axis].front());
    if (!amounts) return std::nullopt;
    std::vector<double> values;
    values.reserve(rows.size());
    for (const std::size_t row : rows) values.push_back(amounts->values[row]);
    return values;
  }

  void correlations() {
    std::vector<std::size_t> rows;
    std::vector<double> y;
    for (std::size_t p = 0; p < means_.size(); ++p)
      if (std::isfinite(means_[p])) rows.push_back(p), y.push_back(means_[p]);
    if (rows.size() < means_.size())
      note(fmt::format("{} of {} points have a value", rows.size(), means_.size()));
    std::vector<std::size_t> order;
    std::vector<std::vector<double>> columns;
    for (std::size_t axis = 0; axis < study().axes.size(); ++axis) {
      if (auto values = column(axis, rows)) {
        order.push_back(axis), columns.push_back(std::move(*values));
      } else {
        note(axis_name(axis) + " has values that are no numbers, so no correlation");
      }
    }
    add_correlations(order, columns, y);
  }

  void add_correlations(const std::vector<std::size_t>& axes, const std::vector<std::vector<double>>& columns,
                        const std::vector<double>& y) {
    const std::vector<double> partial = partial_rank_correlations(columns, y);
    if (partial.empty()) note("partial correlations need more points, or factors that are not in step");
    std::vector<std::size_t> order(axes.size());
    std::vector<double> rank;
    for (std::size_t i = 0; i < axes.size(); ++i) order[i] = i, rank.push_back(spearman(columns[i], y));
    std::ranges::stable_sort(order, std::greater{},
                             [&](std::size_t i) { return std::abs(partial.empty() ? rank[i] : partial[i]); });
    for (const std::size_t i : order) {
      const auto bounded = [&](const char* kind, double r, std::size_t controlled) {
        add(axis_name(axes[i]), "", kind, r, correlation_bounds(r, y.size(), controlled, confidence_));
      };
      if (!partial.empty()) bounded("partial_rank", partial[i], axes.size() - 1);
      bounded("spearman", rank[i], 0);
      bounded("pearson", pearson(columns[i], y), 0);
    }
  }

  const Results* results_;
  std::size_t variant_;
  std::string metric_;
  Effects* into_;
  double confidence_;
  Responses responses_;
  std::vector<double> means_;
};

}  // namespace

Effects effects_of(const Results& results, const std::string& metric) {
  Effects effects;
  for (std::size_t variant = 0; variant < results.study->variants.size(); ++variant)
    Collector(results, variant, metric, effects).collect();
  return effects;
}

}  // namespace lunafab::studies
