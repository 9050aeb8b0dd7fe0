#pragma once
#include <string>
#include <vector>
#include "orbit/capacity.hpp"
#include "orbit/drag.hpp"
#include "orbit/latency.hpp"
#include "orbit/power_thermal.hpp"
#include "orbit/radiation.hpp"
#include "orbit/slots.hpp"

// One shell examined: what a command prints. Analytic models throughout; each header states its validity.
namespace lunafab::orbit {

/// Input: a satellite as a shell sees it. Nested structs are inputs too.
struct ShellSatellite {
  DragBody drag;
  PowerSystem power;
  Radiator radiator;
  Reliability reliability;
  DisposalRule disposal;
  SolarActivity activity = SolarActivity::mean;  ///< for make-up
  double station_keeping_mps_per_year =
      0.0;                              ///< beside drag make-up; lunar orbits: from a mission's analysis
  double delta_v_mps = 0.0;             ///< that it carries on arrival in its slot
  double least_elevation_rad = 0.4363;  ///< of ground stations: 25°, assumption
  double relay_grazing_m = 80e3;        ///< links between satellites pass above: assumption
  double resupply_years = 0.25;         ///< between deliveries to a plane: assumption
  double stockout_probability = 0.01;   ///< that spares run out between deliveries: assumption
};

struct VelocityBudget {
  double make_up_mps = 0.0;  ///< drag, over the years
  double station_keeping_mps = 0.0;
  double disposal_mps = 0.0;  ///< to keep the rule; about the Moon, to its surface
  double total_mps() const { return make_up_mps + station_keeping_mps + disposal_mps; }
};

struct ShellReport {
  double inclination_rad = 0.0, period_s = 0.0, node_drift_rad_per_day = 0.0;
  int satellites = 0;
  EclipseSummary eclipses;
  VelocityBudget velocity;
  Disposal disposal;
  DoseRate dose;                         ///< behind the satellite's shielding
  double survival = 0.0;                 ///< to the end of the years
  double failures_per_year = 0.0;        ///< of a satellite, mean over the years
  double plane_failures_a_supply = 0.0;  ///< expected in a full plane between deliveries
  int spares_per_plane = 0;              ///< for the stockout probability
  Latency ground;                        ///< direct
  RelayedLatency relayed;                ///< Earth only: by one relay
  std::vector<Check> checks;
};

/// Over `years` from a date; eclipses over all of them, day by day.
/// @throws ContractError for impossible shells and satellites, and dates outside the ephemeris.
ShellReport examine_shell(const Shell& shell, const ShellSatellite& satellite, Epoch from, double years);

/// Share of the time at work: all of it, or the lit part where compute pauses in the shadow.
double working_fraction(const PowerSystem& power, const EclipseSummary& eclipses);

}  // namespace lunafab::orbit
