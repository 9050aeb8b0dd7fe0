#include "campaign/orbital_life.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "orbit/earth.hpp"
#include "orbit/spiral.hpp"

namespace lunafab::campaign {
namespace {

using orbit::Body, orbit::DestinationKind, orbit::Shell, orbit::ShellPlan, orbit::ShellSatellite;
constexpr double year_s = orbit::written_year_s;

const ShellPlan* shell_of(const orbit::ConstellationSection& section, const std::string& destination) {
  const auto found = std::find_if(section.shells.begin(), section.shells.end(),
                                  [&](const ShellPlan& plan) { return plan.shell.name == destination; });
  return found == section.shells.end() ? nullptr : &*found;
}

/// The circle on which satellites of a destination without a shell work; nothing where there is none.
std::optional<Shell> circle_of(const orbit::Destination& d) {
  if (d.kind == DestinationKind::sun_synchronous) return Shell{.name = d.name, .altitude_m = d.altitude_m};
  if (d.kind != DestinationKind::low_lunar_orbit) return {};
  return Shell{.name = d.name,
               .body = Body::moon,
               .altitude_m = d.altitude_m,
               .inclination_rad = 0.5 * std::numbers::pi};
}

double open_dose(const orbit::Destination& d) {
  const bool away = d.kind == DestinationKind::heliocentric || d.kind == DestinationKind::high_earth_orbit;
  return orbit::open_space_dose(away ? orbit::OpenSpace::heliocentric : orbit::OpenSpace::libration_point)
      .total();
}

void plan_end(const Shell& shell, const ShellSatellite& satellite, OrbitalLife& life) {
  const orbit::Disposal plan = orbit::plan_disposal(shell, satellite.drag, satellite.disposal);
  if (shell.body == Body::moon) {
    life.disposal = Disposal::surface;
    life.disposal_mps = plan.controlled_mps;
    const orbit::CentralBody& moon = orbit::central_body(Body::moon);
    const double a_m = 0.5 * (orbit::radius_m(shell) + moon.surface_radius_m);
    life.falling = ticks_from_seconds(std::numbers::pi * std::sqrt(a_m * a_m * a_m / moon.gm_m3ps2));
    return;
  }
  life.disposal = Disposal::decay;
  life.disposal_mps = plan.lowering_mps;
  life.falling =
      ticks_from_seconds((plan.complies_alone ? *plan.natural_years : satellite.disposal.years) * year_s);
  if (plan.natural_years) life.falls_when_dead = ticks_from_seconds(*plan.natural_years * year_s);
}

OrbitalLife life_in(const Shell& shell, const ShellSatellite& satellite) {
  OrbitalLife life{.dose_Gy_per_year =
                       orbit::behind(orbit::shell_dose(shell), satellite.reliability.aluminium_m).total()};
  life.upkeep_mps_per_s = (orbit::make_up_mps_per_year(shell, satellite.drag, satellite.activity) +
                           satellite.station_keeping_mps_per_year) /
                          year_s;
  if (satellite.delta_v_mps > 0.0) life.carried_mps = satellite.delta_v_mps;
  plan_end(shell, satellite, life);
  return life;
}

std::string mismatch(const orbit::Destination& d, const Shell& shell) {
  const auto circle = circle_of(d);
  if (!circle && d.kind != DestinationKind::high_earth_orbit)
    return "has the name of a destination that is no circular orbit";
  const Body body = circle ? circle->body : Body::earth;
  if (shell.body != body) return "goes round another body than the destination of its name";
  if (shell.altitude_m != d.altitude_m) {
    return fmt::format("is {:g} km high, the destination of its name {:g} km", shell.altitude_m / 1e3,
                       d.altitude_m / 1e3);
  }
  if (d.kind == DestinationKind::sun_synchronous && shell.inclination_rad)
    return "has an inclination, the destination of its name is Sun-synchronous";
  return {};
}

void fill_shell(const ShellPlan& plan, const orbit::Destination& d, Scenario& scenario, OrbitalLife& life) {
  life.shell = static_cast<std::uint32_t>(scenario.shells.size());
  scenario.shells.push_back({plan, orbit::SlotDesk(plan.shell, scenario.start, plan.arrival)});
  if (plan.shell.body == Body::moon) {
    life.drift_dose_Gy_per_s = life.dose_Gy_per_year / year_s;
    scenario.orbit.gates.resize(scenario.orbit.destinations.size());
    scenario.orbit.gates[scenario.lives.size()] =
        orbit::gate_to(plan.shell, scenario.start, plan.arrival.most_turn_mps);
    return;
  }
  const orbit::DoseRate parking =
      orbit::earth_dose(plan.arrival.parking_altitude_m, orbit::inclination_rad(plan.shell));
  life.drift_dose_Gy_per_s = orbit::behind(parking, plan.satellite.reliability.aluminium_m).total() / year_s;
  if (d.arrival_s > 0.0) {  // down from a capture at lunar distance
    life.arrival_drift_rad = orbit::spiral_node_drift_rad(
        orbit::earth::moon_distance_m,
        orbit::central_body(Body::earth).surface_radius_m + plan.arrival.parking_altitude_m,
        orbit::inclination_rad(plan.shell), d.arrival_s);
  }
}

}  // namespace

const ShellSatellite* satellite_at(const orbit::ConstellationSection& section,
                                   const std::string& destination) {
  if (const ShellPlan* plan = shell_of(section, destination)) return &plan->satellite;
  return section.satellite ? &*section.satellite : nullptr;
}

void prepare_lives(const orbit::ConstellationSection& section, Scenario& scenario, Findings& findings) {
  if (section.shells.empty()) return;
  for (const orbit::Destination& d : scenario.orbit.destinations) {
    OrbitalLife life;
    const ShellPlan* plan = shell_of(section, d.name);
    const ShellSatellite* satellite = satellite_at(section, d.name);
    if (plan != nullptr) {
      const std::string problem = mismatch(d, plan->shell);
      if (!problem.empty()) {
        const std::string path = "constellation.shells." + d.name;
        findings.add(
            {mark_at(scenario.document, path), path, problem, "another name, or the same orbit", ""});
        continue;
      }
    }
    const auto circle = plan != nullptr ? std::optional(plan->shell) : circle_of(d);
    if (satellite != nullptr) {
      if (circle) {
        life = life_in(*circle, *satellite);
      } else {
        life.dose_Gy_per_year = open_dose(d);
      }
      life.reliability = satellite->reliability;
      life.degraded_below = satellite->power.degraded_below;
      if (plan != nullptr) fill_shell(*plan, d, scenario, life);
    }
    scenario.lives.push_back(life);
  }
}

}  // namespace lunafab::campaign
