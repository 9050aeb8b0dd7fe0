#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include "report/day_report.hpp"
#include "report/numbers.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;
using Json = nlohmann::ordered_json;

constexpr double seconds_per_h = 3600.0;
constexpr std::array<const char*, stage_classes> stages{"first", "mean", "worst"};
constexpr std::array<const char*, wear_parts> parts{"capacitors", "switches", "coils"};

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// A course that was not simulated has no samples.
Json course_json(const TemperatureCourse& course) {
  if (course.time_s.empty()) return nullptr;
  return {{"final_K", course.final_K}, {"peak_K", course.peak_K}};
}

Json parts_json(const PerPart& counts) {
  Json json;
  for (std::size_t i = 0; i < wear_parts; ++i) json[parts[i]] = number(counts[i]);
  return json;
}

template <class... Args>
void line(std::string& text, const char* label, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), "{:12} ", label);
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

std::string coil_text(const std::array<TemperatureCourse, stage_classes>& coils) {
  std::string text;
  for (std::size_t i = 0; i < stage_classes; ++i) {
    text += fmt::format("{}{} {:.1f}, {:.1f} K", i == 0 ? "" : "   ", stages[i], coils[i].final_K,
                        coils[i].peak_K);
  }
  return text;
}

void coil_lines(const LaunchReport& r, std::string& text) {
  const DriveCoil& coil = r.design.track.coil;
  const DayOfLaunches& day = *r.day;
  if (day.coils[0].time_s.empty()) {
    line(text, "", "drive coils: no radiator is given, no course of temperature");
    return;
  }
  const double peak_K = std::max({day.coils[0].peak_K, day.coils[1].peak_K, day.coils[2].peak_K});
  line(text, "", "drive coils, end and peak by day: {}   limit {:.1f} K{}", coil_text(day.coils),
       coil.temperature_limit_K, peak_K > coil.temperature_limit_K ? ", EXCEEDED" : "");
  if (coil.sky_night_K == coil.sky_K) {
    line(text, "", "by night the same: its sky is as cold");
  } else {
    line(text, "", "                  … and by night: {}", coil_text(day.coils_by_night));
  }
}

std::string counts(const PerPart& values) {
  std::string text;
  for (std::size_t i = 0; i < wear_parts; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", plain(values[i], parts[i]));
  return text;
}

void day_lines(const LaunchReport& r, std::string& text) {
  const DayOfLaunches& day = *r.day;
  line(text, "Day", "{:.4g} launches an hour{} for {:.4g} h: {} launches", day.launches_per_h,
       r.rate_asked ? "" : ", the sustained cadence,", day.hours, day.launches);
  coil_lines(r, text);
  const double least = r.design.limits.quench_margin;
  line(text, "", "bucket coil {}   smallest quench margin {}, limit {}{}",
       day.bucket.launches > 0 ? fmt::format("up to {:.2f} K", day.bucket.peak_K) : "not followed",
       plain(day.bucket_margin, ""), plain(least, ""), day.bucket_margin < least ? ", BROKEN" : "");
  const MaintenanceNeed& m = day.maintenance;
  line(text, "", "exchanges {}   failures {}", counts(m.planned), counts(m.failed));
  line(text, "", "exchanged {}   standstill {}   stages expected to fail in the last launch {}",
       plain(1e-3 * m.exchanged_kg, "t"), plain(m.down_s / seconds_per_h, "h"),
       plain(day.failed_stages_new, ""));
}

void abort_line(const LaunchReport& r, std::string& text) {
  std::string what;
  double longest_m = 0.0;
  for (const AbortStretch& s : abort_stretches(r.aborts)) {
    what += fmt::format("{}{} from {:.2f} to {:.2f} km", what.empty() ? "" : ", ", name(s.outcome),
                        1e-3 * s.from_m, 1e-3 * s.to_m);
    longest_m = std::max(longest_m, s.longest_braking_m);
  }
  line(text, "Abort", "{}   brakes within {:.3f} km of {:.3f} km of catcher", what, 1e-3 * longest_m,
       1e-3 * r.design.back.catcher_m);
}

/// A temperature as a CSV field, empty beyond the samples.
std::string sample_field(const TemperatureCourse& course, std::size_t i) {
  return i < course.temperature_K.size() ? fmt::format(",{}", course.temperature_K[i]) : ",";
}

}  // namespace

Json day_json(const LaunchReport& r) {
  const DayOfLaunches& day = *r.day;
  const MaintenanceNeed& m = day.maintenance;
  Json json{{"launches_per_h", day.launches_per_h},
            {"rate", r.rate_asked ? "asked for" : "sustained"},
            {"hours", day.hours},
            {"launches", day.launches}};
  for (std::size_t i = 0; i < stage_classes; ++i) {
    json["coils"][stages[i]] = {{"by_day", course_json(day.coils[i])},
                                {"by_night", course_json(day.coils_by_night[i])}};
  }
  json["coil_limit_K"] = r.design.track.coil.temperature_limit_K;
  json["bucket_coil"] = course_json(day.bucket);
  json["quench_margin"] = number(day.bucket_margin);
  json["quench_margin_limit"] = r.design.limits.quench_margin;
  json["exchanges"] = parts_json(m.planned);
  json["failures"] = parts_json(m.failed);
  json["exchanged_kg"] = number(m.exchanged_kg);
  json["standstill_h"] = number(m.down_s / seconds_per_h);
  json["expected_failed_stages"] = number(day.failed_stages_new);
  return json;
}

Json aborts_json(const LaunchReport& r) {
  double longest_m = 0.0;
  Json rows = Json::array();
  for (const AbortStretch& s : abort_stretches(r.aborts)) {
    longest_m = std::max(longest_m, s.longest_braking_m);
    rows.push_back({{"outcome", name(s.outcome)},
                    {"from_m", s.from_m},
                    {"to_m", s.to_m},
                    {"from_mps", s.from_mps},
                    {"to_mps", s.to_mps},
                    {"longest_braking_m", s.longest_braking_m}});
  }
  return {{"catcher_m", r.design.back.catcher_m}, {"longest_braking_m", longest_m}, {"stretches", rows}};
}

std::string day_csv(const LaunchReport& r) {
  std::string csv = "time_s,first_coil_K,mean_coil_K,worst_coil_K,bucket_coil_K\n";
  const DayOfLaunches& day = *r.day;
  const auto launches = static_cast<std::size_t>(day.launches);
  const auto buckets = static_cast<std::size_t>(std::max(1, r.design.back.buckets));
  for (std::size_t i = 0; i <= launches; ++i) {
    const double time_s = i < launches ? static_cast<double>(i) * seconds_per_h / day.launches_per_h
                                       : day.hours * seconds_per_h;
    csv += fmt::format("{}", time_s);
    for (const TemperatureCourse& coil : day.coils) csv += sample_field(coil, i);
    csv += i < launches && i % buckets == 0 ? sample_field(day.bucket, i / buckets) : ",";
    csv += '\n';
  }
  return csv;
}

std::string day_summary(const LaunchReport& r) {
  std::string text;
  if (r.day) day_lines(r, text);
  if (!r.aborts.empty()) abort_line(r, text);
  return text;
}

}  // namespace lunafab::report
