#include "report/day_report.hpp"
#include <fmt/format.h>
#include <algorithm>
#include "report/numbers.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

constexpr double rounding = 1e-5;  // a bound as it is printed may be asked for

/// The cadence at which launches and the exchanges between them fill the time.
double with_standstill_per_h(double bound_per_h, const Cadence& cadence) {
  const double down_h = 1.0 / cadence.sustained_per_h - 1.0 / cadence.up_per_h;
  return 1.0 / (1.0 / bound_per_h + down_h);
}

void refuse_heat(const LaunchReport& r, std::vector<std::string>& reasons) {
  const DayOfLaunches& day = *r.day;
  const double limit_K = r.design.track.coil.temperature_limit_K;
  std::size_t hottest = 0;
  for (std::size_t i = 1; i < stage_classes; ++i)
    if (day.coils[i].peak_K > day.coils[hottest].peak_K) hottest = i;
  const double peak_K = day.coils[hottest].peak_K;
  if (limit_K > 0.0 && peak_K > limit_K) {
    reasons.push_back(
        fmt::format("at {:.4g} launches an hour the drive coil of the {} reaches {:.1f} K within {:.4g} h, "
                    "above the limit {:.1f} K",
                    day.launches_per_h, name(static_cast<StageClass>(hottest)), peak_K, day.hours, limit_K));
  }
  const double least = r.design.limits.quench_margin;
  if (day.bucket_margin < least) {
    const std::string at =
        day.bucket.launches > 0 ? fmt::format(", its coils at {:.2f} K", day.bucket.peak_K) : "";
    reasons.push_back(
        fmt::format("at {:.4g} launches an hour the bucket's quench margin falls to {}{}, below the limit {}",
                    day.launches_per_h, plain(day.bucket_margin, ""), at, plain(least, "")));
  }
}

void refuse_pace(const LaunchReport& r, std::vector<std::string>& reasons) {
  const Cadence& c = r.figures->cadence;
  if (!(c.sustained_per_h > 0.0)) return;
  for (const RateBound bound : {RateBound::recharge, RateBound::track, RateBound::buckets}) {
    const double most = with_standstill_per_h(c.while_up_per_h[static_cast<std::size_t>(bound)], c);
    if (r.day->launches_per_h <= most * (1.0 + rounding)) continue;
    reasons.push_back(
        fmt::format("{:.6g} launches an hour are more than {} allows: {:.6g}, exchanges included",
                    r.day->launches_per_h, name(bound), most));
  }
}

}  // namespace

std::vector<AbortStretch> abort_stretches(const std::vector<AbortPlace>& places) {
  std::vector<AbortStretch> stretches;
  for (const AbortPlace& p : places) {
    if (stretches.empty() || stretches.back().outcome != p.stop.outcome)
      stretches.push_back({.outcome = p.stop.outcome, .from_m = p.position_m, .from_mps = p.speed_mps});
    AbortStretch& s = stretches.back();
    s.to_m = p.position_m, s.to_mps = p.speed_mps;
    s.longest_braking_m = std::max(s.longest_braking_m, p.stop.braking_m);
  }
  return stretches;
}

std::vector<std::string> day_refusals(const LaunchReport& r) {
  std::vector<std::string> reasons;
  refuse_heat(r, reasons);
  refuse_pace(r, reasons);
  return reasons;
}

}  // namespace lunafab::report
