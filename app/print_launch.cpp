#include "app/print_launch.hpp"
#include <fmt/format.h>
#include <iterator>
#include <utility>
#include "core/constants.hpp"
#include "report/day_report.hpp"
#include "report/numbers.hpp"

namespace lunafab::app {
namespace {

using namespace massdriver;
using report::LaunchReport, report::percent, report::plain, report::with_prefix;

constexpr double g0 = constants::standard_gravity_mps2;

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

void motion_lines(const LaunchReport& r, std::string& text) {
  const LaunchSolution& s = r.solution;
  line(text, "{}", r.design.title);
  line(text, "Outcome      {}: {} at {:.4f} m/s, asked for {:.6g} m/s, in {:.4f} s", name(s.outcome),
       plain(r.asked.payload_kg, "kg"), s.muzzle_speed_mps, r.asked.muzzle_speed_mps, s.time_s);
  line(text,
       "Acceleration mean {:.2f} g   peak {:.2f} g at cruise, {:.2f} g over the whole run   peak jerk {:.3g} "
       "m/s^3",
       s.mean_mps2 / g0, s.cruise_peak_mps2 / g0, s.peak_mps2 / g0, s.peak_jerk_mps3);
  line(text, "Circuits     peak {} per turn   drive {} at cruise, {} over the run   bucket {} … {}",
       with_prefix(s.peak_voltage_V, "V"), with_prefix(s.cruise_drive_current_A, "A"),
       with_prefix(s.drive_current_A, "A"), with_prefix(s.bucket_current_A > 0.0 ? s.low_bucket_A : 0.0, "A"),
       with_prefix(s.bucket_current_A, "A"));
  if (s.skipped_banks > 0) line(text, "Skipped      {} banks did not fire", s.skipped_banks);
  if (!r.figures) return;
  const LaunchFigures& f = *r.figures;
  line(text,
       "Hoop stress  drive {} at cruise, {} over the run   bucket {} at cruise, {} over the run   (tension "
       "over "
       "section and fill)",
       with_prefix(f.cruise_hoop_drive_Pa, "Pa"), with_prefix(f.hoop_drive_Pa, "Pa"),
       with_prefix(f.cruise_hoop_bucket_Pa, "Pa"), with_prefix(f.hoop_bucket_Pa, "Pa"));
}

void account_lines(const LaunchReport& r, std::string& text) {
  const report::StageAccount account = report::stage_account(r.solution.energy);
  double whole_J = 0.0;
  for (const report::AccountTerm& term : account.in) whole_J += term.energy_J;
  if (!(whole_J > 0.0)) return;
  const char* label = "Energy in";
  for (const auto* side : {&account.in, &account.out}) {
    for (const report::AccountTerm& term : *side) {
      line(text, "{:12} {:36} {:>12} {:>12}", label, term.name, with_prefix(term.energy_J, "J"),
           percent(term.energy_J / whole_J));
      label = "";
    }
    label = "went into";
  }
}

void site_lines(const LaunchReport& r, std::string& text) {
  const LaunchFigures& f = *r.figures;
  line(text, "Bus          {} = charging {} + injection {} - regeneration {}", with_prefix(f.bus_J, "J"),
       with_prefix(f.charged_J, "J"), with_prefix(f.injection_J, "J"), with_prefix(f.regenerated_J, "J"));
  line(text, "Efficiency   electromagnetic {}   bus to payload {} ({} without regeneration)",
       percent(f.em_efficiency), percent(f.wall_plug_efficiency), percent(f.wall_plug_unregenerated));
  line(text, "Heat         {} = charger {} + stages {} + injection {} + brake {}",
       with_prefix(f.heat.total_J(), "J"), with_prefix(f.heat.charger_J, "J"),
       with_prefix(f.heat.stages_J, "J"), with_prefix(f.heat.injection_J, "J"),
       with_prefix(f.heat.brake_J, "J"));
  for (const auto& [label, section] : {std::pair{"Injection", &f.injection}, std::pair{"Brake", &f.brake}}) {
    line(text, "{:12} {} stages, {:.1f} m in {:.3f} s   peak {:.2f} g, {}   coil heat {}   efficiency {}",
         label, section->stages, section->length_m, section->time_s, section->peak_mps2 / g0,
         with_prefix(section->peak_W, "W"), with_prefix(section->coil_heat_J, "J"),
         percent(section->efficiency()));
  }
  line(text, "Coils        {:.3f} K warmer in the first stage, {:.3f} K in the mean, {:.3f} K in the worst",
       f.coil_rise_K[0], f.coil_rise_K[1], f.coil_rise_K[2]);
  const Cadence& c = f.cadence;
  line(text, "Recharge     {} at {}", plain(f.recharge_s, "s"), with_prefix(r.design.bus_W, "W"));
  std::string bounds;
  for (std::size_t i = 0; i < rate_bounds; ++i) {
    if (c.while_up_per_h[i] > 1e12) continue;
    bounds += fmt::format("{}{} {:.4g}", bounds.empty() ? "" : ", ", name(static_cast<RateBound>(i)),
                          c.while_up_per_h[i]);
  }
  line(text, "Cadence      {:.4g} launches an hour, bound by {}   (each alone: {})", c.up_per_h,
       name(c.binding), bounds);
}

void limit_lines(const LaunchReport& r, std::string& text) {
  const char* label = "Limits";
  for (const LimitRow& row : r.limits) {
    const bool judged = row.sense != LimitSense::reported;
    const char* sign = row.sense == LimitSense::at_least ? ">= " : "<= ";
    line(text, "{:12} {:36} {:>16} {:>20}  {}", std::exchange(label, ""), row.name,
         report::limit_text(row.value, row.unit),
         judged ? sign + report::limit_text(row.limit, row.unit) : "",
         row.passes ? (judged ? "passes" : "") : "FAILS");
  }
}

void release_text(const LaunchReport& r, std::string& text) {
  const char* label = "Release";
  if (!r.design.has_sled) line(text, "{:12} not modelled: the design has no sled", label);
  if (!r.release) return;
  for (const std::string& release : report::release_lines(*r.release))
    line(text, "{:12} {}", std::exchange(label, ""), release);
}

}  // namespace

std::string launch_summary(const LaunchReport& r) {
  std::string text;
  motion_lines(r, text);
  account_lines(r, text);
  if (r.figures) site_lines(r, text);
  text += report::day_summary(r);
  limit_lines(r, text);
  release_text(r, text);
  if (r.dispersion) text += report::dispersion_summary(*r.dispersion);
  const char* label = "Confesses";
  for (const std::string& confession : r.confessions)
    line(text, "{:12} {}", std::exchange(label, ""), confession);
  return text;
}

}  // namespace lunafab::app
