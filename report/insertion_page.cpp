#include "report/insertion_page.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include "core/constants.hpp"
#include "core/version.hpp"
#include "orbit/cr3bp.hpp"
#include "report/numbers.hpp"
#include "report/page_head.hpp"
#include "report/plane_plot.hpp"
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

constexpr double day_s = 86400.0;
constexpr const char* blue = "#1f6f8b";
constexpr const char* grey = "#7a858c";
constexpr std::size_t most_dots = 2000;  // of the Monte Carlo: more only blacken the cloud

template <class... Args>
void add(std::string& html, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Args>(args)...);
}

void add_figure(std::string& html, const std::string& value, const char* what) {
  add(html, "<div><b>{}</b><span>{}</span></div>\n", escaped(value), what);
}

void add_head(std::string& html, const InsertionReport& r) {
  const bool good = r.outcome == "inserted";
  html += page_head;
  add(html, "<title>Insertion: {}</title>\n</head>\n<body>\n<h1>{}: {}</h1>\n", escaped(r.destination().name),
      escaped(r.asked.title), escaped(r.destination().name));
  add(html, "<p>Launch {} TT, fidelity {}. <span class=\"verdict {}\">{}</span></p>\n",
      date_text(r.asked.launch), lunafab::name(r.asked.model.fidelity), good ? "yes" : "no",
      good ? "Inserted, within the budget." : escaped(r.outcome) + "; the model says no:");
  if (!r.refusals.empty()) {
    html += "<ul class=\"no\">\n";
    for (const std::string& reason : r.refusals) add(html, "<li>{}</li>\n", escaped(reason));
    html += "</ul>\n";
  }
}

void add_key_figures(std::string& html, const InsertionReport& r) {
  const InsertionFigures& f = r.figures;
  html += "<div class=\"figures\">\n";
  add_figure(html, fmt::format("{:.3f} m/s", f.speed_mps), "at the muzzle");
  add_figure(html,
             f.transfer_s < 2.0 * day_s ? fmt::format("{:.1f} min", f.transfer_s / 60.0)
                                        : fmt::format("{:.3f} d", f.transfer_s / day_s),
             "muzzle to arrival");
  add_figure(html, fmt::format("{:.2f} m/s", f.insertion_mps), "planned burns");
  add_figure(html, fmt::format("{:.3f} m/s", f.p95_mps), "corrections, 95th percentile");
  add_figure(html, fmt::format("{:.2f} m/s", r.margin_mps()), "margin of the budget");
  add_figure(html, percent(f.loss_probability), "lost, expected");
  html += "</div>\n";
}

void add_timeline(std::string& html, const InsertionReport& r) {
  if (r.timeline.empty()) return;
  html +=
      "<h2>Timeline</h2>\n<table><tr><th>date (TT)</th><th class=\"n\">elapsed, d</th><th>event</th>"
      "<th class=\"n\">Δv, m/s</th><th class=\"n\">budget left, m/s</th></tr>\n";
  for (const InsertionEvent& e : r.timeline) {
    std::string dv;
    if (e.p95_mps) dv = fmt::format("p95 {:.3f}", *e.p95_mps);
    if (e.dv_mps > 0.0) dv = fmt::format("{:.3f}", e.dv_mps);
    add(html,
        "<tr><td>{}</td><td class=\"n\">{:.4f}</td><td>{}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{:.3f}</td></tr>\n",
        date_text(e.at), days_between(r.asked.launch, e.at), escaped(e.name), dv, e.left_mps);
  }
  html += "</table>\n";
  add(html, "<p class=\"note\">{} eclipses on the way.</p>\n", r.eclipses);
}

/// The way in Earth–Moon axes; near the Moon alone, in its radii.
std::string plane(const InsertionReport& r) {
  double farthest_m = 0.0;
  for (const TrajectoryPoint& p : r.trajectory) farthest_m = std::max(farthest_m, p.moon_m);
  const bool near = farthest_m < 20.0 * constants::moon_radius_m;
  // The axes pulsate with the distance of the Moon: it stands where it stands.
  constexpr double mean_distance = 384.4;
  const double mass_ratio = orbit::earth_moon.mass_ratio;
  PlanePlot plot{.title = near ? "The way from above the Earth–Moon plane, Moon radii"
                               : "The way in Earth–Moon axes, from above, thousand km of a mean Moon"};
  PlaneCurve way{.color = blue};
  for (const TrajectoryPoint& p : r.trajectory) {
    const double earth_moon_m = p.earth_m / (p.rotating + mass_ratio * Eigen::Vector3d::UnitX()).norm();
    const Eigen::Vector3d from_moon_m =
        earth_moon_m * (p.rotating - (1.0 - mass_ratio) * Eigen::Vector3d::UnitX());
    if (near) {
      way.x.push_back(from_moon_m.x() / constants::moon_radius_m);
      way.y.push_back(from_moon_m.y() / constants::moon_radius_m);
    } else {
      way.x.push_back(mean_distance * p.rotating.x());
      way.y.push_back(mean_distance * p.rotating.y());
    }
  }
  plot.curves.push_back(std::move(way));
  if (near) {
    plot.discs.push_back({"Moon", 0.0, 0.0, 1.0, grey});
  } else {
    plot.discs.push_back({"Earth", -mass_ratio * mean_distance, 0.0, 6.378, "#2f6db3"});
    plot.discs.push_back({"Moon", (1.0 - mass_ratio) * mean_distance, 0.0, 1.737, grey});
  }
  return draw(plot);
}

std::string distances(const InsertionReport& r) {
  const bool minutes = r.figures.transfer_s < 2.0 * day_s;
  LineChart chart{.title = "Distance from the Moon's and the Earth's centre, thousand km",
                  .x_label = minutes ? "minutes since the launch" : "days since the launch",
                  .ordinate = Ordinate::logarithmic,
                  .series = {},
                  .limit = {}};
  Series moon{.name = "Moon", .color = grey, .x = {}, .y = {}},
      earth{.name = "Earth", .color = blue, .x = {}, .y = {}};
  for (const TrajectoryPoint& p : r.trajectory) {
    const double x = days_between(r.asked.launch, p.craft.at) * (minutes ? 1440.0 : 1.0);
    moon.x.push_back(x), moon.y.push_back(p.moon_m / 1e6);
    earth.x.push_back(x), earth.y.push_back(p.earth_m / 1e6);
  }
  chart.series = {std::move(moon), std::move(earth)};
  return draw(chart);
}

std::string cloud(const orbit::Dispersion& d) {
  const bool corrected = d.covariance_m2ps2.trace() > 0.0;
  LineChart chart{.title = corrected ? "First correction by launch error, m/s"
                                     : "Burns beyond the plan by launch error, m/s",
                  .x_label = "error of the speed along the bore, mm/s",
                  .ordinate = Ordinate::around_data,
                  .series = {},
                  .limit = {}};
  Series dots{.name = "launches", .color = blue, .x = {}, .y = {}, .mark = Mark::dots};
  for (const orbit::LaunchSample& sample : d.samples) {
    if (sample.end != orbit::SampleEnd::corrected) continue;
    if (dots.x.size() == most_dots) break;
    dots.x.push_back(1e3 * sample.error_mps.x()), dots.y.push_back(sample.cost_mps);
  }
  chart.series.push_back(std::move(dots));
  return draw(chart);
}

void add_monte_carlo(std::string& html, const InsertionReport& r) {
  if (!r.dispersion) return;
  const orbit::Dispersion& d = *r.dispersion;
  add(html,
      "<h2>Monte Carlo of the first correction</h2>\n<p>{} launches, seed {}: {} corrected, {} fell back, {} "
      "found no correction.</p>\n<table><tr><th>m/s</th><th class=\"n\">rms</th><th class=\"n\">p50</th><th "
      "class=\"n\">p95</th><th class=\"n\">p99</th></tr>\n",
      d.samples.size(), r.asked.seed, d.corrected, d.impacts, d.not_corrected);
  const auto row = [&](const char* name, double rms, const std::array<double, 3>& q) {
    add(html,
        "<tr><td>{}</td><td class=\"n\">{:.4f}</td><td class=\"n\">{:.4f}</td><td class=\"n\">{:.4f}</td><td "
        "class=\"n\">{:.4f}</td></tr>\n",
        name, rms, q[0], q[1], q[2]);
  };
  row("flown", d.rms_mps, d.cost_mps);
  row("linear covariance", std::sqrt(r.plan->first_m2ps2.trace()), d.linear_mps);
  html += "</table>\n";
}

void add_outlook(std::string& html, const InsertionReport& r) {
  constexpr const char* methods[] = {"chemical", "aerobraking", "low thrust"};
  if (r.earth) {
    add(html,
        "<h2>From the perigee to the working orbit</h2>\n<p>Perigee {:.1f} km high; ascending node at {:.2f} "
        "h "
        "local mean time.</p>\n<table><tr><th>method</th><th class=\"n\">Δv, m/s</th><th "
        "class=\"n\">propellant, kg</th><th class=\"n\">days</th><th class=\"n\">node at the end, h</th>"
        "<th></th></tr>\n",
        r.earth->arrival.perigee_altitude_m / 1e3, r.earth->node_time_h);
    for (const ArrivalOption& o : r.earth->options) {
      add(html,
          "<tr><td>{}</td><td class=\"n\">{:.1f}</td><td class=\"n\">{:.0f}</td><td "
          "class=\"n\">{:.1f}</td><td "
          "class=\"n\">{:.2f}</td><td>{}</td></tr>\n",
          methods[static_cast<int>(o.result.method)], o.result.delta_v_mps, o.result.propellant_kg,
          o.result.days, o.node_time_h, o.result.failure ? escaped(o.result.failure->reason) : "");
    }
    html += "</table>\n";
  }
  if (r.sun) {
    const orbit::SunOrbit& s = r.sun->orbit.settled;
    add(html,
        "<h2>About the Sun</h2>\n<p>C3 {:.4f} km²/s²; perihelion {:.4f} au, aphelion {:.4f} au, inclination "
        "{:.3f}° to the ecliptic, period {:.1f} d.</p>\n",
        r.sun->orbit.c3_m2ps2 / 1e6, s.perihelion_m / constants::astronomical_unit_m,
        s.aphelion_m / constants::astronomical_unit_m, s.inclination_rad * 57.29577951308232,
        s.period_s / day_s);
  }
}

}  // namespace

std::string insertion_page(const InsertionReport& r) {
  std::string html;
  add_head(html, r);
  if (r.outcome != "no transfer") add_key_figures(html, r);
  if (!r.trajectory.empty()) {
    html += "<div class=\"charts\">\n" + plane(r) + distances(r);
    if (r.dispersion && r.dispersion->corrected > 0) html += cloud(*r.dispersion);
    html += "</div>\n";
  }
  add_timeline(html, r);
  add_monte_carlo(html, r);
  add_outlook(html, r);
  add(html, "<h2>What this does not say by itself</h2>\n<ul>\n<li>{}</li>\n", escaped(model_line(r)));
  for (const std::string& line : r.confessions) add(html, "<li>{}</li>\n", escaped(line));
  add(html, "</ul>\n<footer>lunafab {} ({}), model version {}</footer>\n</body>\n</html>\n", program_version,
      source_revision, model_version);
  return html;
}

}  // namespace lunafab::report
