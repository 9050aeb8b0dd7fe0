#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>
#include "core/simd_level.hpp"
#include "orbit/dynamics.hpp"
#include "orbit/integrator.hpp"

namespace lunafab::orbit {

enum class Body : std::uint8_t { moon, earth };

/// State of one satellite on its way: the centre changes at the sphere of influence.
struct Craft {
  Epoch at;
  Body centre = Body::moon;
  Eigen::Vector3d r_m = Eigen::Vector3d::Zero();  ///< from `centre`, GCRF axes
  Eigen::Vector3d v_mps = Eigen::Vector3d::Zero();
};

/// Where the centre changes between Moon and Earth: the radius of Laplace's sphere of influence.
inline constexpr double sphere_of_influence_m = 66.1e6;

enum class EventKind : std::uint8_t {
  impact,          ///< altitude over `body`'s mean sphere falls through 0
  altitude,        ///< over `body`'s mean sphere passes `value` m
  periapsis,       ///< of `body`: radial speed rises through 0
  apoapsis,        ///< of `body`: falls through 0
  distance,        ///< from `body` passes `value` m (sphere of influence, 1 Mkm)
  plane_crossing,  ///< of the plane through `body` with normal `normal` (GCRF axes)
  eclipse_in,      ///< the Sun's disc begins to be covered by `body`: penumbra
  eclipse_out,     ///< is free again
  penumbra,        ///< both: falls on the way in
  umbra            ///< wholly covered, or `body`'s disc wholly within the Sun's: falls on the way in
};
enum class Crossing : std::int8_t { falling = -1, either = 0, rising = 1 };

/// Something to find along an arc. Falling and rising mean as time goes on, also where an arc is propagated
/// backwards. A crossing at the very beginning belongs to the arc before; but an arc that begins on the
/// sphere and goes below it hits it at once.
struct EventSpec {
  EventKind kind = EventKind::impact;
  Body body = Body::moon;
  double value = 0.0;
  Eigen::Vector3d normal = Eigen::Vector3d::UnitZ();
  Crossing crossing = Crossing::either;  ///< of altitude, distance, plane and shadow
  bool ends = false;                     ///< the arc
  int skip = 0;                          ///< occurrences passed over before it counts
};

struct EventHit {
  std::size_t spec = 0;  ///< index into the specs
  Craft craft;
};

enum class ArcEnd : std::uint8_t { time, event, steps_used_up, not_finite };

struct Arc {
  ArcEnd end = ArcEnd::time;
  Craft last;
  std::vector<EventHit> events;  ///< in order of time
  std::int64_t steps = 0;
  Eigen::Matrix<double, 6, 6> stm =
      Eigen::Matrix<double, 6, 6>::Identity();  ///< ∂last/∂first at fixed times, where asked for
};

struct ArcOptions {
  Precision precision{.tolerance = 1e-10};
  bool stm = false;           ///< variational equations along
  bool change_centre = true;  ///< at the Moon's sphere of influence
};

/// Propagates forwards or backwards to `until`, or to the first event that ends it; events are located on the
/// dense output to 1e-6 s. Steps end at the border between the centres and, under solar pressure, at the
/// edges of umbra and penumbra. The transition matrix leaves out that those edges shift with the state.
/// @throws ContractError where the span leaves the ephemeris.
Arc propagate(const Dynamics& dynamics, const Craft& from, Epoch until,
              std::span<const EventSpec> events = {}, const ArcOptions& options = {});

/// States at given dates (in order) along an arc.
std::vector<Craft> sample(const Dynamics& dynamics, const Craft& from, std::span<const Epoch> at,
                          const ArcOptions& options = {});

/// One arc of a batch.
struct BatchEnd {
  ArcEnd end = ArcEnd::time;
  Craft last;
};

/// What keeps departures of five days within 5 cm.
inline constexpr Precision batch_precision{.tolerance = 3e-11};
/// Many arcs side by side in the registers of `level`, and over the cores: end states only, the same forces
/// as `propagate`. Each result has the same bits whatever its neighbours and the level. The Moon stays the
/// centre all the way. An arc ends early where it meets the Moon's mean sphere (`event`; also where it begins
/// below, and an arc that runs backwards) or cannot be finished. Solar pressure is not stepped to the edges
/// of shadows: in low orbit that costs metres in days.
/// @throws ContractError for craft with another centre, spans outside the ephemeris, no ephemeris.
std::vector<BatchEnd> propagate_batch(const Dynamics& dynamics, std::span<const Craft> from,
                                      std::span<const Epoch> until,
                                      const Precision& precision = batch_precision,
                                      SimdLevel level = simd_level());

}  // namespace lunafab::orbit
