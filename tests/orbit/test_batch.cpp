#include <oneapi/tbb/global_control.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/cr3bp_batch.hpp"
#include "orbit/harmonic_series.hpp"
#include "tests/orbit/orbit_fixture.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using namespace orbit_fixture;

namespace {

const Epoch start = parse_epoch("2027-05-01");

const Ephemeris& sky_2027() {
  static const Ephemeris sky = Ephemeris::from_erfa(start, after(start, 20 * 86400.0));
  return sky;
}

struct Arcs {
  std::vector<Craft> from;
  std::vector<Epoch> until;
};

/// Departures in all directions, low orbits and hops, of different dates and lengths; some run backwards.
Arcs mixed(std::size_t count) {
  Arcs out;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = static_cast<double>(i);
    const Epoch at = after(start, 86400.0 * 5.0 + 3000.0 * std::fmod(7.0 * x, 11.0));
    Craft craft =
        departure(at, 2.4 * x, std::asin(std::sin(1.7 * x)), 0.9 * x, 2380.0 + 40.0 * std::fmod(x, 5.0));
    if (i % 4 == 1) craft = departure(at, 1.1 * x, 0.3, 2.0 * x, 1500.0);  // comes down again
    if (i % 4 == 2) craft.r_m *= 1.06, craft.v_mps *= 1625.0 / craft.v_mps.norm();
    out.from.push_back(craft);
    const double days = i % 4 == 2 ? 0.4 : 1.0 + std::fmod(0.3 * x, 4.0);
    out.until.push_back(after(at, (i % 8 == 4 ? -1.0 : 1.0) * days * 86400.0));
  }
  return out;
}

bool same_bits(const BatchEnd& a, const BatchEnd& b) {
  return a.end == b.end && a.last.at.tt_days_since_j2000 == b.last.at.tt_days_since_j2000 &&
         a.last.r_m == b.last.r_m && a.last.v_mps == b.last.v_mps;
}

/// All that this CPU has.
std::vector<SimdLevel> levels_here() {
  std::vector<SimdLevel> out;
  for (const SimdLevel level : {SimdLevel::sse2, SimdLevel::avx2, SimdLevel::avx512})
    if (level <= simd_level()) out.push_back(level);
  return out;
}

}  // namespace

TEST_CASE("Batch: each arc ends where it does alone, impacts included", "[orbit][batch]") {
  Dynamics d{.sky = &sky_2027(), .degree = 12};
  const Arcs arcs = mixed(64);
  const EventSpec ground{.kind = EventKind::impact, .ends = true};
  const ArcOptions exact{.precision = {.tolerance = 1e-12}, .change_centre = false};
  for (const FieldAxes axes : {FieldAxes::principal, FieldAxes::mean_earth}) {
    d.axes = axes;
    const std::vector<BatchEnd> ends = propagate_batch(d, arcs.from, arcs.until, exact.precision);
    int impacts = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      CAPTURE(i);
      const bool forwards = arcs.until[i].tt_days_since_j2000 > arcs.from[i].at.tt_days_since_j2000;
      const Arc alone = propagate(d, arcs.from[i], arcs.until[i],
                                  forwards ? std::span(&ground, 1) : std::span<const EventSpec>(), exact);
      if (!forwards && ends[i].end == ArcEnd::event)
        continue;  // backwards the surface is no impact for single arcs
      REQUIRE(ends[i].end == alone.end);
      impacts += alone.end == ArcEnd::event;
      // Both integrate to 1e-12 of up to 4e8 m, in different arithmetic.
      CHECK((ends[i].last.r_m - alone.last.r_m).norm() < 0.02);
      CHECK(std::abs(seconds_between(ends[i].last.at, alone.last.at)) < 2e-6);
    }
    CHECK(impacts >= 8);
  }
}

TEST_CASE("Batch: a departure's five days stay within 5 cm at the usual tolerance", "[orbit][batch]") {
  const Dynamics d{.sky = &sky_2027()};
  Dynamics whole_field = d;
  whole_field.taper = 0.0;
  std::vector<Craft> from;
  for (int i = 0; i < 16; ++i) from.push_back(departure(start, 0.6, 0.2 + 0.001 * i, 1.5, 2450.0));
  const std::vector<Epoch> until(from.size(), after(start, 5 * 86400.0));
  const std::vector<BatchEnd> ends = propagate_batch(d, from, until);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Arc exact = propagate(whole_field, from[i], until[i], {},
                                {.precision = {.tolerance = 1e-13}, .change_centre = false});
    CHECK((ends[i].last.r_m - exact.last.r_m).norm() < 0.05);
  }
}

TEST_CASE("Batch: the same bits whatever the neighbours, the number of threads and the CPU",
          "[orbit][batch]") {
  Dynamics d{.sky = &sky_2027()};
  d.pressure = Cannonball{.area_m2 = 20.0, .mass_kg = 1000.0};
  const Arcs arcs = mixed(150);
  const std::vector<BatchEnd> all = propagate_batch(d, arcs.from, arcs.until);

  std::vector<std::size_t> order(arcs.from.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [](std::size_t i) { return (i * 73) % 151; });
  Arcs shuffled;
  for (const std::size_t i : order)
    shuffled.from.push_back(arcs.from[i]), shuffled.until.push_back(arcs.until[i]);
  {
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    const std::vector<BatchEnd> other = propagate_batch(d, shuffled.from, shuffled.until);
    for (std::size_t i = 0; i < order.size(); ++i) CHECK(same_bits(other[i], all[order[i]]));
  }
  for (std::size_t i = 0; i < arcs.from.size(); i += 13) {
    const BatchEnd alone = propagate_batch(d, {&arcs.from[i], 1}, {&arcs.until[i], 1}).front();
    CHECK(same_bits(alone, all[i]));
  }
  for (const SimdLevel level : levels_here()) {
    CAPTURE(static_cast<int>(level));
    const std::vector<BatchEnd> other = propagate_batch(d, arcs.from, arcs.until, batch_precision, level);
    for (std::size_t i = 0; i < other.size(); ++i) CHECK(same_bits(other[i], all[i]));
  }
}

TEST_CASE("Batch: shadow, Earth's oblateness and points act as on single arcs", "[orbit][batch]") {
  Dynamics d{.sky = &sky_2027()};
  d.pressure = Cannonball{.area_m2 = 40.0, .mass_kg = 1000.0};
  const Craft low{start, Body::moon, {1.9e6, 0.0, 1e5}, {0.0, 1600.0, 100.0}};
  const Epoch until = after(start, 86400.0);
  const auto apart_m = [&](const Dynamics& batch, const Dynamics& single) {
    const Arc arc = propagate(single, low, until, {}, {.precision = {.tolerance = 1e-12}});
    return (propagate_batch(batch, {&low, 1}, {&until, 1}, {.tolerance = 1e-12}).front().last.r_m -
            arc.last.r_m)
        .norm();
  };
  Dynamics unlit = d, point = d;
  unlit.pressure.reset();
  point.degree = 0, point.pressure.reset();
  const double effect_m = apart_m(unlit, d);
  CHECK(effect_m > 10.0);
  CHECK(apart_m(d, d) < 0.05 * effect_m);  // the shadow's edge falls between the steps' stages differently
  CHECK(apart_m(unlit, unlit) < 0.01);
  CHECK(apart_m(point, point) < 0.01);
}

TEST_CASE("Batch: ends of every kind, and nothing to do", "[orbit][batch]") {
  const Dynamics d{.sky = &sky_2027()};
  const Craft leaving = departure(start, 0.6, 0.2, 1.5, 2450.0);
  Craft buried = leaving, broken = leaving;
  buried.r_m *= 0.99;
  broken.v_mps.x() = std::nan("");
  const std::vector<Craft> from{leaving, buried, broken, leaving};
  const Epoch far = after(start, 5 * 86400.0);
  const std::vector<Epoch> until{far, far, far, start};
  const std::vector<BatchEnd> ends =
      propagate_batch(d, from, until, {.tolerance = 1e-10, .most_steps = 1000});
  CHECK(ends[0].end == ArcEnd::time);
  CHECK(ends[0].last.at.tt_days_since_j2000 == far.tt_days_since_j2000);
  CHECK(ends[1].end == ArcEnd::event);
  CHECK(ends[2].end == ArcEnd::not_finite);
  CHECK(ends[3].end == ArcEnd::time);
  CHECK(ends[3].last.r_m == leaving.r_m);
  // A neighbour that is not finite changes nothing.
  CHECK(same_bits(
      ends[0],
      propagate_batch(d, {&leaving, 1}, {&far, 1}, {.tolerance = 1e-10, .most_steps = 1000}).front()));
  CHECK(propagate_batch(d, {&leaving, 1}, {&far, 1}, {.most_steps = 10}).front().end ==
        ArcEnd::steps_used_up);
  CHECK(propagate_batch(d, {}, {}).empty());
  CHECK_THROWS_AS(propagate_batch(d, from, {&far, 1}), ContractError);
}

TEST_CASE("Batch: a harmonic series cut at any degree is the field cut there", "[orbit][batch]") {
  // The scalar field of orbit/gravity.cpp is the oracle: another formulation by another hand.
  for (const int degree : {2, 3, 4, 5, 6, 7, 8, 9, 11, 12}) {
    CAPTURE(degree);
    const Dynamics d{.sky = &sky_2027(), .degree = degree, .taper = 0.0};
    const Craft low{start, Body::moon, {1.75e6, 3e5, -4e5}, {-150.0, 1500.0, 625.0}};
    const Epoch until = after(start, 2000.0);
    const Arc arc = propagate(d, low, until, {}, {.precision = {.tolerance = 1e-13}});
    const BatchEnd end = propagate_batch(d, {&low, 1}, {&until, 1}, {.tolerance = 1e-13}).front();
    CHECK((end.last.r_m - arc.last.r_m).norm() < 1e-5);
  }
}

TEST_CASE("CR3BP batch: a near-rectilinear halo orbit closes", "[orbit][batch]") {
  // JPL's periodic-orbit database, the 9:2 NRHO (orbit.md 3.3). Its stability index lets 1e-13 grow little.
  constexpr double mu = 0.01215058560962404;
  StateRows from(1, 6);
  from << 1.0196625817475922, 0.0, -0.18041918731575562, 0.0, -0.09805982467069076, 0.0;
  const Cr3bpEnds end = propagate_cr3bp_batch(mu, from, 1.4799795545729917, {.tolerance = 1e-14});
  CHECK((end.states - from).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("CR3BP batch: from 57° W eastward the perigee is the one known", "[orbit][batch]") {
  // orbit.md 3.5, from an independent code: 2.51 km/s, 4.69775 d, perigee radius 5199.813 ± 0.05 km.
  constexpr double mu = 0.01215058560962404, length_km = 389703.264829278, time_s = 382981.289129055;
  const double longitude = -57.0 * std::numbers::pi / 180.0, moon = 1737.4 / length_km;
  StateRows from(1, 6);
  from << 1.0 - mu - moon * std::cos(longitude), -moon * std::sin(longitude), 0.0,
      2.51 * time_s / length_km * std::sin(longitude), -2.51 * time_s / length_km * std::cos(longitude), 0.0;
  const Cr3bpEnds end = propagate_cr3bp_batch(mu, from, 4.69775 * 86400.0 / time_s, {.tolerance = 1e-13});
  const double perigee_km = length_km * std::hypot(end.states(0, 0) + mu, end.states(0, 1), end.states(0, 2));
  CHECK(perigee_km == Approx(5199.813).margin(0.05));
}

TEST_CASE("CR3BP batch: Jacobi's integral, reversal, and the same bits for everyone", "[orbit][batch]") {
  constexpr double mu = 0.01215058560962404;
  constexpr Eigen::Index count = 100;
  StateRows from(count, 6);
  for (Eigen::Index i = 0; i < count; ++i) {
    const double x = static_cast<double>(i);
    from.row(i) << 1.0 - mu + 0.02 * std::cos(x), 0.02 * std::sin(x), 0.01 * std::sin(2.0 * x),
        -1.2 * std::sin(x), 1.2 * std::cos(x), 0.1;
  }
  const auto jacobi = [&](const auto& s) {
    const double large = std::hypot(s[0] + mu, s[1], s[2]), small = std::hypot(s[0] - 1.0 + mu, s[1], s[2]);
    return s[0] * s[0] + s[1] * s[1] + 2.0 * (1.0 - mu) / large + 2.0 * mu / small -
           (s[3] * s[3] + s[4] * s[4] + s[5] * s[5]);
  };
  const Cr3bpEnds there = propagate_cr3bp_batch(mu, from, 1.0, {.tolerance = 1e-12});
  const Cr3bpEnds back = propagate_cr3bp_batch(mu, there.states, -1.0, {.tolerance = 1e-12});
  for (const SimdLevel level : levels_here())
    CHECK(propagate_cr3bp_batch(mu, from, 1.0, {.tolerance = 1e-12}, level).states == there.states);
  for (Eigen::Index i = 0; i < count; ++i) {
    CAPTURE(i);
    REQUIRE(there.ends[static_cast<std::size_t>(i)] == ArcEnd::time);
    const StateRows alone = propagate_cr3bp_batch(mu, from.row(i), 1.0, {.tolerance = 1e-12}).states;
    CHECK(alone == there.states.row(i));
    // Of 2 μ/r ~ 1 at the start; close passes of either body multiply it.
    CHECK(std::abs(jacobi(there.states.row(i)) - jacobi(from.row(i))) < 1e-9);
    CHECK((back.states.row(i) - from.row(i)).cwiseAbs().maxCoeff() < 1e-7);
  }
}
