#pragma once
#include <cstdint>
#include <string>
#include "core/muzzle.hpp"
#include "core/random.hpp"
#include "core/variates.hpp"

namespace lunafab::orbit {

enum class DestinationKind : std::uint8_t { low_lunar_orbit, heliocentric, sun_synchronous };

/// A place satellites are sent to, at two-body fidelity. What two-body theory cannot give (launch speed and
/// flight time of a Sun-assisted return, flight time to deep space) is data of the scenario with its source.
struct Destination {
  std::string name{};
  DestinationKind kind = DestinationKind::low_lunar_orbit;
  double altitude_m = 0.0;             ///< of the final circular orbit (lunar or Earth)
  double c3_m2ps2 = 0.0;               ///< heliocentric: barycentric energy at 1 Mkm
  double launch_speed_mps = 0.0;       ///< relative to the surface; derived for lunar orbit, or from C3 if 0
  Distribution flight_time{};          ///< s, muzzle to arrival; derived for lunar orbit
  double insertion_mps = 0.0;          ///< planned burn on arrival; derived for lunar orbit
  double correction_gain = 1.0;        ///< correction Δv ÷ launch velocity error; derived for lunar orbit
  double correction_budget_mps = 0.0;  ///< what the satellite carries for corrections and insertion
  double arrival_loss_probability = 0.0;
};

/// Hohmann-like transfer from a horizontal launch at the mean radius to a circular lunar orbit. The Moon's
/// rotation (0.3 m/s at 86° latitude, 4.6 m/s on the equator) is left out.
struct LunarTransfer {
  double launch_mps;       ///< periapsis speed of the transfer ellipse
  double circularise_mps;  ///< at apoapsis
  double half_period_s;
  double apoapsis_gain_m_per_mps;  ///< ∂ apoapsis radius / ∂ launch speed
  /// Extra Δv ÷ launch velocity error, to first order and for the worst direction (along the bore), when the
  /// error is taken out by the burn at apoapsis and one half a revolution later.
  double correction_gain;
};
/// Two-body, R and GM of core/constants. @throws ContractError unless 0 < altitude and the orbit lies in the
/// Moon's sphere of influence.
LunarTransfer lunar_transfer(double altitude_m);
double lunar_escape_speed_mps();
/// Hyperbolic excess over the Moon after a launch at `launch_mps` from the mean radius; 0 below escape speed.
double lunar_excess_speed_mps(double launch_mps);
/// Launch speed from the polar site (86° S 3° E, azimuth 266°; from the pole itself up to 0.5 m/s more) for a
/// barycentric C3 at 1 Mkm of 0.5 to 1 km²/s², linear between table nodes: within 0.2 m/s of the circular
/// restricted three-body problem.
/// @throws ContractError outside the table.
double heliocentric_launch_speed_mps(double c3_m2ps2);

/// Fills in what `kind` derives (see the fields), replacing what stands there; doing so twice changes
/// nothing.
/// @throws ContractError for impossible values, naming the one. A budget smaller than the insertion is
/// possible: it loses satellites.
Destination completed(Destination destination);

struct InsertionOrder {
  std::uint64_t serial = 0;
  MuzzleState muzzle{};
  double nominal_speed_mps = 0.0;  ///< the launch speed planned: the destination's
};

enum class InsertionOutcome : std::uint8_t { inserted, lost_correction, lost_impact, lost_arrival };
constexpr const char* name(InsertionOutcome outcome) {
  constexpr const char* names[] = {"inserted", "correction beyond budget", "impact on the Moon",
                                   "arrival failure"};
  return names[static_cast<int>(outcome)];
}

/// One insertion. The burns are those needed, also where the satellite could not pay them.
struct InsertionResult {
  InsertionOrder order{};
  InsertionOutcome outcome = InsertionOutcome::inserted;
  Fidelity fidelity = Fidelity::ideal;
  Tick arrival{};  ///< of the satellite, or of its loss
  double correction_mps = 0.0;
  double insertion_mps = 0.0;
  double margin_mps = 0.0;          ///< budget − correction − insertion; negative: lost
  double flight_time_s = 0.0;       ///< muzzle to arrival or loss
  double correction_rms_mps = 0.0;  ///< root mean square expected from the muzzle covariance
};

/// Inserts at fidelity `ideal`: pure; draws keyed by the entity `destinations.<name>` and the satellite's
/// serial. The correction is gain × |launch velocity error|. A satellite that can pay correction and
/// insertion does so promptly and arrives, unless it fails on arrival. One that cannot falls back
/// (`lost_impact`) where its two-body path returns to the mean sphere before any burn could help: for lunar
/// orbit at once, when slower than circular; otherwise after one revolution, when the apoapsis lies in the
/// Moon's sphere of influence. Elsewhere it is stranded (`lost_correction`), dated by the flight time.
/// @throws ContractError unless the order was planned for this, completed, destination.
InsertionResult insert_ideal(const Destination& destination, const InsertionOrder& order, std::uint64_t seed,
                             std::uint32_t replication);

}  // namespace lunafab::orbit
