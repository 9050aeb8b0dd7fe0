#include "studies/rank.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include "campaign/results.hpp"
#include "core/csv_field.hpp"
#include "studies/point_values.hpp"
#include "studies/ranking.hpp"

namespace lunafab::studies {
namespace {

using Fate = Ranked::Fate;

/// The study with as many replications a point as may be needed.
Study with_most(Study study) {
  study.precision.reset();
  study.replications =
      static_cast<std::int64_t>(study.rank->most) * static_cast<std::int64_t>(runs_per_value(study));
  study.least_replications = study.replications;
  return study;
}

/// A search that stops where it is when it is interrupted.
struct Interrupted {};

/// Candidates with the values of their objective, higher is better.
class Field {
 public:
  Field(const Study& study, const Plan& plan, RunStore& store, const SweepOptions& options,
        RankResult& result)
      : study_(&study),
        plan_(&plan),
        store_(&store),
        options_(&options),
        result_(&result),
        per_value_(runs_per_value(study)),
        sign_(study.objectives.front().goal == Goal::max ? 1.0 : -1.0),
        values_(plan.cells()),
        fates_(plan.cells(), Fate::left) {}

  std::vector<std::size_t> left() const {
    std::vector<std::size_t> cells;
    for (std::size_t cell = 0; cell < fates_.size(); ++cell)
      if (fates_[cell] == Fate::left) cells.push_back(cell);
    return cells;
  }
  const std::vector<double>& values(std::size_t cell) const { return values_[cell]; }
  void settle(std::size_t cell, Fate fate) { fates_[cell] = fate; }

  /// Runs what the cells lack, `counts[i]` values of `cells[i]`.
  void run(const std::vector<std::size_t>& cells, const std::vector<std::size_t>& counts) {
    std::vector<std::size_t> runs;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      for (std::size_t r = 0; r < counts[i] * per_value_; ++r)
        runs.push_back(cells[i] * plan_->replications() + r);
    }
    const std::vector<std::size_t> todo = lacking(*plan_, runs, store_->records());
    result_->started += todo.size();
    if (options_->begins && !todo.empty()) options_->begins(todo.size());
    if (do_runs(*plan_, todo, *store_, *options_) == SweepStatus::interrupted) throw Interrupted{};
    lookup_.emplace(store_->records(), study_->objectives.front().metric);  // runs may have brought new names
  }

  /// Takes in values up to `count`; false where a run failed.
  bool take(std::size_t cell, std::size_t count) {
    while (values_[cell].size() < count) {
      const auto value = read(cell, values_[cell].size(), *lookup_);
      if (!value) return false;
      values_[cell].push_back(sign_ * *value);
    }
    return true;
  }
  void take_or_throw(std::size_t cell, std::size_t count) {
    if (take(cell, count)) return;
    throw std::runtime_error(fmt::format("a run of {} failed, or gave no {}; its first ones did not",
                                         describe(*study_, candidate(cell)),
                                         study_->objectives.front().metric));
  }

  bool within_limits(std::size_t cell, std::size_t count) const {
    for (const MetricLimit& limit : study_->limits) {
      const MetricLookup lookup(store_->records(), limit.metric);
      Tally tally;
      for (std::size_t i = 0; i < count; ++i)
        if (const auto value = read(cell, i, lookup)) tally.add(*value);
      if (tally.count == 0 || tally.mean < limit.min || tally.mean > limit.max) return false;
    }
    return true;
  }

  Candidate candidate(std::size_t cell) const {
    return {cell / plan_->design().size(), cell % plan_->design().size()};
  }

  void report() {
    const double confidence = confidence_of(*study_);
    for (std::size_t cell = 0; cell < values_.size(); ++cell) {
      Interval mean = mean_interval(values_[cell], confidence);
      mean.mean *= sign_;
      result_->runs += values_[cell].size() * per_value_;
      result_->candidates.push_back({candidate(cell), fates_[cell], values_[cell].size(), mean});
    }
    std::ranges::stable_sort(result_->candidates, [&](const Ranked& a, const Ranked& b) {
      if (a.fate != b.fate) return a.fate < b.fate;
      return sign_ * a.mean.mean > sign_ * b.mean.mean;
    });
  }

 private:
  /// Value `i` of a candidate; nothing where a run of it failed.
  std::optional<double> read(std::size_t cell, std::size_t i, const MetricLookup& lookup) const {
    double sum = 0.0;
    for (std::size_t r = i * per_value_; r < (i + 1) * per_value_; ++r) {
      const auto found = store_->records().runs.find(plan_->id(cell * plan_->replications() + r));
      if (found == store_->records().runs.end() || found->second.status != RunStatus::done)
        return std::nullopt;
      const auto value = lookup.of(found->second);
      if (!value) return std::nullopt;
      sum += *value;
    }
    return sum / static_cast<double>(per_value_);
  }

  const Study* study_;
  const Plan* plan_;
  RunStore* store_;
  const SweepOptions* options_;
  RankResult* result_;
  std::optional<MetricLookup> lookup_;
  std::size_t per_value_;
  double sign_;
  Responses values_;
  std::vector<Fate> fates_;
};

/// Runs the first values of every candidate and drops those that cannot be compared.
void first_stage(const Study& study, const Plan& plan, Field& field) {
  for (std::size_t cell = 0; cell < plan.cells(); ++cell)
    if (!plan.exclusion(cell).empty()) field.settle(cell, Fate::excluded);
  const std::size_t first = study.rank->first;
  const std::vector<std::size_t> cells = field.left();
  field.run(cells, std::vector<std::size_t>(cells.size(), first));
  for (const std::size_t cell : cells) {
    if (!field.take(cell, first)) {
      field.settle(cell, Fate::failed);
    } else if (!field.within_limits(cell, first)) {
      field.settle(cell, Fate::beyond_limits);
    }
  }
  if (field.left().empty()) throw std::runtime_error("no point is left to be ranked");
}

void kim_nelson(const Study& study, Field& field) {
  const RankSettings& settings = *study.rank;
  const std::vector<std::size_t> cells = field.left();
  Responses first;
  for (const std::size_t cell : cells) first.push_back(field.values(cell));
  KimNelson procedure(first, confidence_of(study), settings.indifference);
  std::size_t there = settings.first;
  const auto left_cells = [&] {
    std::vector<std::size_t> list;
    for (const std::size_t i : procedure.left()) list.push_back(cells[i]);
    return list;
  };
  const auto drop_others = [&] {
    const std::vector<std::size_t> still = left_cells();
    for (const std::size_t cell : field.left())
      if (std::ranges::find(still, cell) == still.end()) field.settle(cell, Fate::out);
  };
  drop_others();
  while (!procedure.done() && procedure.taken() < settings.most) {
    if (procedure.taken() == there) {
      // In blocks: enough to keep all threads busy, whatever their number.
      there = std::min(there + settings.first, settings.most);
      const std::vector<std::size_t> list = left_cells();
      field.run(list, std::vector<std::size_t>(list.size(), there));
    }
    std::vector<double> next;
    const std::size_t count = procedure.taken() + 1;
    for (const std::size_t cell : left_cells()) {
      field.take_or_throw(cell, count);
      next.push_back(field.values(cell).back());
    }
    procedure.add(next);
    drop_others();
  }
  if (procedure.done()) field.settle(cells[procedure.left().front()], Fate::best);
}

/// What optimal budget allocation knows of the cells.
struct Moments {
  std::vector<double> means, variances;
  std::vector<std::size_t> taken;
};
Moments moments(const Field& field, const std::vector<std::size_t>& cells) {
  Moments result;
  for (const std::size_t cell : cells) {
    Tally tally;
    for (const double value : field.values(cell)) tally.add(value);
    result.means.push_back(tally.mean), result.variances.push_back(tally.variance());
    result.taken.push_back(field.values(cell).size());
  }
  return result;
}

/// Values that each cell is to have next, none above the most allowed.
std::vector<std::size_t> next_counts(const Moments& now, std::size_t most) {
  constexpr std::size_t least_round = 10;
  std::vector<std::size_t> counts =
      ocba_allocation(now.means, now.variances, now.taken, std::max(least_round, now.means.size()));
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = std::max(now.taken[i], std::min(counts[i] + now.taken[i], most));
  return counts;
}

void settle_all(Field& field, const std::vector<std::size_t>& cells, const Moments& now) {
  const auto best = std::ranges::max_element(now.means) - now.means.begin();
  for (const std::size_t cell : cells) field.settle(cell, Fate::out);
  field.settle(cells[static_cast<std::size_t>(best)], Fate::best);
}

/// The probability that the best is the best, when that or the values allowed are enough.
double allocate(const Study& study, Field& field) {
  const std::vector<std::size_t> cells = field.left();
  while (true) {
    const Moments now = moments(field, cells);
    const double probability = probably_best(now.means, now.variances, now.taken);
    const bool sure = probability >= confidence_of(study);
    if (sure) settle_all(field, cells, now);
    const std::vector<std::size_t> counts = next_counts(now, study.rank->most);
    if (sure || counts == now.taken) return probability;
    field.run(cells, counts);
    for (std::size_t i = 0; i < cells.size(); ++i) field.take_or_throw(cells[i], counts[i]);
  }
}

const char* word(Fate fate) {
  switch (fate) {
    case Fate::best:
      return "best";
    case Fate::left:
      return "undecided";
    case Fate::out:
      return "out";
    case Fate::beyond_limits:
      return "beyond limits";
    case Fate::failed:
      return "failed";
    case Fate::excluded:
      break;
  }
  return "excluded";
}

}  // namespace

RankResult rank(const Study& study, const SweepOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  check_directory(study, options);
  const Study most = with_most(study);
  const Plan plan(most);
  std::filesystem::create_directories(options.directory);
  RunStore store(options.directory, static_cast<std::size_t>(options.threads));
  check_directory(study, options);
  write_inputs(options.directory, study);
  Kept kept{.status = "running", .threads = options.threads};
  write_manifest(options.directory, plan, kept);
  RankResult result;
  Field field(most, plan, store, options, result);
  try {
    first_stage(most, plan, field);
    if (most.rank->method == RankSettings::Method::kn) {
      kim_nelson(most, field);
    } else {
      result.probability = allocate(most, field);
    }
  } catch (const Interrupted&) {
    result.status = SweepStatus::interrupted;
  }
  store.sync();
  field.report();
  const bool whole = result.status == SweepStatus::complete;
  kept.status = whole ? "complete" : "interrupted";
  kept.counts = {.runs = result.runs, .done = result.runs};
  kept.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  write_manifest(options.directory, plan, kept);
  if (whole) write_selection_csv(options.directory + "/selection.csv", study, result);
  return result;
}

const char* fate_word(const Ranked& ranked) {
  return word(ranked.fate);
}

void write_selection_csv(const std::string& path, const Study& study, const RankResult& result) {
  const Design design(study);
  std::string text = "scenario,point";
  for (const Factor& factor : study.factors) text += "," + csv_field(factor.path);
  text += ",fate,values,mean,half_width\n";
  for (const Ranked& ranked : result.candidates) {
    text += fmt::format("{},{}", csv_field(study.variants[ranked.candidate.variant].name),
                        ranked.candidate.point + 1);
    for (const Node& value : design.point(ranked.candidate.point)) text += "," + csv_field(one_line(value));
    text += fmt::format(",{},{}", word(ranked.fate), ranked.values);
    text += ranked.values > 0 ? fmt::format(",{}", ranked.mean.mean) : ",";
    text += std::isfinite(ranked.mean.half_width) ? fmt::format(",{}\n", ranked.mean.half_width) : ",\n";
  }
  campaign::write_file(path, text);
}

}  // namespace lunafab::studies
