#include "report/launch_page.hpp"
#include <fmt/format.h>
#include <iterator>
#include "core/constants.hpp"
#include "core/version.hpp"
#include "report/day_report.hpp"
#include "report/energy_bars.hpp"
#include "report/numbers.hpp"
#include "report/page_head.hpp"
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

constexpr double g0 = constants::standard_gravity_mps2;
constexpr const char* blue = "#1f6f8b";
constexpr const char* orange = "#c7651a";

template <class... Args>
void add(std::string& html, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Args>(args)...);
}

void add_figure(std::string& html, const std::string& value, const char* what) {
  add(html, "<div><b>{}</b><span>{}</span></div>\n", escaped(value), what);
}

void add_head(std::string& html, const LaunchReport& r) {
  const LaunchSolution& s = r.solution;
  const bool good = r.refusals.empty();
  html += page_head;
  add(html, "<title>Launch: {}</title>\n</head>\n<body>\n<h1>{}</h1>\n", escaped(r.design.title),
      escaped(r.design.title));
  add(html, "<p>One launch of {} at {:.6g} m/s. <span class=\"verdict {}\">{}</span></p>\n",
      plain(r.asked.payload_kg, "kg"), r.asked.muzzle_speed_mps, good ? "yes" : "no",
      good ? "Launched, within every limit." : escaped(name(s.outcome)) + "; the model says no:");
  if (good) return;
  html += "<ul class=\"no\">\n";
  for (const std::string& reason : r.refusals) add(html, "<li>{}</li>\n", escaped(reason));
  html += "</ul>\n";
}

void add_key_figures(std::string& html, const LaunchReport& r) {
  const LaunchSolution& s = r.solution;
  html += "<div class=\"figures\">\n";
  add_figure(html, fmt::format("{:.3f} m/s", s.muzzle_speed_mps), "speed at the end");
  add_figure(html, plain(s.time_s, "s"), "on the main section");
  add_figure(html, fmt::format("{:.1f} g", s.mean_mps2 / g0), "mean acceleration");
  add_figure(html, fmt::format("{:.1f} g", s.peak_mps2 / g0), "peak, whole run");
  add_figure(html, with_prefix(s.peak_voltage_V, "V"), "peak voltage per turn");
  add_figure(html, with_prefix(s.drive_current_A, "A"), "largest drive current");
  if (r.figures) {
    const LaunchFigures& f = *r.figures;
    add_figure(html, with_prefix(f.bus_J, "J"), "from the bus, net");
    add_figure(html, percent(f.em_efficiency), "electromagnetic conversion");
    add_figure(html, percent(f.wall_plug_efficiency), "bus to payload, net");
    add_figure(html, percent(f.wall_plug_unregenerated), "the same without regeneration");
    add_figure(html, with_prefix(f.heat.total_J(), "J"), "heat at the site");
    add_figure(html, fmt::format("{:.3g} /h", f.cadence.up_per_h),
               fmt::format("launches, bound by {}", name(f.cadence.binding)).c_str());
  }
  html += "</div>\n";
}

void add_row(std::string& html, const std::string& name, double energy_J, double whole_J) {
  add(html, "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", escaped(name),
      with_prefix(energy_J, "J"), whole_J > 0.0 ? percent(energy_J / whole_J) : "");
}

void add_stage_account(std::string& html, const EnergyAccount& energy) {
  const StageAccount account = stage_account(energy);
  html +=
      "<div><h2>Stages: what went in, and where it went</h2>\n<table><tr><th></th><th class=\"n\">energy</th>"
      "<th class=\"n\">of what went in</th></tr>\n";
  double whole_J = 0.0;
  for (const AccountTerm& term : account.in) whole_J += term.energy_J;
  for (const AccountTerm& term : account.in) add_row(html, term.name, term.energy_J, whole_J);
  html += "<tr class=\"sum\"><td colspan=\"3\">went into</td></tr>\n";
  for (const AccountTerm& term : account.out) add_row(html, term.name, term.energy_J, whole_J);
  html += "</table></div>\n";
}

void add_bus_account(std::string& html, const LaunchFigures& f, const EnergyAccount& energy) {
  html +=
      "<div><h2>Site: from the bus to payload and heat</h2>\n<table><tr><th></th><th class=\"n\">energy</th>"
      "<th class=\"n\">of the bus, net</th></tr>\n";
  add_row(html, "into the store, through the charger", f.charged_J, f.bus_J);
  add_row(html, "into the injection", f.injection_J, f.bus_J);
  add_row(html, "back from the empty bucket's brake", -f.regenerated_J, f.bus_J);
  html += "<tr class=\"sum\"><td colspan=\"3\">went into</td></tr>\n";
  add_row(html, "kinetic energy of the payload", f.payload_J, f.bus_J);
  for (const AccountTerm& term : heat_terms(f, energy))
    add_row(html, "heat: " + term.name, term.energy_J, f.bus_J);
  html += "</table></div>\n";
}

template <class F>
Series along_track(const LaunchReport& r, const char* name, const char* color, const F& value) {
  Series series{.name = name, .color = color, .x = {}, .y = {}};
  for (const StageRecord& row : r.solution.profile) {
    series.x.push_back(1e-3 * row.position_m);
    series.y.push_back(value(row));
  }
  return series;
}

std::optional<Level> limit(const char* what, double value, double factor) {
  if (!(value > 0.0)) return std::nullopt;
  return Level{fmt::format("limit {:.4g} {}", value * factor, what), value * factor};
}

/// Of each drive coil, its heat times a factor.
Series by_coil(const LaunchReport& r, double factor) {
  Series series{.name = "", .color = orange, .x = {}, .y = {}};
  for (const double heat_J : r.solution.stage_heat_J) {
    series.x.push_back(1e-3 * r.design.track.pitch_m * static_cast<double>(series.x.size()));
    series.y.push_back(heat_J * factor);
  }
  return series;
}

std::vector<LineChart> charts(const LaunchReport& r) {
  const DriverDesign& d = r.design;
  const auto one = [&](const char* color, const auto& value) {
    return along_track(r, "", color, value);
  };
  std::vector<LineChart> list{
      {.title = "Speed, km/s",
       .series = {one(blue, [](const StageRecord& s) { return 1e-3 * s.speed_mps; })}},
      {.title = "Acceleration, g",
       .series = {along_track(r, "peak in a stage", orange,
                              [](const StageRecord& s) { return s.peak_mps2 / g0; }),
                  along_track(r, "mean over a stage", blue,
                              [](const StageRecord& s) { return s.mean_mps2 / g0; })},
       .limit = limit("g", d.limits.acceleration_mps2, 1.0 / g0)},
      {.title = "Largest drive current, kA",
       .series = {one(blue, [](const StageRecord& s) { return 1e-3 * s.drive_current_A; })}},
      {.title = "Largest bucket current, MA",
       .ordinate = Ordinate::around_data,
       .series = {one(blue, [](const StageRecord& s) { return 1e-6 * s.bucket_current_A; })}},
      {.title = "Voltage per turn, kV",
       .series = {one(blue, [](const StageRecord& s) { return 1e-3 * s.voltage_V; })},
       .limit = limit("kV", d.track.coil.voltage_limit_V, 1e-3)},
      {.title = "Heat in each drive coil, kJ",
       .ordinate = Ordinate::logarithmic,
       .series = {by_coil(r, 1e-3)}},
      {.title = "Rise of each drive coil's temperature, K",
       .ordinate = Ordinate::logarithmic,
       .series = {by_coil(
           r, 1.0 / (coil_mass_kg(d.track.coil) * d.track.coil.conductor.specific_heat_J_per_kgK))}},
      {.title = "Lateral stiffness, mean over a stage, MN/m (positive centres)",
       .series = {one(blue, [](const StageRecord& s) { return 1e-6 * s.lateral_N_per_m; })}}};
  for (LineChart& chart : list) chart.x_label = "km along the track";
  return list;
}

void add_limits(std::string& html, const LaunchReport& r) {
  if (r.limits.empty()) return;
  html +=
      "<h2>Limits</h2>\n<table><tr><th></th><th class=\"n\">value</th><th "
      "class=\"n\">limit</th><th></th><th></th></tr>\n";
  for (const LimitRow& row : r.limits) {
    const bool judged = row.sense != LimitSense::reported || !row.passes;
    const char* sign = row.sense == LimitSense::at_least ? "≥ " : "≤ ";
    const std::string bound =
        row.sense == LimitSense::reported ? "–" : sign + limit_text(row.limit, row.unit);
    add(html,
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"{}\">{}</td><td "
        "class=\"note\">{}</td></tr>\n",
        escaped(row.name), escaped(limit_text(row.value, row.unit)), escaped(bound),
        row.passes ? "yes" : "no", judged ? (row.passes ? "passes" : "fails") : "", escaped(row.note));
  }
  html += "</table>\n";
}

}  // namespace

std::string launch_page(const LaunchReport& r) {
  std::string html;
  add_head(html, r);
  add_key_figures(html, r);
  if (r.figures) add(html, "<h2>Energy of one launch</h2>\n{}", draw_energy(*r.figures, r.solution.energy));
  if (!r.solution.profile.empty()) {
    html += "<h2>Along the track</h2>\n<div class=\"charts\">\n";
    for (const LineChart& chart : charts(r)) html += draw(chart);
    html += "</div>\n";
  }
  html += day_section(r);
  html += abort_section(r);
  if (r.release) html += release_section(*r.release);
  if (r.dispersion) html += dispersion_section(*r.dispersion);
  add_limits(html, r);
  html += "<div class=\"tables\">\n";
  add_stage_account(html, r.solution.energy);
  if (r.figures) add_bus_account(html, *r.figures, r.solution.energy);
  html += "</div>\n<h2>What this does not say by itself</h2>\n<ul>\n";
  for (const std::string& line : r.confessions) add(html, "<li>{}</li>\n", escaped(line));
  add(html,
      "</ul>\n<footer>lunafab {} ({}), model version {}; energy residual {:.1e}</footer>\n</body>\n</html>\n",
      program_version, source_revision, model_version, r.solution.energy.residual_rel());
  return html;
}

}  // namespace lunafab::report
