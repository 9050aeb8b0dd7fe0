#include "studies/result_rows.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include "core/statistics.hpp"
#include "studies/factor_columns.hpp"
#include "studies/feasibility.hpp"
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

const RunRecord* find(const Records& records, std::uint64_t id) {
  const auto found = records.runs.find(id);
  return found == records.runs.end() ? nullptr : &found->second;
}

/// Those that the study names, or all that runs have, in order of appearance.
MetricNames metric_names(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records) {
  MetricNames names = plan.study().metrics;
  if (!names.empty()) return names;
  std::vector<std::uint64_t> seen;
  for (const std::size_t run : runs) {
    const RunRecord* const record = find(records, plan.id(run));
    if (record == nullptr || record->status != RunStatus::done) continue;
    if (std::ranges::find(seen, record->names) != seen.end()) continue;
    seen.push_back(record->names);
    for (const std::string& name : records.names.at(record->names)) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::vector<MetricLookup> lookups(const MetricNames& names, const Records& records) {
  std::vector<MetricLookup> list;
  for (const std::string& name : names) list.emplace_back(records, name);
  return list;
}

const char* status_word(const RunRecord* record) {
  if (record == nullptr) return "missing";
  if (record->status == RunStatus::timed_out) return "timed_out";
  return record->status == RunStatus::done ? "done" : "failed";
}

/// The seed of a run: the study's, unless its named scenario sets one. Points that do have it as a factor.
std::string seed_of(const Study& study, const Place& place) {
  for (const Setting& setting : study.variants[place.variant].settings) {
    if (setting.path == "seed") return one_line(setting.value);
  }
  return fmt::format("{}", study.seed);
}

bool varies_seed(const Study& study) {
  return std::ranges::any_of(study.factors, [](const Factor& factor) { return factor.path == "seed"; });
}

void add(std::vector<Column>& columns, std::vector<Column> more) {
  std::ranges::move(more, std::back_inserter(columns));
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

enum class Spread : std::uint8_t { left_out, shown };

Spread spread_of(const Plan& plan) {
  return plan.replications() > 1 ? Spread::shown : Spread::left_out;
}

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

/// done, failed, missing and, where points may be excluded, excluded.
void add_counts(const Study& study, const std::vector<const RunRecord*>& runs, bool excluded,
                std::vector<Cell>& row) {
  std::int64_t done = 0, failed = 0, missing = 0;
  for (const RunRecord* const record : runs)
    ++(record == nullptr ? missing : record->status == RunStatus::done ? done : failed);
  row.insert(row.end(), {Cell{done}, Cell{failed}, Cell{excluded ? std::int64_t{0} : missing}});
  if (!study.require.empty()) row.emplace_back(excluded ? missing : std::int64_t{0});
}

std::vector<Column> summary_columns(const Plan& plan, const FactorColumns& factors,
                                    const MetricNames& names) {
  const Study& study = plan.study();
  std::vector<Column> columns = first_columns(study);
  for (const char* name : {"done", "failed", "missing"})
    columns.push_back({.name = name, .kind = Column::Kind::whole});
  if (!study.require.empty()) columns.push_back({.name = "excluded", .kind = Column::Kind::whole});
  add(columns, factors.columns());
  if (!study.limits.empty()) {
    for (const char* name : {"feasible", "limits"})
      columns.push_back({.name = name, .kind = Column::Kind::text});
  }
  for (const std::string& name : names) add(columns, metric_columns(name, spread_of(plan)));
  return columns;
}

Cell text_or_nothing(std::string text) {
  return text.empty() ? Cell{} : Cell{std::move(text)};
}

/// Makes the rows of run_rows.
struct RunRow {
  const Plan* plan;
  const Records* records;
  std::vector<std::size_t> runs;
  FactorColumns factors;
  std::vector<MetricLookup> metrics;
  bool own_seed;

  std::vector<Cell> operator()(std::size_t i) const {
    const Place place = plan->place(runs[i]);
    const std::string& exclusion = plan->exclusion(plan->cell_of(runs[i]));
    const RunRecord* const record = exclusion.empty() ? find(*records, plan->id(runs[i])) : nullptr;
    std::vector<Cell> row = first_cells(plan->study(), place);
    row.emplace_back(static_cast<std::int64_t>(place.replication) + 1);
    if (own_seed) row.emplace_back(seed_of(plan->study(), place));
    row.emplace_back(exclusion.empty() ? status_word(record) : "excluded");
    row.push_back(text_or_nothing(record == nullptr ? exclusion : record->error));
    factors.add_cells(place, row);
    for (const MetricLookup& metric : metrics) {
      const auto value = record == nullptr ? std::nullopt : metric.of(*record);
      row.push_back(value ? Cell{*value} : Cell{});
    }
    return row;
  }
};

/// Makes the rows of summary_rows.
struct SummaryRow {
  const Plan* plan;
  const Records* records;
  FactorColumns factors;
  std::vector<MetricLookup> metrics;
  LimitJudge limits;
  double confidence;
  std::size_t runs_to_value;

  std::vector<Cell> operator()(std::size_t cell) const {
    const Study& study = plan->study();
    const bool excluded = !plan->exclusion(cell).empty();
    const std::size_t asked = replications_asked(*plan, cell, *records);
    const std::vector<const RunRecord*> runs =
        excluded ? std::vector<const RunRecord*>(asked) : records_of(*plan, cell, asked, *records);
    const Place place = plan->place(cell * plan->replications());
    std::vector<Cell> row = first_cells(study, place);
    add_counts(study, runs, excluded, row);
    factors.add_cells(place, row);
    if (!study.limits.empty()) {
      const Feasibility verdict = limits.judge(runs);
      row.push_back(text_or_nothing(word(verdict.kind)));
      row.push_back(excluded ? Cell{} : text_or_nothing(verdict.limits));
    }
    for (const MetricLookup& metric : metrics) {
      const std::vector<double> values = values_of(runs, metric, runs_to_value);
      const Interval interval = mean_interval(values, confidence);
      row.push_back(values.empty() ? Cell{} : Cell{interval.mean});
      if (spread_of(*plan) == Spread::shown) add_spread(values_of(runs, metric, 1), interval.half_width, row);
    }
    return row;
  }
};

}  // namespace

Rows run_rows(const Plan& plan, std::vector<std::size_t> runs, const Records& records) {
  const FactorColumns factors(plan);
  const MetricNames names = metric_names(plan, runs, records);
  const bool own_seed = !varies_seed(plan.study());
  Rows rows{.columns = first_columns(plan.study()), .count = runs.size()};
  rows.columns.push_back({.name = "replication", .kind = Column::Kind::whole});
  if (own_seed) rows.columns.push_back({.name = "seed", .kind = Column::Kind::whole});
  for (const char* name : {"status", "error"})
    rows.columns.push_back({.name = name, .kind = Column::Kind::text});
  add(rows.columns, factors.columns());
  for (const std::string& name : names) rows.columns.push_back({.name = name});
  rows.row = RunRow{&plan, &records, std::move(runs), factors, lookups(names, records), own_seed};
  return rows;
}

Rows summary_rows(const Plan& plan, const Records& records) {
  const FactorColumns factors(plan);
  const MetricNames names = metric_names(plan, asked_runs(plan, {}, records), records);
  Rows rows{.columns = summary_columns(plan, factors, names), .count = plan.cells()};
  const Study& study = plan.study();
  rows.row = SummaryRow{.plan = &plan,
                        .records = &records,
                        .factors = factors,
                        .metrics = lookups(names, records),
                        .limits = LimitJudge(study, records),
                        .confidence = confidence_of(study),
                        .runs_to_value = runs_per_value(study)};
  return rows;
}

}  // namespace lunafab::studies
