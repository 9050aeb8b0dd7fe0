#include <fmt/format.h>
#include <iterator>
#include <utility>
#include "report/day_report.hpp"
#include "report/numbers.hpp"
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

constexpr const char* blue = "#1f6f8b";
constexpr const char* orange = "#c7651a";
constexpr const char* green = "#4d7c2f";
constexpr double seconds_per_h = 3600.0;
constexpr std::array<const char*, wear_parts> parts{"capacitor banks", "switches", "drive coils"};

template <class... Args>
void add(std::string& html, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Args>(args)...);
}

void add_figure(std::string& html, const std::string& value, const std::string& what) {
  add(html, "<div><b>{}</b><span>{}</span></div>\n", escaped(value), escaped(what));
}

void add_figures(std::string& html, const LaunchReport& r) {
  const DayOfLaunches& day = *r.day;
  html += "<div class=\"figures\">\n";
  add_figure(html, fmt::format("{:.4g} /h", day.launches_per_h),
             fmt::format("{}: {} launches in {:.4g} h", r.rate_asked ? "as asked for" : "sustained",
                         day.launches, day.hours));
  if (day.bucket.launches > 0)
    add_figure(html, fmt::format("{:.2f} K", day.bucket.peak_K), "warmest bucket coil");
  add_figure(html, plain(day.bucket_margin, ""),
             fmt::format("smallest quench margin, limit {}", plain(r.design.limits.quench_margin, "")));
  add_figure(html, plain(1e-3 * day.maintenance.exchanged_kg, "t"), "of parts exchanged");
  add_figure(html, plain(day.maintenance.down_s / seconds_per_h, "h"), "standstill for it");
  add_figure(html, plain(day.failed_stages_new, ""), "stages expected to fail in the last launch");
  html += "</div>\n";
}

/// After every launch; the sample at the end of the day is left out.
Series after_launches(const TemperatureCourse& course, const char* name, const char* color) {
  Series series{.name = name, .color = color, .x = {}, .y = {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(course.launches); ++i) {
    series.x.push_back(course.time_s[i] / seconds_per_h);
    series.y.push_back(course.temperature_K[i]);
  }
  return series;
}

std::string coil_chart(const LaunchReport& r) {
  const DayOfLaunches& day = *r.day;
  const bool same = day.coils[0].temperature_K == day.coils[2].temperature_K;
  LineChart chart{
      .title = "Drive coils right after each launch, by day, K",
      .x_label = "hours",
      .ordinate = Ordinate::around_data,
      .series = {after_launches(day.coils[2], same ? "first and worst stage" : "worst stage", orange),
                 after_launches(day.coils[1], "mean stage", blue)}};
  if (!same) chart.series.push_back(after_launches(day.coils[0], "first stage", green));
  const double limit_K = r.design.track.coil.temperature_limit_K;
  chart.limit = Level{fmt::format("limit {:.4g} K", limit_K), limit_K};
  return draw(chart);
}

std::string bucket_chart(const LaunchReport& r) {
  return draw({.title = "Coil of one bucket right after each of its launches, K",
               .x_label = "hours",
               .series = {after_launches(r.day->bucket, "", blue)},
               .limit = std::nullopt});
}

void add_tables(std::string& html, const LaunchReport& r) {
  const DayOfLaunches& day = *r.day;
  html += "<div class=\"tables\">\n";
  if (!day.coils[0].time_s.empty()) {
    html +=
        "<div><table><tr><th>drive coils, K</th><th class=\"n\">end, by day</th><th class=\"n\">peak</th>"
        "<th class=\"n\">end, by night</th><th class=\"n\">peak</th></tr>\n";
    for (std::size_t i = 0; i < stage_classes; ++i) {
      const TemperatureCourse &sun = day.coils[i], &night = day.coils_by_night[i];
      add(html,
          "<tr><td>{}</td><td class=\"n\">{:.1f}</td><td class=\"n\">{:.1f}</td><td "
          "class=\"n\">{:.1f}</td><td class=\"n\">{:.1f}</td></tr>\n",
          name(static_cast<StageClass>(i)), sun.final_K, sun.peak_K, night.final_K, night.peak_K);
    }
    html += "</table></div>\n";
  }
  html +=
      "<div><table><tr><th>parts of a stage</th><th class=\"n\">exchanged</th><th class=\"n\">failed "
      "between</th></tr>\n";
  for (std::size_t i = 0; i < wear_parts; ++i) {
    add(html, "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", parts[i],
        plain(day.maintenance.planned[i], ""), plain(day.maintenance.failed[i], ""));
  }
  html += "</table></div>\n</div>\n";
}

}  // namespace

std::string day_section(const LaunchReport& r) {
  if (!r.day) return {};
  const DayOfLaunches& day = *r.day;
  std::string html = "<h2>A day of such launches</h2>\n";
  add_figures(html, r);
  if (day.launches > 0) {
    html += "<div class=\"charts\">\n";
    if (!day.coils[0].time_s.empty()) html += coil_chart(r);
    if (day.bucket.launches > 0) html += bucket_chart(r);
    html += "</div>\n";
  }
  add_tables(html, r);
  return html;
}

std::string abort_section(const LaunchReport& r) {
  if (r.aborts.empty()) return {};
  Series used{.name = "", .color = blue, .x = {}, .y = {}};
  for (const AbortPlace& p : r.aborts) {
    used.x.push_back(1e-3 * p.position_m);
    used.y.push_back(1e-3 * p.stop.braking_m);
  }
  const double catcher_km = 1e-3 * r.design.back.catcher_m;
  std::string html =
      "<h2>Aborts</h2>\n<div class=\"tables\">\n<div>" +
      draw({.title = "Length of catcher that a failed launch uses, km",
            .x_label = "km along the track where it fails",
            .series = {used},
            .limit = Level{fmt::format("catcher {:.4g} km", catcher_km), catcher_km}}) +
      "</div>\n<div><table><tr><th>a launch that fails</th><th class=\"n\">from, km</th><th class=\"n\">to, "
      "km</th><th class=\"n\">at, m/s</th><th class=\"n\">catcher used, km</th></tr>\n";
  for (const AbortStretch& s : abort_stretches(r.aborts)) {
    add(html,
        "<tr><td><span class=\"{}\">{}</span></td><td class=\"n\">{:.2f}</td><td class=\"n\">{:.2f}</td><td "
        "class=\"n\">{:.0f} … {:.0f}</td><td class=\"n\">{:.3f}</td></tr>\n",
        s.outcome == AbortOutcome::caught ? "yes" : "no", name(s.outcome), 1e-3 * s.from_m, 1e-3 * s.to_m,
        s.from_mps, s.to_mps, 1e-3 * s.longest_braking_m);
  }
  return html + "</table></div>\n</div>\n";
}

}  // namespace lunafab::report
