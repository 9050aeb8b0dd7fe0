#include "orbit/shell_report.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double year_days = 365.25;

VelocityBudget velocity_budget(const Shell& shell, const ShellSatellite& s, const Disposal& disposal,
                               double years) {
  return {make_up_mps_per_year(shell, s.drag, s.activity) * years, s.station_keeping_mps_per_year * years,
          shell.body == Body::moon ? disposal.controlled_mps : disposal.lowering_mps};
}

std::vector<Check> checks_of(const ShellReport& report, const Shell& shell, const ShellSatellite& s,
                             double years) {
  std::vector<Check> checks = power_thermal_checks(s.power, s.radiator, shell, report.eclipses, years);
  checks.push_back({"velocity budget", "m/s", report.velocity.total_mps(), s.delta_v_mps, Bound::at_most});
  checks.push_back({"dose over the years", "Gy", report.dose.total() * years, s.reliability.dose_limit_Gy,
                    Bound::at_most});
  // A satellite that dies in its slot cannot lower itself.
  if (shell.body == Body::earth) {
    checks.push_back({"decay when dead in the slot", "yr", report.disposal.natural_years.value_or(INFINITY),
                      s.disposal.years, Bound::at_most});
  }
  return checks;
}

}  // namespace

ShellReport examine_shell(const Shell& shell, const ShellSatellite& s, Epoch from, double years) {
  expects(years > 0.0 && std::isfinite(years), "years must be positive");
  ShellReport r;
  r.inclination_rad = inclination_rad(shell), r.period_s = nodal_period_s(shell);
  r.node_drift_rad_per_day = shell_rates(shell).node_radps * 86400.0;
  r.satellites = size(shell);
  r.eclipses = shell_eclipses(shell, from, years * year_days);
  r.disposal = plan_disposal(shell, s.drag, s.disposal);
  r.velocity = velocity_budget(shell, s, r.disposal, years);
  r.dose = behind(shell_dose(shell), s.reliability.aluminium_m);
  r.survival = survival(s.reliability, r.dose.total(), years);
  r.failures_per_year = -std::log(r.survival) / years;
  r.plane_failures_a_supply = r.failures_per_year * shell.per_plane * s.resupply_years;
  r.spares_per_plane = spares_for(r.plane_failures_a_supply, s.stockout_probability);
  r.ground = shell_latency(shell, s.least_elevation_rad);
  if (shell.body == Body::earth) {
    r.relayed = relayed_latency(central_body(shell.body), radius_m(shell), s.least_elevation_rad,
                                std::min(s.relay_grazing_m, 0.5 * shell.altitude_m));
  }
  r.checks = checks_of(r, shell, s, years);
  return r;
}

double working_fraction(const PowerSystem& power, const EclipseSummary& eclipses) {
  return power.shadow_work == ShadowWork::on_battery ? 1.0 : 1.0 - eclipses.mean_fraction;
}

}  // namespace lunafab::orbit
