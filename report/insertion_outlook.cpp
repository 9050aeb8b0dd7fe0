#include "report/insertion_outlook.hpp"
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"
#include "orbit/aerobraking.hpp"
#include "orbit/conic.hpp"
#include "orbit/earth.hpp"
#include "orbit/low_thrust.hpp"
#include "orbit/node_time.hpp"
#include "orbit/shells.hpp"

namespace lunafab::report {
namespace {

using namespace orbit;

constexpr double years = 10.0;
constexpr double farthest_apogee_m = 1e10;  // stands for an open orbit: as fast at perigee within 0.2 m/s

GeocentricState geocentric(const Craft& craft, const Ephemeris& sky) {
  if (craft.centre == Body::earth) return {craft.r_m, craft.v_mps};
  return to_geocentric(LunarState{craft.r_m, craft.v_mps}, sky, craft.at);
}

EarthArrival arrival_of(const GeocentricState& state, double gm) {
  const Elements e = elements_of({state.r_m, state.v_mps}, gm);
  return {.perigee_altitude_m = periapsis_m(e) - earth::equatorial_radius_m,
          .apogee_radius_m = std::min(apoapsis_m(e), farthest_apogee_m),
          .inclination_rad = e.inclination_rad,
          .node_rad = e.node_rad,
          .perigee_argument_rad = e.periapsis_argument_rad};
}

/// With as much propellant on board as the method needs.
template <class Arrive>
ArrivalResult with_enough_propellant(const Arrive& arrive) {
  constexpr int most_rounds = 40;
  constexpr double near_kg = 1.0, spare_kg = 1.0;
  ArrivingCraft craft{.propellant_kg = 500.0};
  ArrivalResult result = arrive(craft);
  for (int i = 0;
       i < most_rounds && std::abs(result.propellant_kg + spare_kg - craft.propellant_kg) > near_kg; ++i) {
    craft.propellant_kg = result.propellant_kg + spare_kg;
    result = arrive(craft);
  }
  return result;
}

EarthOutlook earth_outlook(const InsertionReport& r) {
  const Craft& craft = r.transfer->arrival;
  const GeocentricState state = geocentric(craft, *r.asked.model.sky);
  EarthOutlook out{.arrival = arrival_of(state, r.asked.model.setting.dynamics.gm.earth),
                   .node_time_h = mean_node_time_h(state, craft.at)};
  const double altitude_m = r.destination().altitude_m;
  const WorkingOrbit target{.altitude_m = altitude_m,
                            .inclination_rad = sun_synchronous_inclination_rad(altitude_m).value()};
  const auto add = [&](const ArrivalResult& result) {
    const Epoch end{craft.at.tt_days_since_j2000 + result.days};
    out.options.push_back(
        {result, mean_node_time_h(out.arrival.node_rad + result.orbit.node_drift_rad, end)});
  };
  add(with_enough_propellant([&](const ArrivingCraft& c) {
    return arrive_chemically(out.arrival, target, c, Aerobraking{}.capture_apogee_m);
  }));
  add(with_enough_propellant(
      [&](const ArrivingCraft& c) { return arrive_by_aerobraking(out.arrival, target, c, {}); }));
  add(with_enough_propellant(
      [&](const ArrivingCraft& c) { return arrive_by_low_thrust(out.arrival, target, c, {}); }));
  return out;
}

}  // namespace

void look_ahead(InsertionReport& r) {
  if (r.outcome == "impact on the Moon") return;
  if (r.destination().kind == DestinationKind::sun_synchronous) r.earth = earth_outlook(r);
  if (r.destination().kind != DestinationKind::heliocentric) return;
  const Craft& craft = r.flown ? r.flown->arrival : r.transfer->arrival;
  const GeocentricState state = geocentric(craft, *r.asked.model.sky);
  const SkyState sky = r.asked.model.sky->at(craft.at);
  r.sun = SunOutlook{heliocentric_orbit(state, sky), heliocentric_cruise(state, sky, years)};
}

}  // namespace lunafab::report
