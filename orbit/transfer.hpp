#pragma once
#include <cstdint>
#include <string>
#include "core/muzzle.hpp"
#include "core/random.hpp"
#include "core/variates.hpp"

namespace lunafab::orbit {

enum class DestinationKind : std::uint8_t { low_lunar_orbit, heliocentric, sun_synchronous };

/// A place satellites are sent to, at two-body fidelity. What two-body theory cannot give (launch speed and flight time of a
/// Sun-assisted return, barycentric C3) is data of the scenario with its source.
struct Destination {
  std::string name;
  DestinationKind kind = DestinationKind::low_lunar_orbit;
  double altitude_m = 0.0;             ///< of the final circular orbit (lunar or Earth)
  double c3_m2ps2 = 0.0;               ///< heliocentric: barycentric energy at 1 Mkm
  double launch_speed_mps = 0.0;       ///< relative to the surface; derived for low_lunar_orbit
  Distribution flight_time;            ///< s, muzzle to arrival; derived for low_lunar_orbit
  double insertion_mps = 0.0;          ///< planned burn on arrival; derived for low_lunar_orbit
  double correction_gain = 1.0;        ///< correction Δv ÷ launch error
  double correction_budget_mps = 0.0;  ///< what the satellite carries for corrections and insertion
  double arrival_loss_probability = 0.0;
};

/// Hohmann-like transfer from a horizontal launch at the mean radius to a circular lunar orbit.
struct LunarTransfer {
  double launch_mps;        ///< periapsis speed of the transfer ellipse
  double circularise_mps;   ///< at apoapsis
  double half_period_s;
  double apoapsis_gain_m_per_mps;  ///< ∂ apoapsis radius / ∂ launch speed
};
/// Two-body, R and GM of core/constants. @throws ContractError unless altitude_m > 0.
LunarTransfer lunar_transfer(double altitude_m);
double lunar_escape_speed_mps();
/// Hyperbolic excess over the Moon after a launch at `launch_mps` from the mean radius; 0 below escape speed.
double lunar_excess_speed_mps(double launch_mps);
/// Launch speed from the pole for a barycentric C3 at 1 Mkm, interpolated in a table, with its range and source at the definition.
/// @throws ContractError outside the table.
double heliocentric_launch_speed_mps(double c3_m2ps2);

/// Fills in what `kind` derives (see the fields). @throws ContractError for impossible values.
Destination completed(Destination destination);

struct InsertionOrder {
  std::uint64_t serial = 0;
  MuzzleState muzzle;
  double nominal_speed_mps = 0.0;
};

enum class InsertionOutcome : std::uint8_t { inserted, lost_correction, lost_impact, lost_arrival };
constexpr const char* name(InsertionOutcome outcome) {
  constexpr const char* names[] = {"inserted", "correction beyond budget", "impact on the Moon", "arrival failure"};
  return names[static_cast<int>(outcome)];
}

struct InsertionResult {
  InsertionOrder order;
  InsertionOutcome outcome = InsertionOutcome::inserted;
  Fidelity fidelity = Fidelity::ideal;
  Tick arrival{};               ///< of the satellite, or of its loss
  double correction_mps = 0.0;
  double insertion_mps = 0.0;
  double margin_mps = 0.0;      ///< budget − correction − insertion; negative: lost
  double flight_time_s = 0.0;
  double correction_sd_mps = 0.0;  ///< 1 σ expected from the muzzle covariance
};

/// Inserts at fidelity `ideal`: pure; draws keyed by satellite serial.
InsertionResult insert_ideal(const Destination& destination, const InsertionOrder& order, std::uint64_t seed,
                             std::uint32_t replication);

}  // namespace lunafab::orbit
