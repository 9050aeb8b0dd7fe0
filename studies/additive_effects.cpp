#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include "studies/effects.hpp"

namespace lunafab::studies {
namespace {

/// One column for the mean, then for each axis one a level but the last, whose effect is minus their sum.
Eigen::RowVectorXd model_row(std::size_t point, const GridShape& shape) {
  Eigen::Index columns = 1;
  for (const std::size_t levels : shape) columns += static_cast<Eigen::Index>(levels) - 1;
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(columns);
  row(0) = 1.0;
  Eigen::Index end = columns;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto level = static_cast<Eigen::Index>(point % shape[axis]);
    const auto own = static_cast<Eigen::Index>(shape[axis]) - 1;
    end -= own;
    if (level < own) {
      row(end + level) = 1.0;
    } else {
      row.segment(end, own).setConstant(-1.0);
    }
    point /= shape[axis];
  }
  return row;
}

std::vector<MainEffect> zeros(const GridShape& shape) {
  std::vector<MainEffect> effects;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    effects.push_back({.axis = axis});
    for (std::size_t level = 0; level < shape[axis]; ++level) effects.back().levels.push_back({level, {}});
  }
  return effects;
}

/// Effects by axis and level from the coefficients of the model.
std::vector<std::vector<double>> by_level(const Eigen::VectorXd& coefficients, const GridShape& shape) {
  std::vector<std::vector<double>> effects;
  Eigen::Index at = 1;
  for (const std::size_t levels : shape) {
    effects.emplace_back();
    for (std::size_t level = 0; level + 1 < levels; ++level) effects.back().push_back(coefficients(at++));
    effects.back().push_back(-std::accumulate(effects.back().begin(), effects.back().end(), 0.0));
  }
  return effects;
}

}  // namespace

std::vector<MainEffect> additive_effects(const Responses& responses, const GridShape& shape,
                                         double confidence) {
  std::vector<std::size_t> points;
  std::size_t replications = 0;
  for (std::size_t p = 0; p < responses.size(); ++p) {
    const bool whole =
        !responses[p].empty() && std::ranges::all_of(responses[p], [](double v) { return std::isfinite(v); });
    if (!whole) continue;
    replications = points.empty() ? responses[p].size() : std::min(replications, responses[p].size());
    points.push_back(p);
  }
  if (points.empty()) return {};
  const auto rows = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixXd model(rows, model_row(0, shape).size());
  for (Eigen::Index i = 0; i < rows; ++i)
    model.row(i) = model_row(points[static_cast<std::size_t>(i)], shape);
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factors(model);
  if (factors.rank() < model.cols()) return {};
  std::vector<std::vector<std::vector<double>>> fits;
  for (std::size_t r = 0; r < replications; ++r) {
    Eigen::VectorXd y(rows);
    for (Eigen::Index i = 0; i < rows; ++i) y(i) = responses[points[static_cast<std::size_t>(i)]][r];
    fits.push_back(by_level(factors.solve(y), shape));
  }
  std::vector<MainEffect> effects = zeros(shape);
  for (MainEffect& main : effects) {
    for (LevelEffect& level : main.levels) {
      Tally tally;
      for (const auto& fit : fits) tally.add(fit[main.axis][level.level]);
      level.effect = mean_interval(tally, confidence);
    }
  }
  return effects;
}

}  // namespace lunafab::studies
