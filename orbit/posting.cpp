#include "orbit/posting.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/visit.hpp"

namespace lunafab::orbit {
namespace {

constexpr std::array<std::string_view, life_state_count> state_names{
    "ordered",  "building", "built",     "queued",  "launched", "coasting", "inserting", "operational",
    "degraded", "failed",   "disposing", "retired", "decayed",  "lost",     "scrapped"};
constexpr std::array<std::string_view, orbit_centre_count> centre_names{"earth", "moon", "sun",
                                                                        "earth-moon barycentre"};
constexpr double julian_year_s = 365.25 * 86400.0;

std::string orbit_problem(const OrbitRecord& orbit) {
  if (orbit.kind > OrbitKind::predicted) return "an orbit record is definitive or predicted";
  if (static_cast<std::size_t>(orbit.centre) >= orbit_centre_count) return "there is no such centre";
  if (!orbit.r_m.allFinite() || !orbit.v_mps.allFinite()) return "position and velocity must be finite";
  if (orbit.r_m.isZero(0.0)) return "the position is the centre itself";
  if (!orbit.covariance) return {};
  const auto& c = *orbit.covariance;
  if (!std::all_of(c.begin(), c.end(), [](double x) { return std::isfinite(x); }))
    return "the covariance must be finite";
  for (std::size_t row = 0, at = 0; row < 6; at += ++row + 1)
    if (c[at] < 0.0) return "a variance must not be negative";
  return {};
}

std::string orbits_problem(const std::vector<OrbitRecord>& orbits) {
  for (std::size_t i = 0; i < orbits.size(); ++i) {
    if (i > 0 && orbits[i].kind <= orbits[i - 1].kind)
      return "a posting carries at most one definitive and one predicted orbit, in this order";
    std::string problem = orbit_problem(orbits[i]);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string burns_problem(const std::vector<BurnRecord>& burns) {
  constexpr std::size_t most = 255;
  if (burns.size() > most) return "a posting carries at most 255 burns";
  for (std::size_t i = 0; i < burns.size(); ++i) {
    if (!burns[i].dv_mps.allFinite()) return "a burn must be finite";
    if (i > 0 && burns[i].epoch <= burns[i - 1].epoch) return "each burn is later than the one before";
  }
  return {};
}

}  // namespace

std::string_view name(LifeState state) {
  const auto i = static_cast<std::size_t>(state);
  return i < life_state_count ? state_names[i] : "unknown";
}

std::optional<LifeState> life_state(std::string_view name) {
  const auto* found = std::find(state_names.begin(), state_names.end(), name);
  if (found == state_names.end()) return {};
  return static_cast<LifeState>(found - state_names.begin());
}

std::string_view name(OrbitKind kind) {
  return kind == OrbitKind::definitive ? "definitive" : "predicted";
}

std::string_view name(OrbitCentre centre) {
  const auto i = static_cast<std::size_t>(centre);
  return i < orbit_centre_count ? centre_names[i] : "unknown";
}

double faded(double fade_per_year, Ticks span) {
  return std::pow(1.0 - fade_per_year, seconds(span) / julian_year_s);
}

std::uint8_t parts(const Posting& posting) {
  unsigned bits = 0, bit = 1;
  Posting::visit_parts(posting, [&](std::string_view, const auto& part) {
    if constexpr (detail::is_optional<std::remove_cvref_t<decltype(part)>>) {
      if (part) bits |= bit;
    } else {
      if (!part.empty()) bits |= bit;
    }
    bit <<= 1;
  });
  return static_cast<std::uint8_t>(bits);
}

void drop_negative_zeros(Posting& posting) {
  for (OrbitRecord& orbit : posting.orbits) {
    orbit.r_m.array() += 0.0;
    orbit.v_mps.array() += 0.0;
    if (orbit.covariance)
      for (double& term : *orbit.covariance) term += 0.0;
  }
  for (BurnRecord& burn : posting.burns) burn.dv_mps.array() += 0.0;
  if (posting.capacity) posting.capacity->compute_flops += 0.0, posting.capacity->fade_per_year += 0.0;
  if (posting.reserve && posting.reserve->dose_Gy) *posting.reserve->dose_Gy += 0.0;
}

std::string value_problem(const Posting& p) {
  constexpr auto largest_serial = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (p.serial == 0 || p.serial > largest_serial) return "serial numbers are 1 to 2^63 - 1";
  if (static_cast<std::size_t>(p.state) >= life_state_count) return "there is no such state";
  if (p.kind > PostingKind::note) return "a posting is a step or a note";
  if (p.mass_mg < 0 || p.power_W < 0 || p.delta_v_mmps < 0)
    return "mass, power and delta-v must not be negative";
  if (p.capacity) {
    const Capacity& c = *p.capacity;
    if (c.power_W < 0 || !(c.compute_flops >= 0.0) || !std::isfinite(c.compute_flops))
      return "power and compute must be finite and not negative";
    if (!(c.fade_per_year >= 0.0 && c.fade_per_year < 1.0)) return "the fade a year lies in [0, 1)";
  }
  if (p.reserve && p.reserve->delta_v_left_mmps && *p.reserve->delta_v_left_mmps < 0)
    return "the delta-v left must not be negative";
  if (p.reserve && p.reserve->dose_Gy && !(*p.reserve->dose_Gy >= 0.0 && std::isfinite(*p.reserve->dose_Gy)))
    return "the dose must be finite and not negative";
  std::string problem = orbits_problem(p.orbits);
  return problem.empty() ? burns_problem(p.burns) : problem;
}

}  // namespace lunafab::orbit
