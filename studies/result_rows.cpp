#include "studies/result_rows.hpp"
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include "core/quantity.hpp"
#include "core/statistics.hpp"
#include "studies/factor_columns.hpp"

namespace lunafab::studies {
namespace {

constexpr double usual_confidence = 0.95;

/// The columns of metrics: those that the study names, or all that runs have, in order of appearance.
class MetricColumns {
 public:
  MetricColumns(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records)
      : records_(&records), names_(plan.study().metrics) {
    if (names_.empty()) gather(plan, runs);
    for (const auto& [hash, names] : records.names) {
      std::vector<std::ptrdiff_t>& places = places_[hash];
      for (const std::string& name : names_) {
        const auto found = std::ranges::find(names, name);
        places.push_back(found == names.end() ? -1 : found - names.begin());
      }
    }
  }
  const MetricNames& names() const { return names_; }

  /// Nothing where the run was not done, has no such metric, or one that is no number.
  std::optional<double> value(const RunRecord& record, std::size_t column) const {
    if (record.status != RunStatus::done) return std::nullopt;
    const std::ptrdiff_t place = places_.at(record.names)[column];
    if (place < 0) return std::nullopt;
    const double value = record.values.at(static_cast<std::size_t>(place));
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }

 private:
  void gather(const Plan& plan, const std::vector<std::size_t>& runs) {
    std::vector<std::uint64_t> seen;
    for (const std::size_t run : runs) {
      const auto record = records_->runs.find(plan.id(run));
      if (record == records_->runs.end() || record->second.status != RunStatus::done) continue;
      if (std::ranges::find(seen, record->second.names) != seen.end()) continue;
      seen.push_back(record->second.names);
      for (const std::string& name : records_->names.at(record->second.names)) {
        if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
      }
    }
  }

  const Records* records_;
  MetricNames names_;
  std::unordered_map<std::uint64_t, std::vector<std::ptrdiff_t>> places_;
};

const RunRecord* find(const Records& records, std::uint64_t id) {
  const auto found = records.runs.find(id);
  return found == records.runs.end() ? nullptr : &found->second;
}

const char* status_word(const RunRecord* record) {
  if (record == nullptr) return "missing";
  return record->status == RunStatus::done ? "done" : "failed";
}

/// Of the scenario, which has been read.
double confidence_of(const Study& study) {
  const Node* const node = study.base.find("confidence");
  return node == nullptr ? usual_confidence : parse_quantity(node->scalar, unit::number).value;
}

std::size_t stride_of(const Study& study) {
  const Node* const node = study.base.find("antithetic");
  return node != nullptr && node->scalar == "true" ? 2 : 1;
}

/// What both kinds of rows begin with: the named scenario, where the study has them, and the point.
std::vector<Column> first_columns(const Study& study) {
  std::vector<Column> columns{{.name = "point", .kind = Column::Kind::whole}};
  if (!study.variants.front().name.empty())
    columns.insert(columns.begin(), {.name = "scenario", .kind = Column::Kind::text});
  return columns;
}

std::vector<Cell> first_cells(const Study& study, const Place& place) {
  std::vector<Cell> row;
  const std::string& name = study.variants[place.variant].name;
  if (!name.empty()) row.emplace_back(name);
  row.emplace_back(static_cast<std::int64_t>(place.point + 1));
  return row;
}

/// The `p`-quantile of ascending values, linear between neighbours.
/// @source Hyndman and Fan, Amer. Statist. 50 (1996), type 7: what NumPy and R take unless told otherwise.
double quantile(const std::vector<double>& values, double p) {
  const double place = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<double> values_of(const std::vector<const RunRecord*>& replications, const MetricColumns& metrics,
                              std::size_t column) {
  std::vector<double> values;
  for (const RunRecord* const record : replications) {
    const auto value = record == nullptr ? std::nullopt : metrics.value(*record, column);
    if (value) values.push_back(*value);
  }
  return values;
}

/// The independent values of a metric at a point: of replications, or means of antithetic pairs.
std::vector<double> independent_values(const std::vector<const RunRecord*>& replications,
                                       const MetricColumns& metrics, std::size_t column, std::size_t stride) {
  std::vector<double> values;
  for (std::size_t first = 0; first + stride <= replications.size(); first += stride) {
    const auto at = replications.begin() + static_cast<std::ptrdiff_t>(first);
    const auto parts = values_of({at, at + static_cast<std::ptrdiff_t>(stride)}, metrics, column);
    if (parts.size() != stride) continue;
    double sum = 0.0;
    for (const double value : parts) sum += value;
    values.push_back(sum / static_cast<double>(stride));
  }
  return values;
}

enum class Spread : std::uint8_t { left_out, shown };

std::vector<Column> metric_columns(const std::string& name, Spread spread) {
  std::vector<Column> columns{{.name = name}};
  if (spread == Spread::left_out) return columns;
  columns.push_back({.name = name + ".n", .kind = Column::Kind::whole});
  for (const char* what : {".sd", ".half_width", ".p5", ".p50", ".p95"})
    columns.push_back({.name = name + what});
  return columns;
}

/// Cells for the columns of a metric beside its mean.
void add_spread(std::vector<double> values, double half_width, std::vector<Cell>& row) {
  row.emplace_back(static_cast<std::int64_t>(values.size()));
  Tally tally;
  for (const double value : values) tally.add(value);
  row.push_back(values.size() < 2 ? Cell{} : Cell{std::sqrt(tally.variance())});
  row.push_back(std::isfinite(half_width) ? Cell{half_width} : Cell{});
  std::ranges::sort(values);
  for (const double p : {0.05, 0.5, 0.95}) row.push_back(values.empty() ? Cell{} : Cell{quantile(values, p)});
}

/// How many replications ended in each way.
void add_counts(const std::vector<const RunRecord*>& replications, std::vector<Cell>& row) {
  for (const char* status : {"done", "failed", "missing"}) {
    row.emplace_back(static_cast<std::int64_t>(
        std::ranges::count(replications, std::string_view(status),
                           [](const RunRecord* record) { return std::string_view(status_word(record)); })));
  }
}

}  // namespace

Rows run_rows(const Plan& plan, std::vector<std::size_t> runs, const Records& records) {
  const auto factors = std::make_shared<FactorColumns>(plan);
  const auto metrics = std::make_shared<MetricColumns>(plan, runs, records);
  Rows rows{.columns = first_columns(plan.study()), .count = runs.size()};
  rows.columns.push_back({.name = "replication", .kind = Column::Kind::whole});
  rows.columns.push_back({.name = "seed", .kind = Column::Kind::whole});
  rows.columns.push_back({.name = "status", .kind = Column::Kind::text});
  rows.columns.push_back({.name = "error", .kind = Column::Kind::text});
  for (Column& column : factors->columns()) rows.columns.push_back(std::move(column));
  for (const std::string& name : metrics->names()) rows.columns.push_back({.name = name});
  rows.row = [&plan, &records, factors, metrics, runs = std::move(runs)](std::size_t i) {
    const Place place = plan.place(runs[i]);
    const RunRecord* const record = find(records, plan.id(runs[i]));
    std::vector<Cell> row = first_cells(plan.study(), place);
    row.emplace_back(static_cast<std::int64_t>(place.replication) + 1);
    row.emplace_back(static_cast<std::int64_t>(plan.study().seed));
    row.emplace_back(status_word(record));
    row.push_back(record == nullptr || record->error.empty() ? Cell{} : Cell{record->error});
    factors->add_cells(place, row);
    for (std::size_t column = 0; column < metrics->names().size(); ++column) {
      const auto value = record == nullptr ? std::nullopt : metrics->value(*record, column);
      row.push_back(value ? Cell{*value} : Cell{});
    }
    return row;
  };
  return rows;
}

Rows summary_rows(const Plan& plan, const Records& records) {
  std::vector<std::size_t> runs(plan.size());
  std::iota(runs.begin(), runs.end(), std::size_t{0});
  const auto factors = std::make_shared<FactorColumns>(plan);
  const auto metrics = std::make_shared<MetricColumns>(plan, runs, records);
  const Spread spread = plan.replications() > 1 ? Spread::shown : Spread::left_out;
  Rows rows{.columns = first_columns(plan.study()), .count = plan.cells()};
  for (const char* name : {"done", "failed", "missing"})
    rows.columns.push_back({.name = name, .kind = Column::Kind::whole});
  for (Column& column : factors->columns()) rows.columns.push_back(std::move(column));
  for (const std::string& name : metrics->names()) {
    for (Column& column : metric_columns(name, spread)) rows.columns.push_back(std::move(column));
  }
  rows.row = [&plan, &records, factors, metrics, spread, confidence = confidence_of(plan.study()),
              stride = stride_of(plan.study())](std::size_t cell) {
    std::vector<const RunRecord*> replications;
    const std::size_t first = cell * plan.replications();
    for (std::size_t run = first; run < first + plan.replications(); ++run)
      replications.push_back(find(records, plan.id(run)));
    std::vector<Cell> row = first_cells(plan.study(), plan.place(first));
    add_counts(replications, row);
    factors->add_cells(plan.place(first), row);
    for (std::size_t column = 0; column < metrics->names().size(); ++column) {
      const auto values = independent_values(replications, *metrics, column, stride);
      const Interval interval = mean_interval(values, confidence);
      row.push_back(values.empty() ? Cell{} : Cell{interval.mean});
      if (spread == Spread::shown)
        add_spread(values_of(replications, *metrics, column), interval.half_width, row);
    }
    return row;
  };
  return rows;
}

}  // namespace lunafab::studies
