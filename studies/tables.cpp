#include "studies/tables.hpp"
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include "core/csv.hpp"
#include "core/csv_field.hpp"
#include "core/quantity.hpp"
#include "core/statistics.hpp"
#include "studies/feasibility.hpp"
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

/// A file written row by row under a temporary name, and renamed when it is whole.
class RowFile {
 public:
  explicit RowFile(std::string path)
      : path_(std::move(path)), file_(std::fopen((path_ + ".tmp").c_str(), "wb")) {
    check(file_ != nullptr);
  }
  ~RowFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  void add(const std::string& row) { check(std::fwrite(row.data(), 1, row.size(), file_) == row.size()); }
  void finish() {
    check(std::fflush(file_) == 0 && fsync(fileno(file_)) == 0);
    check(std::fclose(std::exchange(file_, nullptr)) == 0);
    std::filesystem::rename(path_ + ".tmp", path_);
  }

 private:
  void check(bool good) const {
    if (!good) throw std::runtime_error("cannot write " + path_);
  }
  std::string path_;
  std::FILE* file_;
};

struct NumberAndUnit {
  std::string number, unit;
};

/// `2.4 km/s` taken apart; nothing for other values.
std::optional<NumberAndUnit> taken_apart(const Node& value) {
  if (value.kind != Node::Kind::scalar) return std::nullopt;
  const std::size_t space = std::min(value.scalar.find(' '), value.scalar.size());
  NumberAndUnit parts{value.scalar.substr(0, space),
                      std::string(without_spaces(std::string_view(value.scalar).substr(space)))};
  if (!decimal_number(parts.number)) return std::nullopt;
  return parts;
}

const Node* node_at(const Node& root, const std::string& path) {
  const Node* node = &root;
  for (std::size_t from = 0; node != nullptr && from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    node = node->find(std::string_view(path).substr(from, dot - from));
    from = dot + 1;
  }
  return node;
}

/// The columns of factors: how their values are shown.
class FactorColumns {
 public:
  explicit FactorColumns(const Plan& plan) : plan_(&plan) {
    for (const Factor& factor : plan.study().factors) units_.push_back(shared_unit(factor));
  }

  std::string header() const {
    std::string text;
    for (std::size_t f = 0; f < units_.size(); ++f) {
      const bool shown = units_[f] && !units_[f]->empty();
      const std::string& path = plan_->study().factors[f].path;
      text += "," + csv_field(shown ? fmt::format("{} [{}]", path, *units_[f]) : path);
    }
    return text;
  }

  std::string cells(const Place& place) const {
    std::string text;
    const Point point = plan_->design().point(place.point);
    for (std::size_t f = 0; f < point.size(); ++f) {
      const Node value = actual(point[f], f);
      const auto parts = taken_apart(value);
      text += "," + csv_field(units_[f] && parts ? parts->number : one_line(value));
    }
    return text;
  }

 private:
  /// The value itself, or the scenario's own in its place.
  Node actual(const Node& value, std::size_t f) const {
    if (value.kind != Node::Kind::null) return value;
    const Node* own = node_at(plan_->study().base, plan_->study().factors[f].path);
    return own == nullptr ? Node{} : *own;
  }

  std::optional<std::string> shared_unit(const Factor& factor) const {
    const Study& study = plan_->study();
    const auto f = static_cast<std::size_t>(&factor - study.factors.data());
    if (factor.kind != Factor::Kind::levels && study.design != DesignKind::one_at_a_time) return factor.unit;
    std::vector<Node> values = factor.levels;
    if (factor.kind != Factor::Kind::levels) values.push_back(level(factor, 0));
    for (const std::vector<Node>& point : study.listed) values.push_back(point[f]);
    if (study.design == DesignKind::one_at_a_time) values.push_back(actual({}, f));
    std::optional<std::string> unit;
    for (const Node& value : values) {
      const auto parts = taken_apart(value);
      if (!parts || (unit && *unit != parts->unit)) return std::nullopt;
      unit = parts->unit;
    }
    return unit;
  }

  const Plan* plan_;
  std::vector<std::optional<std::string>> units_;  ///< that all values share; nothing: they are shown whole
};

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

  /// Of a run that was done; nothing where it has no such metric, or one that is no number.
  std::optional<double> value(const RunRecord& record, std::size_t column) const {
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
  if (record->status == RunStatus::timed_out) return "timed_out";
  return record->status == RunStatus::done ? "done" : "failed";
}

/// `today,` where the study names its scenarios.
std::string variant_cell(const Study& study, std::size_t variant) {
  const std::string& name = study.variants[variant].name;
  return name.empty() ? "" : csv_field(name) + ",";
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

/// The metrics of a run, empty where it was not done.
std::string metric_cells(const MetricColumns& metrics, const RunRecord* record) {
  std::string cells;
  for (std::size_t column = 0; column < metrics.names().size(); ++column) {
    const bool done = record != nullptr && record->status == RunStatus::done;
    const auto value = done ? metrics.value(*record, column) : std::nullopt;
    cells += value ? fmt::format(",{}", *value) : ",";
  }
  return cells;
}

std::string summary_header(const Study& study, const std::string& factors, const MetricNames& metrics) {
  std::string header = study.variants.front().name.empty() ? "" : "scenario,";
  header += "point,done,failed,missing";
  if (!study.require.empty()) header += ",excluded";
  header += factors;
  if (!study.limits.empty()) header += ",feasible,limits";
  for (const std::string& name : metrics)
    header += fmt::format(",{},{}", csv_field(name), csv_field(name + ".half_width"));
  return header;
}

/// done, failed, missing and, where points may be excluded, excluded.
std::string count_cells(const Study& study, const std::vector<const RunRecord*>& runs, bool excluded) {
  Counts counts;
  for (const RunRecord* record : runs) {
    ++(excluded                            ? counts.excluded
       : record == nullptr                 ? counts.missing
       : record->status == RunStatus::done ? counts.done
                                           : counts.failed);
  }
  const std::string words = fmt::format("{},{},{}", counts.done, counts.failed, counts.missing);
  return study.require.empty() ? words : fmt::format("{},{}", words, counts.excluded);
}

}  // namespace

Counts count(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records) {
  Counts counts{.runs = runs.size()};
  for (const std::size_t run : runs) {
    if (!plan.exclusion(plan.cell_of(run)).empty()) {
      ++counts.excluded;
      continue;
    }
    const RunRecord* const record = find(records, plan.id(run));
    ++(record == nullptr ? counts.missing : record->status == RunStatus::done ? counts.done : counts.failed);
  }
  return counts;
}

void write_runs_csv(const std::string& path, const Plan& plan, const std::vector<std::size_t>& runs,
                    const Records& records) {
  const Study& study = plan.study();
  const FactorColumns factors(plan);
  const MetricColumns metrics(plan, runs, records);
  const bool own_seed = !varies_seed(study);
  RowFile file(path);
  std::string header = std::string(study.variants.front().name.empty() ? "" : "scenario,") +
                       "point,replication" + (own_seed ? ",seed" : "") + ",status,error" + factors.header();
  for (const std::string& name : metrics.names()) header += "," + csv_field(name);
  file.add(header + "\n");
  for (const std::size_t run : runs) {
    const Place place = plan.place(run);
    const std::string& exclusion = plan.exclusion(plan.cell_of(run));
    const RunRecord* const record = exclusion.empty() ? find(records, plan.id(run)) : nullptr;
    const std::string row = fmt::format(
        "{}{},{}{},{},{}{}", variant_cell(study, place.variant), place.point + 1, place.replication + 1,
        own_seed ? "," + seed_of(study, place) : "", exclusion.empty() ? status_word(record) : "excluded",
        csv_field(record == nullptr ? exclusion : record->error), factors.cells(place));
    file.add(row + metric_cells(metrics, record) + "\n");
  }
  file.finish();
}

void write_summary_csv(const std::string& path, const Plan& plan, const Records& records) {
  const Study& study = plan.study();
  const FactorColumns factors(plan);
  const MetricNames names = MetricColumns(plan, asked_runs(plan, {}, records), records).names();
  std::vector<MetricLookup> metrics;
  for (const std::string& name : names) metrics.emplace_back(records, name);
  const LimitJudge limits(study, records);
  const double confidence = confidence_of(study);
  const std::size_t per_value = runs_per_value(study);
  RowFile file(path);
  file.add(summary_header(study, factors.header(), names) + "\n");
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    const bool excluded = !plan.exclusion(cell).empty();
    const std::size_t asked = replications_asked(plan, cell, records);
    const std::vector<const RunRecord*> runs =
        excluded ? std::vector<const RunRecord*>(asked) : records_of(plan, cell, asked, records);
    const Place place = plan.place(cell * plan.replications());
    std::string row = fmt::format("{}{},{}{}", variant_cell(study, place.variant), place.point + 1,
                                  count_cells(study, runs, excluded), factors.cells(place));
    if (!study.limits.empty()) {
      const Feasibility verdict = limits.judge(runs);
      row += fmt::format(",{},{}", word(verdict.kind), csv_field(excluded ? "" : verdict.limits));
    }
    for (const MetricLookup& metric : metrics) {
      const std::vector<double> values = values_of(runs, metric, per_value);
      const Interval interval = mean_interval(values, confidence);
      const bool any = !values.empty();
      row += any ? fmt::format(",{}", interval.mean) : ",";
      row += any && std::isfinite(interval.half_width) ? fmt::format(",{}", interval.half_width) : ",";
    }
    file.add(row + "\n");
  }
  file.finish();
}

}  // namespace lunafab::studies
