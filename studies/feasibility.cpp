#include "studies/feasibility.hpp"
#include <algorithm>
#include <cmath>
#include "core/statistics.hpp"

namespace lunafab::studies {
namespace {

using Kind = Feasibility::Kind;

Kind kept(const MetricLimit& limit, const std::vector<double>& values, double confidence) {
  if (values.empty()) return Kind::unknown;
  const Interval interval = mean_interval(values, confidence);
  const double half_width = std::isfinite(interval.half_width) ? interval.half_width : 0.0;
  const double low = interval.mean - half_width, high = interval.mean + half_width;
  if (low >= limit.min && high <= limit.max) return Kind::yes;
  return high < limit.min || low > limit.max ? Kind::no : Kind::unsure;
}

/// From good to bad: what a point is when one of its limits is.
int rank(Kind kind) {
  switch (kind) {
    case Kind::yes:
      return 0;
    case Kind::unsure:
      return 1;
    case Kind::unknown:
      return 2;
    case Kind::no:
      break;
  }
  return 3;
}

}  // namespace

LimitJudge::LimitJudge(const Study& study, const Records& records) : study_(&study) {
  for (const MetricLimit& limit : study.limits) metrics_.emplace_back(records, limit.metric);
}

Feasibility LimitJudge::judge(const std::vector<const RunRecord*>& runs) const {
  Feasibility result;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const MetricLimit& limit = study_->limits[i];
    const Kind kind =
        kept(limit, values_of(runs, metrics_[i], runs_per_value(*study_)), confidence_of(*study_));
    if (rank(kind) > rank(result.kind)) result.kind = kind;
    if (kind != Kind::yes) result.limits += (result.limits.empty() ? "" : ";") + limit.metric;
  }
  return result;
}

const char* word(Feasibility::Kind kind) {
  switch (kind) {
    case Kind::yes:
      return "yes";
    case Kind::no:
      return "no";
    case Kind::unsure:
      return "unsure";
    case Kind::unknown:
      break;
  }
  return "";
}

}  // namespace lunafab::studies
