#include "studies/optimise.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include "campaign/results.hpp"
#include "core/csv_field.hpp"
#include "studies/evolution.hpp"
#include "studies/pareto.hpp"
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

using Fate = Evaluated::Fate;

/// Costs that no fine point reaches: the more a limit is broken, the higher.
constexpr double beyond_limits_cost = 1e15, not_run_cost = 1e25;

/// Separate values of an axis; 0 where it is continuous.
std::size_t separate_values(const Study& study, std::size_t axis) {
  const Factor& factor = study.factors[study.axes[axis].front()];
  if (factor.kind == Factor::Kind::levels) return factor.levels.size();
  if (factor.kind == Factor::Kind::whole_range) return static_cast<std::size_t>(factor.b - factor.a) + 1;
  return 0;
}

/// The variables of the search: continuous axes by their quantile first, then the others by number.
class Variables {
 public:
  explicit Variables(const Study& study) : study_(&study) {
    for (const bool whole : {false, true}) {
      for (std::size_t axis = 0; axis < study.axes.size(); ++axis)
        if ((separate_values(study, axis) > 0) == whole) axes_.push_back(axis);
    }
  }

  Evolution space() const {
    Evolution evolution{.settings = *study_->optimise, .seed = study_->seed};
    for (const std::size_t axis : axes_) {
      const std::size_t count = separate_values(*study_, axis);
      evolution.low.push_back(0.0);
      evolution.high.push_back(count == 0 ? 1.0 : static_cast<double>(count - 1));
      evolution.whole += count == 0 ? 0 : 1;
    }
    return evolution;
  }

  Decision decision(const std::vector<double>& unit_point) const {
    Decision x;
    for (const std::size_t axis : axes_) {
      const auto count = static_cast<double>(separate_values(*study_, axis));
      const double u = unit_point[axis];
      x.push_back(count == 0.0 ? u : std::min(std::floor(u * count), count - 1.0));
    }
    return x;
  }

  Point point(const Decision& x) const {
    Point point(study_->factors.size());
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const auto count = static_cast<double>(separate_values(*study_, axes_[i]));
      const double u = count == 0.0 ? x[i] : (x[i] + 0.5) / count;
      for (const std::size_t f : study_->axes[axes_[i]]) point[f] = value_at(study_->factors[f], u);
    }
    return point;
  }

 private:
  const Study* study_;
  std::vector<std::size_t> axes_;
};

/// Runs points and keeps what they gave.
class Evaluator {
 public:
  Evaluator(const Study& study, RunStore& store, const SweepOptions& options, OptimiseResult& result)
      : study_(&study), store_(&store), options_(&options), result_(&result), list_(study) {
    list_.design = DesignKind::list;
    list_.precision.reset();
    list_.least_replications = list_.replications;
  }

  /// Nothing where it was interrupted.
  std::vector<Costs> run(std::size_t generation, const std::vector<Point>& points) {
    if (points.empty()) return {};
    list_.listed = points;
    const Plan plan(list_);
    const std::vector<std::size_t> todo =
        lacking(plan, asked_runs(plan, {}, store_->records()), store_->records());
    result_->started += todo.size();
    if (options_->begins && !todo.empty()) options_->begins(todo.size());
    if (do_runs(plan, todo, *store_, *options_) == SweepStatus::interrupted) {
      result_->status = SweepStatus::interrupted;
      return {};
    }
    std::vector<Costs> costs;
    for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
      result_->evaluated.push_back(look_at(plan, cell));
      result_->evaluated.back().generation = generation;
      costs.push_back(costs_of(result_->evaluated.back()));
    }
    return costs;
  }

 private:
  Evaluated look_at(const Plan& plan, std::size_t cell) const {
    Evaluated evaluated{.point = list_.listed[cell]};
    if (!plan.exclusion(cell).empty()) {
      evaluated.fate = Fate::excluded;
      return evaluated;
    }
    const auto runs = records_of(plan, cell, plan.replications(), store_->records());
    const std::size_t per_value = runs_per_value(*study_);
    const auto mean = [&](const std::string& metric) {
      const auto values = values_of(runs, MetricLookup(store_->records(), metric), per_value);
      if (values.size() < plan.replications() / per_value) evaluated.fate = Fate::failed;
      return mean_interval(values, confidence_of(*study_));
    };
    for (const Objective& objective : study_->objectives)
      evaluated.objectives.push_back(mean(objective.metric));
    for (const MetricLimit& limit : study_->limits) evaluated.limits.push_back(mean(limit.metric));
    if (evaluated.fate == Fate::fine && excess(evaluated) > 0.0) evaluated.fate = Fate::beyond_limits;
    return evaluated;
  }

  /// By how much limits are broken, in parts of themselves.
  double excess(const Evaluated& evaluated) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < study_->limits.size(); ++i) {
      const MetricLimit& limit = study_->limits[i];
      const double mean = evaluated.limits[i].mean;
      const double by = std::max({0.0, limit.min - mean, mean - limit.max});
      const double end = mean < limit.min ? limit.min : limit.max;
      if (by > 0.0) sum += by / std::max(std::abs(end), std::numeric_limits<double>::min());
    }
    return sum;
  }

  Costs costs_of(const Evaluated& evaluated) const {
    Costs costs;
    for (std::size_t i = 0; i < study_->objectives.size(); ++i) {
      const double sign = study_->objectives[i].goal == Goal::max ? -1.0 : 1.0;
      if (evaluated.fate == Fate::fine) {
        costs.push_back(sign * evaluated.objectives[i].mean);
      } else if (evaluated.fate == Fate::beyond_limits) {
        costs.push_back(std::min(beyond_limits_cost * (1.0 + excess(evaluated)), 0.5 * not_run_cost));
      } else {
        costs.push_back(not_run_cost);
      }
    }
    return costs;
  }

  const Study* study_;
  RunStore* store_;
  const SweepOptions* options_;
  OptimiseResult* result_;
  Study list_;
};

std::vector<std::size_t> best_places(const Study& study, const std::vector<Evaluated>& evaluated) {
  std::vector<std::size_t> places;
  std::vector<Costs> costs;
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    if (evaluated[i].fate != Fate::fine) continue;
    places.push_back(i);
    costs.emplace_back();
    for (std::size_t o = 0; o < study.objectives.size(); ++o) {
      const double sign = study.objectives[o].goal == Goal::max ? -1.0 : 1.0;
      costs.back().push_back(sign * evaluated[i].objectives[o].mean);
    }
  }
  std::vector<std::size_t> front;
  for (const std::size_t place : pareto_front(costs)) front.push_back(places[place]);
  return front;
}

std::string intervals(const std::vector<Interval>& list, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const bool there = i < list.size() && std::isfinite(list[i].mean);
    text += there ? fmt::format(",{}", list[i].mean) : ",";
    text += there && std::isfinite(list[i].half_width) ? fmt::format(",{}", list[i].half_width) : ",";
  }
  return text;
}

/// evaluations.csv: generation, factors, fate, means and half-widths of objectives and limits, on the front.
void write_evaluations(const std::string& path, const Study& study, const OptimiseResult& result) {
  std::string text = "generation";
  for (const Factor& factor : study.factors) text += "," + csv_field(factor.path);
  text += ",fate";
  for (const Objective& objective : study.objectives)
    text += fmt::format(",{0},{0}.half_width", objective.metric);
  for (const MetricLimit& limit : study.limits)
    text += fmt::format(",limit {0},limit {0}.half_width", limit.metric);
  text += ",best\n";
  for (std::size_t i = 0; i < result.evaluated.size(); ++i) {
    const Evaluated& one = result.evaluated[i];
    text += fmt::format("{}", one.generation);
    for (const Node& value : one.point) text += "," + csv_field(one_line(value));
    text += fmt::format(",{}", fate_word(one.fate)) + intervals(one.objectives, study.objectives.size()) +
            intervals(one.limits, study.limits.size()) +
            (std::ranges::find(result.front, i) != result.front.end() ? ",yes\n" : ",no\n");
  }
  campaign::write_file(path, text);
}

void search(const Study& study, Evaluator& evaluator) {
  const Variables variables(study);
  Evolution evolution = variables.space();
  const Design design(study);
  evolution.population.reserve(design.size());
  for (std::size_t i = 0; i < design.size(); ++i)
    evolution.population.push_back(variables.decision(design.unit_point(i)));
  evolve(evolution, [&](std::size_t generation, const std::vector<Decision>& decisions) {
    std::vector<Point> points;
    points.reserve(decisions.size());
    for (const Decision& decision : decisions) points.push_back(variables.point(decision));
    return evaluator.run(generation, points);
  });
}

}  // namespace

const char* fate_word(Evaluated::Fate fate) {
  switch (fate) {
    case Fate::fine:
      return "fine";
    case Fate::beyond_limits:
      return "beyond limits";
    case Fate::failed:
      return "failed";
    case Fate::excluded:
      break;
  }
  return "excluded";
}

OptimiseResult optimise(const Study& study, const SweepOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  check_directory(study, options);
  std::filesystem::create_directories(options.directory);
  RunStore store(options.directory, static_cast<std::size_t>(options.threads));
  check_directory(study, options);
  write_inputs(options.directory, study);
  const Plan first(study);
  Kept kept{.status = "running", .threads = options.threads};
  write_manifest(options.directory, first, kept);
  OptimiseResult result;
  Evaluator evaluator(study, store, options, result);
  search(study, evaluator);
  store.sync();
  const bool whole = result.status == SweepStatus::complete;
  result.front = best_places(study, result.evaluated);
  for (const Evaluated& one : result.evaluated) {
    const auto runs = static_cast<std::size_t>(study.replications);
    (one.fate == Fate::excluded ? kept.counts.excluded : kept.counts.runs) += runs;
    (one.fate == Fate::failed ? kept.counts.failed : kept.counts.done) +=
        one.fate == Fate::excluded ? 0 : runs;
  }
  kept.status = whole ? "complete" : "interrupted";
  kept.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  write_manifest(options.directory, first, kept);
  if (whole) write_evaluations(options.directory + "/evaluations.csv", study, result);
  return result;
}

}  // namespace lunafab::studies
