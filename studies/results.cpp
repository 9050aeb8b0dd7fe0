#include "studies/results.hpp"
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include "core/quantity.hpp"
#include "studies/point_values.hpp"
#include "studies/stored_study.hpp"

namespace lunafab::studies {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What the factor is at a point; `set` by the point, or the scenario's own.
Node actual(const Study& study, std::size_t factor, const Node& set) {
  if (set.kind != Node::Kind::null) return set;
  const Node* own = node_at(study.base, study.factors[factor].path);
  return own != nullptr ? *own : Node{};
}

/// Turns quantities of one dimension, that of the first, into numbers of the first's unit.
class Measure {
 public:
  std::optional<double> read(const Node& node) {
    if (node.kind != Node::Kind::scalar) return std::nullopt;
    if (!dimension_ && !find_dimension(node.scalar)) return std::nullopt;
    const ParsedQuantity parsed = parse_quantity(node.scalar, *dimension_);
    if (!parsed.problem.empty()) return std::nullopt;
    return parsed.value / scale_;
  }
  const std::string& unit() const { return unit_; }

 private:
  bool find_dimension(const std::string& text) {
    for (const Unit& dimension : unit::all) {
      if (!parse_quantity(text, dimension).problem.empty()) continue;
      dimension_ = dimension;
      const std::size_t space = text.find(' ');
      if (space != std::string::npos) unit_ = text.substr(text.find_first_not_of(' ', space));
      if (!unit_.empty()) scale_ = parse_quantity("1 " + unit_, dimension).value;
      return true;
    }
    return false;
  }
  std::optional<Unit> dimension_;
  std::string unit_;
  double scale_ = 1.0;
};

}  // namespace

Results load_results(const std::string& directory) {
  Results results;
  results.study = std::make_unique<const Study>(stored_study(directory, manifest_of(directory)));
  results.plan = std::make_unique<const Plan>(*results.study);
  results.records = read_records(directory);
  return results;
}

MetricNames metric_names(const Results& results) {
  MetricNames names;
  std::vector<std::uint64_t> seen;
  for (std::size_t run = 0; run < results.plan->size(); ++run) {
    const auto record = results.records.runs.find(results.plan->id(run));
    if (record == results.records.runs.end() || record->second.status != RunStatus::done) continue;
    if (std::ranges::find(seen, record->second.names) != seen.end()) continue;
    seen.push_back(record->second.names);
    for (const std::string& name : results.records.names.at(record->second.names))
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

Responses responses(const Results& results, std::size_t variant, const std::string& metric) {
  const Plan& plan = *results.plan;
  const MetricLookup lookup(results.records, metric);
  const auto value = [&](const RunRecord* record) {
    return record == nullptr || record->status != RunStatus::done ? nan : lookup.of(*record).value_or(nan);
  };
  const std::size_t stride = runs_per_value(plan.study());
  Responses list(plan.design().size());
  for (std::size_t p = 0; p < list.size(); ++p) {
    const std::size_t cell = variant * list.size() + p;
    if (!plan.exclusion(cell).empty()) continue;
    const std::size_t count = replications_asked(plan, cell, results.records);
    const std::vector<const RunRecord*> runs = records_of(plan, cell, count, results.records);
    for (std::size_t r = 0; r + stride <= count; r += stride) {
      double sum = 0.0;
      for (std::size_t i = 0; i < stride; ++i) sum += value(runs[r + i]);
      list[p].push_back(sum / static_cast<double>(stride));
    }
  }
  return list;
}

std::optional<Amounts> factor_amounts(const Results& results, std::size_t factor) {
  Measure measure;
  Amounts amounts;
  for (std::size_t p = 0; p < results.plan->design().size(); ++p) {
    const auto value = measure.read(actual(*results.study, factor, results.plan->design().point(p)[factor]));
    if (!value) return std::nullopt;
    amounts.values.push_back(*value);
  }
  amounts.unit = measure.unit();
  return amounts;
}

std::string factor_text(const Results& results, std::size_t factor, std::size_t point) {
  return one_line(actual(*results.study, factor, results.plan->design().point(point)[factor]));
}

}  // namespace lunafab::studies
