#include "studies/point_values.hpp"
#include <algorithm>
#include <cmath>
#include "core/quantity.hpp"
#include "core/statistics.hpp"

namespace lunafab::studies {
namespace {

constexpr double usual_confidence = 0.95;
/// Of the further replications that the spread so far suggests, so that few are run in vain.
constexpr double share_at_once = 0.7;

const RunRecord* find(const Plan& plan, std::size_t cell, std::size_t replication, const Records& records) {
  const auto found = records.runs.find(plan.id(cell * plan.replications() + replication));
  return found == records.runs.end() ? nullptr : &found->second;
}

/// A metric's interval as replications of a point are taken in, in order.
struct Watch {
  MetricLookup metric;
  Tally tally;
};

std::vector<Watch> watches(const Plan& plan, const Records& records) {
  std::vector<Watch> list;
  for (const std::string& name : plan.study().precision->metrics)
    list.push_back({MetricLookup(records, name), {}});
  return list;
}

/// Takes one value in: a run, or a pair of them; false where one of its runs has no record yet.
bool take_in(std::vector<Watch>& list, const Plan& plan, std::size_t cell, std::size_t first,
             const Records& records) {
  const std::size_t runs = runs_per_value(plan.study());
  std::vector<const RunRecord*> members;
  for (std::size_t r = first; r < first + runs; ++r) {
    members.push_back(find(plan, cell, r, records));
    if (members.back() == nullptr) return false;
  }
  for (Watch& watch : list) {
    double sum = 0.0;
    const bool all = std::ranges::all_of(members, [&](const RunRecord* record) {
      const auto value = watch.metric.of(*record);
      sum += value.value_or(0.0);
      return value.has_value();
    });
    if (all) watch.tally.add(sum / static_cast<double>(runs));
  }
  return true;
}

/// The half-width that a mean is to have; nothing where there are no values, which more runs would not help.
std::optional<double> wanted(const PrecisionGoal& goal, const Tally& tally) {
  if (tally.count == 0) return std::nullopt;
  return goal.kind == PrecisionGoal::Kind::relative ? goal.half_width * std::abs(tally.mean)
                                                    : goal.half_width;
}

bool narrow(const Study& study, const std::vector<Watch>& list) {
  return std::ranges::all_of(list, [&](const Watch& watch) {
    const auto width = wanted(*study.precision, watch.tally);
    return !width || mean_interval(watch.tally, confidence_of(study)).half_width <= *width;
  });
}

struct Progress {
  std::size_t asked = 0;
  std::vector<Watch> watches;  ///< after the runs asked for that have a record
  enum class State : std::uint8_t { waiting, decided } state = State::waiting;
};

/// Takes the replications of a point in, up to the first number at which all is narrow.
Progress follow(const Plan& plan, std::size_t cell, const Records& records) {
  const Study& study = plan.study();
  const std::size_t step = runs_per_value(study);
  const auto least = static_cast<std::size_t>(study.least_replications);
  Progress progress{.asked = least, .watches = watches(plan, records)};
  for (std::size_t taken = 0; taken + step <= plan.replications();) {
    if (!take_in(progress.watches, plan, cell, taken, records)) {
      progress.asked = std::max(least, taken + step);
      return progress;
    }
    taken += step;
    progress.asked = std::max(least, taken);
    if (taken >= least && narrow(study, progress.watches)) break;
  }
  progress.state = Progress::State::decided;
  return progress;
}

}  // namespace

double confidence_of(const Study& study) {
  const Node* const node = study.base.find("confidence");
  return node == nullptr ? usual_confidence : parse_quantity(node->scalar, unit::number).value;
}

std::size_t runs_per_value(const Study& study) {
  const Node* const node = study.base.find("antithetic");
  return node != nullptr && node->scalar == "true" ? 2 : 1;
}

MetricLookup::MetricLookup(const Records& records, std::string name) : name_(std::move(name)) {
  for (const auto& [hash, names] : records.names) {
    const auto found = std::ranges::find(names, name_);
    places_[hash] = found == names.end() ? -1 : found - names.begin();
  }
}

std::optional<double> MetricLookup::of(const RunRecord& record) const {
  if (record.status != RunStatus::done) return std::nullopt;
  const std::ptrdiff_t place = places_.at(record.names);
  if (place < 0) return std::nullopt;
  const double value = record.values.at(static_cast<std::size_t>(place));
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<const RunRecord*> records_of(const Plan& plan, std::size_t cell, std::size_t replications,
                                         const Records& records) {
  std::vector<const RunRecord*> list;
  list.reserve(replications);
  for (std::size_t r = 0; r < replications; ++r) list.push_back(find(plan, cell, r, records));
  return list;
}

std::vector<double> values_of(const std::vector<const RunRecord*>& runs, const MetricLookup& metric,
                              std::size_t per_value) {
  std::vector<double> values;
  for (std::size_t first = 0; first + per_value <= runs.size(); first += per_value) {
    double sum = 0.0;
    std::size_t there = 0;
    for (std::size_t r = first; r < first + per_value; ++r) {
      const auto value = runs[r] == nullptr ? std::nullopt : metric.of(*runs[r]);
      if (value) sum += *value, ++there;
    }
    if (there == per_value) values.push_back(sum / static_cast<double>(per_value));
  }
  return values;
}

std::size_t replications_asked(const Plan& plan, std::size_t cell, const Records& records) {
  if (!plan.study().precision) return plan.replications();
  if (!plan.exclusion(cell).empty()) return static_cast<std::size_t>(plan.study().least_replications);
  return follow(plan, cell, records).asked;
}

std::size_t replications_expected(const Plan& plan, std::size_t cell, const Records& records) {
  if (!plan.study().precision) return plan.replications();
  const Study& study = plan.study();
  const Progress progress = follow(plan, cell, records);
  if (progress.state == Progress::State::decided) return progress.asked;
  double most = static_cast<double>(progress.asked);
  for (const Watch& watch : progress.watches) {
    const auto width = wanted(*study.precision, watch.tally);
    if (!width || !(*width > 0.0) || watch.tally.count < 2) continue;
    const double ratio = mean_interval(watch.tally, confidence_of(study)).half_width / *width;
    const auto runs = static_cast<double>(progress.asked);
    most = std::max(most, std::min(runs + share_at_once * runs * (ratio * ratio - 1.0),
                                   static_cast<double>(plan.replications())));
  }
  const std::size_t step = runs_per_value(study);
  return std::min(plan.replications(), (static_cast<std::size_t>(most) + step - 1) / step * step);
}

std::vector<std::size_t> asked_runs(const Plan& plan, const Shard& shard, const Records& records) {
  std::vector<std::size_t> runs;
  if (!plan.study().precision) {
    for (std::size_t run = shard.index; run < plan.size(); run += shard.count) runs.push_back(run);
    return runs;
  }
  for (std::size_t cell = shard.index; cell < plan.cells(); cell += shard.count) {
    const std::size_t asked = replications_asked(plan, cell, records);
    for (std::size_t r = 0; r < asked; ++r) runs.push_back(cell * plan.replications() + r);
  }
  return runs;
}

}  // namespace lunafab::studies
