#include "app/print_constellation.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <tuple>
#include <utility>

namespace lunafab::app {
namespace {

using namespace orbit;

constexpr double degree = std::numbers::pi / 180.0;
constexpr double day_s = 86400.0;

const char* body_name(Body body) {
  return body == Body::earth ? "earth" : "moon";
}

/// `97.788°: 40/1/0 delta`, after Walker.
std::string walker(const Shell& shell, double inclination) {
  return fmt::format("{:.3f}\u00b0: {}/{}/{} {}", inclination / degree, size(shell), shell.planes,
                     shell.phasing, shell.pattern == Pattern::delta ? "delta" : "star");
}

class Lines {
 public:
  template <class... Values>
  void add(const char* what, fmt::format_string<Values...> format, Values&&... values) {
    text_ += fmt::format("  {:<22}{}\n", what, fmt::format(format, std::forward<Values>(values)...));
  }
  void head(const std::string& text) { text_ += text + "\n"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string years_words(const std::optional<double>& years) {
  return years ? fmt::format("{:.1f} yr", *years) : std::string("more than 1000 yr");
}

void add_orbit(Lines& lines, const ShellResult& r, double years) {
  const Shell& shell = r.plan->shell;
  const ShellReport& x = r.report;
  const EclipseSummary& e = x.eclipses;
  lines.head(fmt::format("{}  {} km above the {}", shell.name, shell.altitude_m * 1e-3,
                         shell.body == Body::earth ? "Earth" : "Moon"));
  lines.add("Walker", "{}; {} slots", walker(shell, x.inclination_rad), x.satellites);
  if (!shell.inclination_rad) lines.add("Sun-synchronous", "node of plane 0 at {:.2f} h", shell.local_time_h);
  lines.add("nodal period", "{:.2f} min; node drifts {:+.4f}\u00b0/d", x.period_s / 60.0,
            x.node_drift_rad_per_day / degree);
  lines.add("eclipse",
            "mean {:.2f} % of the time, worst revolution {:.2f} %, longest {:.1f} min, on {:.0f} days a year",
            100.0 * e.mean_fraction, 100.0 * e.greatest_fraction, e.longest_s / 60.0,
            e.days_with_shadow / years);
  lines.add("latency to ground", "{:.2f} / {:.2f} / {:.2f} ms (least, mean, greatest)",
            1e3 * x.ground.least_s, 1e3 * x.ground.mean_s, 1e3 * x.ground.greatest_s);
  if (shell.body == Body::earth) {
    lines.add("latency by one relay", "{:.2f} / {:.2f} / {:.2f} ms, reaching {:.1f} % of the sphere",
              1e3 * x.relayed.latency.least_s, 1e3 * x.relayed.latency.mean_s,
              1e3 * x.relayed.latency.greatest_s, 100.0 * x.relayed.reached);
  }
}

void add_upkeep(Lines& lines, const ShellResult& r, double years) {
  const ShellReport& x = r.report;
  const ShellSatellite& s = r.plan->satellite;
  lines.add(
      "delta-v", "drag {:.2f}, station keeping {:.2f}, end of life {:.1f} m/s in {:g} yr; carries {:g} m/s",
      x.velocity.make_up_mps, x.velocity.station_keeping_mps, x.velocity.disposal_mps, years, s.delta_v_mps);
  if (r.plan->shell.body == Body::earth) {
    lines.add("left alone", "decays in {}; rule {:g} yr: {}", years_words(x.disposal.natural_years),
              s.disposal.years, x.disposal.complies_alone ? "kept" : "not kept");
  }
  if (x.disposal.lowered_periapsis_m) {
    lines.add("deorbit", "{:.1f} m/s to a periapsis of {:.0f} km keeps the rule; controlled {:.1f} m/s",
              x.disposal.lowering_mps, *x.disposal.lowered_periapsis_m * 1e-3, x.disposal.controlled_mps);
  } else {
    lines.add("deorbit", "controlled {:.1f} m/s", x.disposal.controlled_mps);
  }
  lines.add("dose", "{:.3g} Gy/yr behind {:g} mm Al: trapped {:.3g}, cosmic {:.2g}, solar {:.2g}",
            x.dose.total(), 1e3 * s.reliability.aluminium_m, x.dose.trapped_Gy_per_year,
            x.dose.cosmic_Gy_per_year, x.dose.solar_Gy_per_year);
  lines.add("failures", "{:.4f} a satellite and year; {:.1f} % live {:g} yr", x.failures_per_year,
            100.0 * x.survival, years);
  lines.add("spares", "{} a plane: run out with probability {:.2g} between deliveries; {} needed for {:g}",
            r.plan->spares_per_plane, r.stockout, x.spares_per_plane, s.stockout_probability);
}

void add_checks(Lines& lines, const ShellResult& r) {
  lines.head(fmt::format("  {:<42}{:>12} {:<7}{:>3}{:>12}", "check", "value", "", "", "limit"));
  for (const Check& check : r.checks) {
    lines.head(fmt::format("  {:<42}{:>12.5g} {:<7}{:>3}{:>12.5g}  {}", check.name, check.value, check.unit,
                           check.bound == Bound::at_most ? "<=" : ">=", check.limit,
                           holds(check) ? "holds" : "NOT KEPT"));
  }
}

std::string month(Epoch at) {
  return format_date(at, Tick{}).substr(0, 7);
}

void add_capacity(Lines& lines, const ConstellationReport& report) {
  constexpr std::size_t most_rows = 24;  // a screen
  const std::vector<CapacityRow>& rows = report.capacity;
  const std::size_t every = rows.size() <= most_rows ? 1 : 12;
  lines.head(fmt::format(
      "capacity, {}{}",
      report.ledger ? "satellites of the ledger" : "all slots filled at the start, losses as expected",
      every == 1 ? "" : "; each twelfth month (all in capacity.csv)"));
  if (report.ledger && report.ledger->elsewhere > 0) {
    lines.head(
        fmt::format("  {} satellites of the ledger serve in none of the shells", report.ledger->elsewhere));
  }
  lines.head(fmt::format("  {:<9}{:>10}{:>14}{:>14}{:>14}{:>14}", "month", "entered", "active", "kW",
                         "compute/s", "delivered/s"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % every != 0 && i + 1 != rows.size()) continue;
    const CapacityRow& row = rows[i];
    lines.head(fmt::format("  {:<9}{:>10}{:>14.1f}{:>14.0f}{:>14.4g}{:>14.4g}", month(row.at), row.entered,
                           row.active, row.compute_W * 1e-3, row.compute_per_s, row.delivered_per_s));
  }
}

std::string slot_words(const ConstellationReport& report, const BodyScreening& s, std::uint32_t satellite) {
  return fmt::format("{} {}/{}", report.constellation->shells[s.shell_of[satellite]].shell.name,
                     s.slot_of[satellite].plane, s.slot_of[satellite].place);
}

/// The closest events of different pairs.
std::vector<Conjunction> closest_pairs(const Screening& screening, std::size_t most) {
  std::vector<Conjunction> events = screening.events;
  std::sort(events.begin(), events.end(), [](const Conjunction& a, const Conjunction& b) {
    return std::tie(a.distance_m, a.first, a.second, a.time_s) <
           std::tie(b.distance_m, b.first, b.second, b.time_s);
  });
  std::vector<Conjunction> out;
  for (const Conjunction& e : events) {
    if (out.size() == most) break;
    const bool known = std::any_of(out.begin(), out.end(), [&](const Conjunction& o) {
      return o.first == e.first && o.second == e.second;
    });
    if (!known) out.push_back(e);
  }
  return out;
}

void add_screening(Lines& lines, const ConstellationReport& report, const BodyScreening& s) {
  const SeparationSummary& n = s.separation;
  lines.head(fmt::format("conjunctions about the {}", s.body == Body::earth ? "Earth" : "Moon"));
  lines.add("found", "{} among {} satellites in {} bands of radius; {} satellite-steps, {} refined",
            s.screening.found, s.shell_of.size(), s.screening.bands, s.screening.positions,
            s.screening.refined);
  if (static_cast<std::size_t>(s.screening.found) > s.screening.events.size())
    lines.add("kept", "the {} closest; counts by shell are of these", s.screening.events.size());
  for (const Conjunction& c : closest_pairs(s.screening, 5)) {
    lines.add("closest pair", "{:.1f} m at {:.0f} s, {:.0f} m/s: {} and {}", c.distance_m, c.time_s,
              c.speed_mps, slot_words(report, s, c.first), slot_words(report, s, c.second));
  }
  lines.add("nearest neighbour", "least {:.3f}, 1 % {:.3f}, median {:.3f}, greatest {:.3f} km (at the start)",
            n.least_m * 1e-3, n.q01_m * 1e-3, n.median_m * 1e-3, n.greatest_m * 1e-3);
  lines.head(fmt::format("  {:<22}{:>10}{:>14}{:>16}{:>16}", "shell", "events", "least m", "neighbour km",
                         "median km"));
  for (std::size_t i = 0; i < s.by_shell.size(); ++i) {
    if (s.separation_by_shell[i].count == 0) continue;
    lines.head(fmt::format("  {:<22}{:>10}{:>14.1f}{:>16.3f}{:>16.3f}",
                           report.constellation->shells[i].shell.name, s.by_shell[i].events,
                           s.by_shell[i].least_m, s.separation_by_shell[i].least_m * 1e-3,
                           s.separation_by_shell[i].median_m * 1e-3));
  }
}

const char* name(Approach kind) {
  switch (kind) {
    case Approach::closest:
      return "closest";
    case Approach::window_start:
      return "window_start";
    case Approach::window_end:
      return "window_end";
    case Approach::companions:
      break;
  }
  return "companions";
}

}  // namespace

std::string constellation_summary(const ConstellationReport& report) {
  Lines lines;
  lines.head(fmt::format("{}: {} shell{} from {}, {:g} years", report.constellation->title,
                         report.shells.size(), report.shells.size() == 1 ? "" : "s",
                         format_date(report.constellation->start, Tick{}).substr(0, 10), report.years));
  for (const ShellResult& shell : report.shells) {
    lines.head("");
    add_orbit(lines, shell, report.years);
    add_upkeep(lines, shell, report.years);
    add_checks(lines, shell);
  }
  lines.head("");
  add_capacity(lines, report);
  for (const BodyScreening& s : report.screenings) {
    lines.head("");
    add_screening(lines, report, s);
  }
  return lines.text();
}

std::string shells_csv(const ConstellationReport& report) {
  std::string text =
      "shell,body,altitude_m,inclination_rad,slots,planes,per_plane,phasing,pattern,period_s,node_drift_rad_"
      "per_day,"
      "eclipse_mean,eclipse_worst,eclipse_longest_s,make_up_mps,station_keeping_mps,disposal_mps,natural_"
      "decay_years,"
      "controlled_deorbit_mps,dose_Gy_per_year,failures_per_year,survival,spares_per_plane,stockout,"
      "spares_needed,latency_least_s,latency_mean_s,latency_greatest_s,link_bps,need_bps,failed_checks\n";
  for (const ShellResult& r : report.shells) {
    const Shell& s = r.plan->shell;
    const ShellReport& x = r.report;
    text += fmt::format("{},{},{:.9g},{:.9g},{},{},{},{},{},", s.name, body_name(s.body), s.altitude_m,
                        x.inclination_rad, x.satellites, s.planes, s.per_plane, s.phasing,
                        s.pattern == Pattern::delta ? "delta" : "star");
    text += fmt::format("{:.9g},{:.9g},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{},{:.6g},", x.period_s,
                        x.node_drift_rad_per_day, x.eclipses.mean_fraction, x.eclipses.greatest_fraction,
                        x.eclipses.longest_s, x.velocity.make_up_mps, x.velocity.station_keeping_mps,
                        x.velocity.disposal_mps,
                        x.disposal.natural_years ? fmt::format("{:.6g}", *x.disposal.natural_years) : "",
                        x.disposal.controlled_mps);
    text += fmt::format(
        "{:.6g},{:.6g},{:.6g},{},{:.6g},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{}\n", x.dose.total(),
        x.failures_per_year, x.survival, r.plan->spares_per_plane, r.stockout, x.spares_per_plane,
        x.ground.least_s, x.ground.mean_s, x.ground.greatest_s, r.plan->downlink.link_bps, r.need_bps,
        std::count_if(r.checks.begin(), r.checks.end(), [](const Check& c) { return !holds(c); }));
  }
  return text;
}

std::string capacity_csv(const ConstellationReport& report) {
  std::string text =
      "month,shell,entered,active,compute_W,compute_per_s,results_bps,link_bps,delivered_per_s\n";
  const auto add = [&](const std::string& shell, const std::vector<CapacityRow>& rows) {
    for (const CapacityRow& r : rows) {
      text +=
          fmt::format("{},{},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g}\n", month(r.at), shell, r.entered,
                      r.active, r.compute_W, r.compute_per_s, r.results_bps, r.link_bps, r.delivered_per_s);
    }
  };
  for (std::size_t i = 0; i < report.shells.size(); ++i)
    add(report.shells[i].plan->shell.name, report.capacity_by_shell[i]);
  add("", report.capacity);
  return text;
}

std::string slots_csv(const ConstellationReport& report) {
  std::string text = "shell,plane,place,a_m,inclination_rad,node_rad,argument_of_latitude_rad\n";
  auto out = std::back_inserter(text);
  for (const ShellPlan& plan : report.constellation->shells) {
    std::size_t i = 0;
    for (const MeanElements& e : slots(plan.shell, report.constellation->start)) {
      const auto per_plane = static_cast<std::size_t>(plan.shell.per_plane);
      fmt::format_to(out, "{},{},{},{:.3f},{:.12f},{:.12f},{:.12f}\n", plan.shell.name, i / per_plane,
                     i % per_plane, e.a_m, e.inclination_rad, e.node_rad, e.mean_anomaly_rad);
      ++i;
    }
  }
  return text;
}

std::string conjunctions_csv(const ConstellationReport& report) {
  std::string text =
      "body,time_s,distance_m,speed_mps,kind,first_shell,first_plane,first_place,second_shell,second_plane,"
      "second_place\n";
  auto out = std::back_inserter(text);
  for (const BodyScreening& s : report.screenings) {
    const auto slot = [&](std::uint32_t i) {
      return fmt::format("{},{},{}", report.constellation->shells[s.shell_of[i]].shell.name,
                         s.slot_of[i].plane, s.slot_of[i].place);
    };
    for (const Conjunction& c : s.screening.events) {
      fmt::format_to(out, "{},{:.6f},{:.5f},{:.3f},{},{},{}\n", body_name(s.body), c.time_s, c.distance_m,
                     c.speed_mps, name(c.kind), slot(c.first), slot(c.second));
    }
  }
  return text;
}

}  // namespace lunafab::app
