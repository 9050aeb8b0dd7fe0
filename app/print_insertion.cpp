#include "app/print_insertion.hpp"
#include <fmt/format.h>
#include <cmath>
#include <iterator>
#include <utility>
#include "core/constants.hpp"
#include "report/numbers.hpp"

namespace lunafab::app {
namespace {

using namespace orbit;
using report::InsertionReport, report::percent;

constexpr double day_s = 86400.0, rad_to_deg = 57.29577951308232, per_mm = 1e3;

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

/// `56.5 min`, `7.50 h`, `7.503 d`.
std::string span(double seconds) {
  if (seconds < 7200.0) return fmt::format("{:.1f} min", seconds / 60.0);
  if (seconds < 2.0 * day_s) return fmt::format("{:.2f} h", seconds / 3600.0);
  return fmt::format("{:.3f} d", seconds / day_s);
}

std::string clock(double hours) {
  const auto minutes = static_cast<int>(std::lround(hours * 60.0)) % 1440;
  return fmt::format("{:02d}:{:02d}", minutes / 60, minutes % 60);
}

void head_lines(const InsertionReport& r, std::string& text) {
  const auto& q = r.asked;
  line(text, "{}", q.title);
  line(text, "Outcome      {}: {} at fidelity {}, launch {} TT", r.outcome, r.destination().name,
       lunafab::name(q.model.fidelity), report::date_text(q.launch));
  if (q.model.sky) {
    const Muzzle& m = q.model.setting.muzzle;
    line(text,
         "Muzzle       latitude {:.3f} deg, longitude {:.3f} deg, azimuth {:.2f} deg, elevation {:.2f} deg",
         m.site.latitude_rad * rad_to_deg, m.site.longitude_rad * rad_to_deg, m.azimuth_rad * rad_to_deg,
         m.elevation_rad * rad_to_deg);
  }
  line(text, "Model        {}", report::model_line(r));
}

void figure_lines(const InsertionReport& r, std::string& text) {
  const auto& f = r.figures;
  if (r.outcome == "no transfer") return;
  line(text, "Launch       {:.4f} m/s relative to the surface", f.speed_mps);
  if (r.transfer && r.asked.speed_mps) line(text, "             planned: {:.4f} m/s", r.transfer->speed_mps);
  const Eigen::Vector3d sd = r.asked.model.muzzle_m2ps2.diagonal().cwiseSqrt() * per_mm;
  line(text, "             errors, 1 sigma: along {:.2f}, left {:.2f}, up {:.2f} mm/s   ({})", sd.x(), sd.y(),
       sd.z(), r.asked.muzzle_source);
  line(text, "Flight       {}", span(f.transfer_s));
  line(text, "Burns        planned {:.3f} m/s   corrections p50 {:.3f}, p95 {:.3f}, p99 {:.3f} m/s",
       f.insertion_mps, f.p50_mps, f.p95_mps, f.p99_mps);
  line(text, "Budget       {:.2f} m/s, margin at p95 {:.2f} m/s", r.destination().correction_budget_mps,
       r.margin_mps());
  line(text, "Loss         {} = corrections beyond the budget {} or failure on arrival {}",
       percent(f.loss_probability), percent(f.overrun_probability),
       percent(r.destination().arrival_loss_probability));
}

void timeline_lines(const InsertionReport& r, std::string& text) {
  if (r.timeline.empty()) return;
  line(text, "\n{:19}  {:>10}  {:52} {:>10}  {:>11}", "Date (TT)", "elapsed", "event", "dv m/s", "left m/s");
  for (const report::InsertionEvent& e : r.timeline) {
    std::string dv;
    if (e.p95_mps) dv = fmt::format("p95 {:.3f}", *e.p95_mps);
    if (e.dv_mps > 0.0) dv = fmt::format("{:.3f}", e.dv_mps);
    line(text, "{:19}  {:>10}  {:52} {:>10}  {:>11.3f}", report::date_text(e.at),
         span(report::days_between(r.asked.launch, e.at) * day_s), e.name, dv, e.left_mps);
  }
  line(text, "Eclipses     {} on the way\n", r.eclipses);
}

/// How far off the last goal is after all corrections, 1 sigma.
std::string left_over(const InsertionReport& r) {
  const Eigen::MatrixXd& miss = r.plan->miss;
  const bool aimed = r.plan->trims.has_value();
  const Goal& goal = aimed ? r.transfer->after : r.transfer->goal;
  if (goal.demands.size() == 3)
    return fmt::format("{:.2f} km from the place aimed at", std::sqrt(miss.trace()) / 1e3);
  if (goal.demands.front().quantity != Quantity::angular_momentum) return {};
  // Of a nearly parabolic way: r = h²/2GM.
  const double per_momentum = goal.demands.front().value / r.asked.model.setting.dynamics.gm.earth;
  return fmt::format("perigee off by {:.2f} km", per_momentum * std::sqrt(miss(0, 0)) / 1e3);
}

void plan_lines(const InsertionReport& r, std::string& text) {
  if (!r.plan || !r.plan->first) return;
  const Navigation& n = r.asked.model.navigation;
  const Eigen::Vector3d by = r.plan->gain.colwise().norm();
  line(text,
       "Corrections  first after {}, second after {}   known to {:.0f} m and {:.1f} mm/s, burnt to {} (1 "
       "sigma)",
       span(report::days_between(r.asked.launch, *r.plan->first) * day_s),
       span(report::days_between(r.asked.launch, *r.plan->second) * day_s), n.position_m,
       n.velocity_mps * per_mm, percent(n.execution_rel));
  line(text, "             gain: {:.3f} along, {:.3f} left, {:.3f} up   rms {:.4f} and {:.4f} m/s", by.x(),
       by.y(), by.z(), std::sqrt(r.plan->first_m2ps2.trace()), std::sqrt(r.plan->second_m2ps2.trace()));
  if (const auto& trims = r.plan->trims) {
    line(text, "             after the burn: first after {}, second after {}   rms {:.4f} and {:.4f} m/s",
         span(report::days_between(r.asked.launch, trims->first) * day_s),
         span(report::days_between(r.asked.launch, trims->second) * day_s),
         std::sqrt(trims->first_m2ps2.trace()), std::sqrt(trims->second_m2ps2.trace()));
  }
  if (const std::string left = left_over(r); !left.empty())
    line(text, "             after them {} (1 sigma)", left);
}

void outlook_lines(const InsertionReport& r, std::string& text) {
  constexpr const char* methods[] = {"chemical", "aerobraking", "low thrust"};
  if (r.earth) {
    const EarthArrival& a = r.earth->arrival;
    line(text, "At perigee   {:.1f} km high, inclination {:.3f} deg, ascending node at {} local mean time",
         a.perigee_altitude_m / 1e3, a.inclination_rad * rad_to_deg, clock(r.earth->node_time_h));
    line(text, "             {:12} {:>10} {:>14} {:>9} {:>8} {:>7}", "then", "dv m/s", "propellant kg",
         "days", "passes", "node");
    for (const report::ArrivalOption& o : r.earth->options) {
      line(text, "             {:12} {:>10.1f} {:>14.0f} {:>9.1f} {:>8} {:>7}  {}",
           methods[static_cast<int>(o.result.method)], o.result.delta_v_mps, o.result.propellant_kg,
           o.result.days, o.result.passes, clock(o.node_time_h),
           o.result.failure ? o.result.failure->reason : "");
    }
  }
  if (!r.sun) return;
  const SunOrbit& s = r.sun->orbit.settled;
  line(text,
       "About Sun    C3 {:.4f} km2/s2; perihelion {:.4f} au, aphelion {:.4f} au, {:.3f} deg to the ecliptic, "
       "{:.1f} d",
       r.sun->orbit.c3_m2ps2 / 1e6, s.perihelion_m / constants::astronomical_unit_m,
       s.aphelion_m / constants::astronomical_unit_m, s.inclination_rad * rad_to_deg, s.period_s / day_s);
  if (r.sun->cruise.closest) {
    line(text, "             comes within {:.3f} au of the Earth after {:.2f} years (of 10, two-body)",
         r.sun->cruise.closest->distance_m / constants::astronomical_unit_m,
         r.sun->cruise.closest->days / 365.25);
  }
}

void monte_carlo_lines(const InsertionReport& r, std::string& text) {
  if (!r.dispersion) return;
  const Dispersion& d = *r.dispersion;
  line(text, "Monte Carlo  {} launches, seed {}: {} corrected, {} fell back, {} found no correction",
       d.samples.size(), r.asked.seed, d.corrected, d.impacts, d.not_corrected);
  line(text, "             first correction: rms {:.4f}, p50 {:.4f}, p95 {:.4f}, p99 {:.4f} m/s", d.rms_mps,
       d.cost_mps[0], d.cost_mps[1], d.cost_mps[2]);
  line(text, "             linear:           rms {:.4f}, p50 {:.4f}, p95 {:.4f}, p99 {:.4f} m/s",
       std::sqrt(r.plan->first_m2ps2.trace()), d.linear_mps[0], d.linear_mps[1], d.linear_mps[2]);
}

}  // namespace

std::string insertion_summary(const InsertionReport& r) {
  std::string text;
  head_lines(r, text);
  figure_lines(r, text);
  timeline_lines(r, text);
  plan_lines(r, text);
  outlook_lines(r, text);
  monte_carlo_lines(r, text);
  const char* label = "Confesses";
  for (const std::string& confession : r.confessions)
    line(text, "{:12} {}", std::exchange(label, ""), confession);
  return text;
}

}  // namespace lunafab::app
