#pragma once
#include <cstdint>
#include <string>
#include "core/variates.hpp"
#include "orbit/richardson.hpp"

namespace lunafab::orbit {

enum class DestinationKind : std::uint8_t {
  low_lunar_orbit,
  heliocentric,
  sun_synchronous,
  high_earth_orbit,
  halo,
  near_rectilinear_halo,
  distant_retrograde
};
/// How a craft comes back to the Earth.
enum class Route : std::uint8_t {
  sun_assisted,  ///< over 1 to 4 Mkm, where a small burn at apogee turns the orbit
  direct         ///< one burn on the way out, hours after the launch
};

/// A periodic orbit of the Earth–Moon system; one of period and amplitude is 0.
struct LibrationTarget {
  int point = 2;  ///< 1 or 2
  Hemisphere hemisphere = Hemisphere::north;
  double period_s = 0.0;
  double amplitude_m = 0.0;  ///< halo: in z; distant retrograde: mean distance from the Moon
};

/// Muzzle speeds that are searched: what the driver gives to the satellites bound there.
struct SpeedRange {
  double slowest_mps = 1000.0, fastest_mps = 3000.0;
};

/// A place satellites are sent to. At fidelity `ideal` speed, flight time, burns and gain are data of the
/// scenario with their source, but for lunar orbit and escape; at `table` and `solve` they are computed from
/// the rest.
struct Destination {
  std::string name{};
  DestinationKind kind = DestinationKind::low_lunar_orbit;
  double altitude_m = 0.0;  ///< of the final circular orbit (lunar or Earth)
  double c3_m2ps2 = 0.0;    ///< heliocentric: barycentric energy at 1 Mkm
  Route route = Route::sun_assisted;
  double burn_at_s = 43200.0;  ///< direct: from the muzzle to the burn; within 0.7 m/s of the best
  LibrationTarget libration{};
  SpeedRange speeds{};

  // Data of `ideal`.
  double launch_speed_mps = 0.0;  ///< relative to the surface; derived for lunar orbit, or from C3 if 0
  Distribution flight_time{};     ///< s, muzzle to arrival; derived for lunar orbit
  double insertion_mps = 0.0;     ///< planned burns; derived for lunar orbit
  double correction_gain = 1.0;   ///< correction Δv ÷ launch velocity error; derived for lunar orbit

  double arrival_s = 0.0;  ///< from the end of the transfer to work: thrust or aerobraking; not at `ideal`
  double correction_budget_mps = 0.0;  ///< what the satellite carries for corrections and insertion
  double arrival_loss_probability = 0.0;
};

}  // namespace lunafab::orbit
