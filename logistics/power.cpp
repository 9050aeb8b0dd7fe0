#include "logistics/power.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::logistics {
namespace {

constexpr double solar_radius_m = 695'700e3;  // IAU 2015 Resolution B3, nominal
constexpr double julian_year_s = 365.25 * 86400.0;
constexpr Int128 billion = 1'000'000'000;

Int128 parts_per_billion(double fraction) {
  return std::llround(fraction * 1e9);
}

/// ⌊amount · ppb / 10⁹⌋ for ppb ≤ 10⁹, in two steps so that no product overflows.
Int128 part_of(Int128 amount, Int128 ppb) {
  return amount / billion * ppb + amount % billion * ppb / billion;
}

/// Least x with part_of(x, ppb) = amount: ⌈amount · 10⁹ / ppb⌉. It hits the amount exactly, because one more
/// x adds at most one.
Int128 whole_for(Int128 amount, Int128 ppb) {
  return amount / ppb * billion + (amount % ppb * billion + ppb - 1) / ppb;
}

bool is_power(Milliwatts power) {
  return 0 <= power && power <= largest_power;
}
bool is_fraction(double x) {
  return 0.0 <= x && x <= 1.0;
}

void expect_valid(const Storage& storage, Nanojoules stored, Milliwatts supply, Ticks span) {
  expects(is_fraction(storage.charge_efficiency) && parts_per_billion(storage.charge_efficiency) > 0 &&
              is_fraction(storage.discharge_efficiency) &&
              parts_per_billion(storage.discharge_efficiency) > 0,
          "storage: efficiencies must be above 0 and at most 1");
  expects(is_fraction(storage.reserve_fraction), "storage: the reserve is a fraction of the capacity");
  expects(is_power(storage.charge_limit) && is_power(storage.discharge_limit),
          "storage: limits must be 0 to 1 PW");
  expects(0 <= stored && stored <= storage.capacity, "storage: content must be between 0 and the capacity");
  expects(is_power(supply) && span.us > 0, "power: supply must be 0 to 1 PW, for a positive span");
}

/// Stores what fits of a surplus and curtails the rest.
void charge(PowerState& state, const Storage& storage, Nanojoules surplus, Ticks span) {
  const Int128 efficiency = parts_per_billion(storage.charge_efficiency);
  const Nanojoules room = storage.capacity - state.stored;
  Nanojoules in = std::min(surplus, Nanojoules{storage.charge_limit} * span.us);
  Nanojoules gain = part_of(in, efficiency);
  if (gain >= room) {  // full before the end: take no more than fills it
    in = whole_for(room, efficiency);
    gain = room;
  }
  state.stored += gain;
  state.flows.into_storage += in;
  state.flows.storage_loss += in - gain;
  state.flows.generated += in;
  state.flows.curtailed += surplus - in;
}

void discharge(PowerState& state, const Storage& storage, Nanojoules deficit, Ticks span) {
  const Int128 efficiency = parts_per_billion(storage.discharge_efficiency);
  expects(deficit <= Nanojoules{storage.discharge_limit} * span.us &&
              deficit <= part_of(state.stored, efficiency),
          "power: storage cannot cover the deficit (grants exceeded the supply)");
  const Nanojoules drawn = whole_for(deficit, efficiency);  // ≤ stored, because deficit ≤ part_of(stored)
  state.stored -= drawn;
  state.flows.out_of_storage += deficit;
  state.flows.storage_loss += drawn - deficit;
}

/// How many of `wanted` servers at `each` fit into `budget`.
std::int32_t fitting(std::int32_t wanted, Milliwatts each, Milliwatts budget) {
  return each == 0 ? wanted : static_cast<std::int32_t>(std::min<std::int64_t>(wanted, budget / each));
}

}  // namespace

double horizon_elevation_rad(const HorizonMask& mask, double azimuth_rad) {
  expects(std::isfinite(azimuth_rad), "horizon: azimuth must be finite");
  if (mask.nodes.empty()) return 0.0;
  constexpr double turn = 2.0 * std::numbers::pi;
  double azimuth = std::fmod(azimuth_rad, turn);
  if (azimuth < 0.0) azimuth += turn;
  const auto above = std::ranges::upper_bound(mask.nodes, azimuth, {}, &HorizonMask::Node::azimuth_rad);
  const bool across_north = above == mask.nodes.begin() || above == mask.nodes.end();
  const auto& low = across_north ? mask.nodes.back() : *std::prev(above);
  const auto& high = across_north ? mask.nodes.front() : *above;
  const double width = high.azimuth_rad - low.azimuth_rad + (across_north ? turn : 0.0);
  const double along = azimuth - low.azimuth_rad + (azimuth < low.azimuth_rad ? turn : 0.0);
  return std::lerp(low.elevation_rad, high.elevation_rad, along / width);
}

// The horizon cuts the disc along a chord at x radii below its centre. The segment beyond a chord at distance
// x has the area acos(x) − x √(1 − x²) of π (sector less triangle); here it is the hidden part.
double visible_disc_fraction(double clearance_rad, double sun_distance_m) {
  expects(sun_distance_m > solar_radius_m, "sun: the site must be outside it");
  const double x = clearance_rad / std::asin(solar_radius_m / sun_distance_m);
  if (x >= 1.0) return 1.0;
  if (x <= -1.0) return 0.0;
  return 1.0 - (std::acos(x) - x * std::sqrt(1.0 - x * x)) / std::numbers::pi;
}

Milliwatts solar_power(const SolarField& field, double elevation_rad, double visible_fraction,
                       double sun_distance_m, Ticks age) {
  expects(is_fraction(visible_fraction) && sun_distance_m > solar_radius_m && age.us >= 0,
          "solar field: visible part must be 0 to 1, the Sun outside the site, age at least 0");
  const double near = constants::astronomical_unit_m / sun_distance_m;
  const double irradiance_W_per_m2 = constants::solar_constant_W_per_m2 * near * near * visible_fraction;
  const double left = std::max(0.0, 1.0 - field.fade_per_year * (seconds(age) / julian_year_s));
  const double facing_m2 = field.area_m2 * std::max(0.0, std::cos(elevation_rad));
  const double power_mW = 1e3 * irradiance_W_per_m2 * facing_m2 * field.efficiency * left;
  expects(0.0 <= power_mW && power_mW <= static_cast<double>(largest_power),
          "solar field: power must be 0 to 1 PW");
  return static_cast<Milliwatts>(power_mW);
}

std::vector<PowerGrant> grant_power(std::span<const PowerRequest> requests, Milliwatts supply,
                                    Milliwatts protected_supply) {
  expects(0 <= supply && supply <= protected_supply, "grants: supply must be 0 to the protected supply");
  for (const PowerRequest& r : requests) {
    expects(r.servers >= 0 && 0 <= r.hold && r.hold <= r.busy,
            "grants: a request needs servers >= 0 and 0 <= hold <= busy");
  }
  std::vector<std::size_t> by_rank(requests.size());
  std::iota(by_rank.begin(), by_rank.end(), std::size_t{0});
  std::ranges::stable_sort(by_rank, {}, [&](std::size_t i) { return requests[i].priority; });

  std::vector<PowerGrant> grants(requests.size());
  Milliwatts unheld = protected_supply;
  for (const std::size_t i : by_rank) {
    grants[i].held = fitting(requests[i].servers, requests[i].hold, unheld);
    unheld -= requests[i].hold * grants[i].held;
  }
  // Only held servers are candidates: what is left is less than the hold power of any other, let alone its
  // busy power.
  Milliwatts free = std::max<Milliwatts>(0, supply - (protected_supply - unheld));
  for (const std::size_t i : by_rank) {
    const Milliwatts swap = requests[i].busy - requests[i].hold;
    grants[i].running = fitting(grants[i].held, swap, free);
    grants[i].held -= grants[i].running;
    free -= swap * grants[i].running;
  }
  return grants;
}

Milliwatts total_granted(std::span<const PowerRequest> requests, std::span<const PowerGrant> grants) {
  expects(requests.size() == grants.size(), "grants: one per request");
  Milliwatts total = 0;  // grants stay within a supply, so each term does
  for (std::size_t i = 0; i < requests.size(); ++i)
    total += requests[i].busy * grants[i].running + requests[i].hold * grants[i].held;
  return total;
}

PowerState initial_power_state(const Storage& storage) {
  expects(storage.capacity >= 0 && is_fraction(storage.initial_fraction),
          "storage: capacity must be at least 0, the initial content a fraction of it");
  return {.stored = part_of(storage.capacity, parts_per_billion(storage.initial_fraction)), .flows = {}};
}

void settle(PowerState& state, const Storage& storage, Milliwatts supply, Ticks span, Nanojoules used) {
  expect_valid(storage, state.stored, supply, span);
  expects(used >= 0, "power: use cannot be negative");
  const Nanojoules available = Nanojoules{supply} * span.us;
  if (used <= available) {
    charge(state, storage, available - used, span);
  } else {
    discharge(state, storage, used - available, span);
  }
  state.flows.generated += std::min(used, available);
  state.flows.used += used;
}

Milliwatts grantable(const Storage& storage, Nanojoules stored, Milliwatts supply, Ticks span,
                     Reserve reserve) {
  expect_valid(storage, stored, supply, span);
  const Nanojoules kept =
      reserve == Reserve::keep ? part_of(storage.capacity, parts_per_billion(storage.reserve_fraction)) : 0;
  const Nanojoules free = std::max<Nanojoules>(0, stored - kept);
  const Nanojoules deliverable = part_of(free, parts_per_billion(storage.discharge_efficiency));
  const Nanojoules rate = std::min<Nanojoules>(storage.discharge_limit, deliverable / span.us);
  return supply + static_cast<Milliwatts>(rate);
}

Nanojoules stored_at_least(const Storage& storage, Nanojoules stored, Milliwatts supply, Milliwatts granted,
                           Ticks span) {
  expects(granted >= 0, "power: grants cannot be negative");
  PowerState worst{.stored = stored, .flows = {}};
  settle(worst, storage, supply, span, Nanojoules{granted} * span.us);
  return worst.stored;
}

}  // namespace lunafab::logistics
