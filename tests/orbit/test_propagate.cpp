#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "orbit/earth.hpp"
#include "orbit/force.hpp"
#include "tests/orbit/orbit_fixture.hpp"
#include "tests/orbit/orekit_ends.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using namespace orbit_fixture;

namespace {

const Epoch reference_epoch = parse_epoch("2003-06-01");

const Ephemeris& june_2003() {
  static const Ephemeris sky = Ephemeris::from_erfa(reference_epoch, after(reference_epoch, 30 * 86400.0));
  return sky;
}

const Craft low_orbit{reference_epoch, Body::moon, {1838000.0, 0.0, 0.0}, {0.0, 0.0, 1633.3}};
const Craft leaving{reference_epoch, Body::moon, {1738500.0, 0.0, 0.0}, {50.0, 2500.0, 30.0}};

}  // namespace

TEST_CASE("Two-body arc: Vallado, example 2-4", "[orbit][propagate]") {
  Dynamics earth = two_body();
  earth.gm.earth = 398600.4418e9;
  const Craft from{{0.0}, Body::earth, {1131340.0, -2282343.0, 6672423.0}, {-5643.05, 4303.33, 2428.79}};
  const Arc arc = propagate(earth, from, after({0.0}, 2400.0), {}, {.precision = {.tolerance = 1e-14}});
  REQUIRE(arc.end == ArcEnd::time);
  const Vector3d r{-4219752.737795695, 4363029.177180833, -3958766.6166029762},
      v{3689.866025052519, -1916.7347770873095, -6112.511100000719};
  // The tolerance and rounding over a third of a revolution allow a few tenths of a micrometre.
  CHECK((arc.last.r_m - r).norm() < 2e-6);
  CHECK((arc.last.v_mps - v).norm() < 2e-9);
}

TEST_CASE("Two-body arc: ten revolutions of an ellipse end where Kepler says", "[orbit][propagate]") {
  const Ellipse ellipse{4.9028e12, 5e6, 0.6};
  const double span_s = 10.25 * ellipse.period_s();
  double eccentric = 2.0 * std::numbers::pi * 10.25;
  for (int i = 0; i < 20; ++i) {
    eccentric -=
        (eccentric - 0.6 * std::sin(eccentric) - ellipse.rate() * span_s) / (1.0 - 0.6 * std::cos(eccentric));
  }
  const Craft expected = ellipse.at(eccentric, {0.0});
  const Arc arc = propagate(two_body(), ellipse.at(0.0, {0.0}), after({0.0}, span_s), {},
                            {.precision = {.tolerance = 1e-13}});
  // Dates stand to 1e-11 days near 0: nothing here. Energy errors of 1e-13 a step grow to millimetres.
  CHECK((arc.last.r_m - expected.r_m).norm() < 5e-3);
}

TEST_CASE("Moon, Earth and Sun: an independent library's arcs within what the ephemeris allows",
          "[orbit][propagate]") {
  // orbit.md 3.4: with ERFA's series instead of DE405 0.1 m in low orbit and 1.7 km on the departure
  // after 5 d, both to two digits.
  for (const test::OrekitEnd& row : test::orekit_ends) {
    CAPTURE(row.degree, row.days);
    const Dynamics d{
        .sky = &june_2003(), .degree = row.degree, .axes = FieldAxes::mean_earth, .earth_j2 = false};
    const Epoch until = after(reference_epoch, row.days * 86400.0);
    const ArcOptions exact{.precision = {.tolerance = 1e-12}, .change_centre = false};
    CHECK((propagate(d, low_orbit, until, {}, exact).last.r_m - row.low_m).norm() < 0.11);
    CHECK((propagate(d, leaving, until, {}, exact).last.r_m - row.leaving_m).norm() <
          (row.days == 1 ? 100.0 : 1750.0));
  }
}

TEST_CASE("Full forces: Boost.odeint with the plain form of the same forces agrees", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003(), .taper = 0.0, .earth_j2 = false};
  const PlainRate plain{&d, reference_epoch, R_principal_mean_earth()};
  const ArcOptions exact{.precision = {.tolerance = 1e-13}, .change_centre = false};
  // Both at their finest; low orbit multiplies errors of 1e-13 along the track by some hundred.
  for (const auto& [from, days, allowed_m] :
       {std::tuple(low_orbit, 1.0, 2e-3), std::tuple(leaving, 5.0, 5e-3)}) {
    const OdeState oracle = odeint_fehlberg(plain, from, days * 86400.0, 1e-13);
    const Arc arc = propagate(d, from, after(reference_epoch, days * 86400.0), {}, exact);
    CHECK((arc.last.r_m - Vector3d{oracle[0], oracle[1], oracle[2]}).norm() < allowed_m);
  }
}

TEST_CASE("A static field conserves energy, and angular momentum about its pole", "[orbit][propagate]") {
  Dynamics earth = two_body();
  earth.earth_j2 = true;
  const Vector3d pole = quick_earth_pole({0.0});
  const Craft from{{0.0}, Body::earth, {7e6, 1e6, -5e5}, {-500.0, 4500.0, 6500.0}};
  const auto energy = [&](const Craft& c) {
    const double r = c.r_m.norm(), sine = c.r_m.dot(pole) / r;
    return 0.5 * c.v_mps.squaredNorm() -
           earth.gm.earth / r *
               (1.0 - earth::j2 * std::pow(earth::j2_radius_m / r, 2) * 0.5 * (3.0 * sine * sine - 1.0));
  };
  const Arc arc = propagate(earth, from, {1.0}, {}, {.precision = {.tolerance = 1e-13}});
  REQUIRE(arc.end == ArcEnd::time);
  CHECK(std::abs(energy(arc.last) / energy(from) - 1.0) < 1e-11);
  const double spin = pole.dot(from.r_m.cross(from.v_mps));
  CHECK(std::abs(pole.dot(arc.last.r_m.cross(arc.last.v_mps)) / spin - 1.0) < 1e-11);
}

TEST_CASE("The quick pole of the Earth is the exact one to a milliarcsecond", "[orbit][propagate]") {
  for (const double days : {-30000.0, -5000.0, 0.0, 9500.0, 30000.0})
    CHECK((quick_earth_pole({days}) - earth_pole({days})).norm() < 5e-8);
}

TEST_CASE("Earth's oblateness turns a Sun-synchronous orbit with the Sun", "[orbit][propagate]") {
  // orbit.md 3.7: 600 km, 97.788°. One turn of the node a tropical year, to first order in J2 (1e-3 of it).
  Dynamics earth = two_body();
  earth.earth_j2 = true;
  const Vector3d pole = quick_earth_pole({0.0}), node = pole.unitOrthogonal(), across = pole.cross(node);
  const double a = earth::j2_radius_m + 600e3, i = 97.788 * std::numbers::pi / 180.0;
  const Craft from{{0.0},
                   Body::earth,
                   a * node,
                   std::sqrt(earth.gm.earth / a) * (std::cos(i) * across + std::sin(i) * pole)};
  const Arc arc = propagate(earth, from, {30.0});
  const Vector3d spin = arc.last.r_m.cross(arc.last.v_mps), now = pole.cross(spin);
  const double turned_deg = std::atan2(now.dot(across), now.dot(node)) * 180.0 / std::numbers::pi;
  CHECK(turned_deg / 30.0 == Approx(360.0 / 365.2422).epsilon(5e-3));
}

TEST_CASE("Backwards from the end an arc comes back to its beginning", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003()};
  const Epoch until = after(reference_epoch, 4 * 86400.0);
  for (const Craft& from : {low_orbit, leaving}) {
    const ArcOptions exact{.precision = {.tolerance = 1e-12}};
    const Arc there = propagate(d, from, until, {}, exact);
    const Arc back = propagate(d, there.last, reference_epoch, {}, exact);
    REQUIRE(back.end == ArcEnd::time);
    const auto from_moon = [&](const Craft& c) -> Vector3d {
      return c.centre == Body::moon ? c.r_m : Vector3d(c.r_m - june_2003().at(c.at).moon_m);
    };
    // 1e-12 of 3e8 m, and of 1838 km grown by two thousand steps along the track.
    CHECK((from_moon(back.last) - from.r_m).norm() < 5e-3);
  }
}

TEST_CASE("Solar pressure: cannonball in the open, none in the umbra, a part in between",
          "[orbit][propagate]") {
  Dynamics with{.sky = &june_2003()}, without = with;
  with.pressure = Cannonball{.area_m2 = 20.0, .mass_kg = 1000.0, .reflectivity = 1.5};
  const Force lit(with, reference_epoch), dark(without, reference_epoch);
  const SkyState sky = june_2003().at(reference_epoch);
  const Vector3d sun = sky.sun_m - sky.moon_m, towards = sun.normalized(), aside = towards.unitOrthogonal();
  const auto pressure = [&](const Vector3d& r) -> Vector3d {
    return lit.pull<Detail::acceleration>(Body::moon, 0.0, r).acceleration_mps2 -
           dark.pull<Detail::acceleration>(Body::moon, 0.0, r).acceleration_mps2;
  };
  // 1361 W/m² / c at 1 au; differences of accelerations of 1 m/s² leave 1e-16 of 1e-7.
  const double expected =
      1.5 * 20.0 / 1000.0 * 1361.0 / 299792458.0 * std::pow(149597870700.0 / sun.norm(), 2);
  CHECK((pressure(2e6 * towards) + expected * towards).norm() < 1e-4 * expected);
  CHECK(pressure(-2e6 * towards).norm() == 0.0);
  // Behind the limb by the Sun's half breadth: the limb, nearly straight, halves the disc.
  const double limb = std::asin(1737400.0 / 2e6), middle = std::numbers::pi - limb;
  const Vector3d grazing = 2e6 * (std::cos(middle) * towards + std::sin(middle) * aside);
  CHECK(pressure(grazing).norm() / expected == Approx(0.5).margin(0.01));
}

TEST_CASE("Shadows cost a low orbit no accuracy", "[orbit][propagate]") {
  // Steps end at the edges of penumbra and umbra: with pressure the arc is as exact as without.
  Dynamics d{.sky = &june_2003()};
  d.pressure = Cannonball{.area_m2 = 20.0, .mass_kg = 1000.0};
  const Epoch until = after(reference_epoch, 2 * 86400.0);
  const Arc exact = propagate(d, low_orbit, until, {}, {.precision = {.tolerance = 1e-13}});
  const Arc usual = propagate(d, low_orbit, until),
            fine = propagate(d, low_orbit, until, {}, {.precision = {.tolerance = 1e-12}});
  CHECK((usual.last.r_m - exact.last.r_m).norm() < 0.1);
  CHECK((fine.last.r_m - exact.last.r_m).norm() < 3e-3);
  const std::vector<EventSpec> edges{{.kind = EventKind::penumbra}, {.kind = EventKind::umbra}};
  const Arc watched = propagate(d, low_orbit, until, edges);
  // About 24 revolutions, each in and out of both.
  const auto count = [&](std::size_t spec) {
    return std::ranges::count(watched.events, spec, &EventHit::spec);
  };
  CHECK(count(0) >= 46);
  CHECK(count(1) == count(0));
  CHECK(watched.last.r_m == usual.last.r_m);
}

TEST_CASE("The centre changes at the border without a trace in the arc", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003()};
  const Epoch until = after(reference_epoch, 6 * 86400.0);
  const ArcOptions exact{.precision = {.tolerance = 1e-12}};
  const EventSpec border{.kind = EventKind::distance,
                         .value = sphere_of_influence_m,
                         .crossing = Crossing::rising,
                         .ends = true};
  const Arc whole = propagate(d, leaving, until, {}, exact);
  CHECK(whole.last.centre == Body::earth);

  const Arc first = propagate(d, leaving, until, {&border, 1}, exact);
  REQUIRE(first.end == ArcEnd::event);
  CHECK(first.last.r_m.norm() == Approx(sphere_of_influence_m).margin(1e-3));
  const GeocentricState joined =
      to_geocentric({first.last.r_m, first.last.v_mps}, june_2003(), first.last.at);
  const Arc second = propagate(d, {first.last.at, Body::earth, joined.r_m, joined.v_mps}, until, {}, exact);
  // The date of the border stands to 4e-8 s, a tenth of a millimetre of the way.
  CHECK((second.last.r_m - whole.last.r_m).norm() < 5e-3);

  // And back: an arc that falls in from outside ends with the Moon as its centre.
  const Arc back = propagate(d, whole.last, reference_epoch, {}, exact);
  CHECK(back.last.centre == Body::moon);
  CHECK((back.last.r_m - leaving.r_m).norm() < 0.05);
}

TEST_CASE("Near the Moon both centres see the same arc, but for what the ephemeris owes Newton",
          "[orbit][propagate]") {
  // The Moon of ERFA's series does not move quite as Earth and Sun pull it. What that lack, found here by
  // differences, adds up to in 4 hours is all that the centres may differ by; the Moon's tide changes that by
  // (n t)²/6 < 1 % on the way.
  const Dynamics d{.sky = &june_2003(), .field = nullptr, .degree = 0, .earth_j2 = false};
  const Craft from{reference_epoch, Body::moon, {3e7, 1e7, 5e6}, {300.0, 400.0, 100.0}};
  const double span_s = 4 * 3600.0;
  const Epoch until = after(reference_epoch, span_s);
  Vector3d owed = Vector3d::Zero();
  constexpr int parts = 48;
  for (int i = 0; i < parts; ++i) {
    const double t_s = (i + 0.5) * span_s / parts, little_s = 600.0;
    const auto moon_mps = [&](double t) {
      return june_2003().at(after(reference_epoch, 86400.0 + t)).moon_mps;
    };
    const SkyState at = june_2003().at(after(reference_epoch, 86400.0 + t_s));
    const Vector3d moves = (moon_mps(t_s + little_s) - moon_mps(t_s - little_s)) / (2.0 * little_s);
    const auto pull = [](double gm, const Vector3d& s) -> Vector3d {
      return gm / std::pow(s.norm(), 3) * s;
    };
    const Vector3d should = pull(d.gm.earth + d.gm.moon, -at.moon_m) + pull(d.gm.sun, at.sun_m - at.moon_m) -
                            pull(d.gm.sun, at.sun_m);
    owed += (moves - should) * (span_s - t_s) * span_s / parts;
  }
  const ArcOptions as_given{.precision = {.tolerance = 1e-12}, .change_centre = false};
  const Epoch begin = after(reference_epoch, 86400.0), end = after(until, 86400.0);
  const GeocentricState outside = to_geocentric({from.r_m, from.v_mps}, june_2003(), begin);
  const Arc lunar = propagate(d, {begin, Body::moon, from.r_m, from.v_mps}, end, {}, as_given);
  const Arc terrestrial = propagate(d, {begin, Body::earth, outside.r_m, outside.v_mps}, end, {}, as_given);
  const Vector3d apart =
      to_geocentric({lunar.last.r_m, lunar.last.v_mps}, june_2003(), end).r_m - terrestrial.last.r_m;
  CHECK((apart - owed).norm() < 0.02 * owed.norm());
}

TEST_CASE("A craft handed over beyond the border is given its own centre", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003()};
  const Craft far{reference_epoch, Body::moon, {9e7, 0.0, 0.0}, {500.0, 0.0, 0.0}};
  CHECK(propagate(d, far, reference_epoch).last.centre == Body::earth);
  CHECK(propagate(d, far, reference_epoch, {}, {.change_centre = false}).last.centre == Body::moon);
}

TEST_CASE("Samples lie on the arc, also across the border and backwards", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003()};
  std::vector<Epoch> dates;
  for (int i = 0; i <= 12; ++i) dates.push_back(after(reference_epoch, i * 0.4 * 86400.0));
  const std::vector<Craft> samples = sample(d, leaving, dates);
  REQUIRE(samples.size() == dates.size());
  CHECK(samples.front().r_m == leaving.r_m);
  for (const Craft& s : samples) {
    const Craft direct = propagate(d, leaving, s.at).last;
    REQUIRE(direct.centre == s.centre);
    // Dense output has order 7 where steps have 8: some times their error of 1e-10 of the distance.
    CHECK((direct.r_m - s.r_m).norm() < 0.3);
  }
  std::vector<Epoch> backwards(dates.rbegin(), dates.rend());
  const std::vector<Craft> returned = sample(d, samples.back(), backwards);
  REQUIRE(returned.size() == dates.size());
  CHECK((returned.back().r_m - leaving.r_m).norm() < 2.0);
  CHECK_THROWS_AS(sample(d, leaving, backwards), ContractError);
}

TEST_CASE("Every propagation ends and says how", "[orbit][propagate]") {
  const Dynamics d{.sky = &june_2003()};
  const Epoch until = after(reference_epoch, 20 * 86400.0);
  const Arc few = propagate(d, low_orbit, until, {}, {.precision = {.most_steps = 50}});
  CHECK(few.end == ArcEnd::steps_used_up);
  CHECK(few.steps <= 50);
  CHECK(few.last.at.tt_days_since_j2000 > reference_epoch.tt_days_since_j2000);

  // Straight down through a point mass: the steps run into its singularity.
  const Craft falling{{0.0}, Body::moon, {2e6, 0.0, 0.0}, {0.0, 0.0, 0.0}};
  const Arc fallen = propagate(two_body(), falling, {10.0}, {}, {.precision = {.most_steps = 5000}});
  CHECK(fallen.end != ArcEnd::time);

  Craft broken = low_orbit;
  broken.r_m.x() = std::numeric_limits<double>::quiet_NaN();
  CHECK(propagate(d, broken, until).end == ArcEnd::not_finite);
  CHECK(propagate(d, low_orbit, reference_epoch).end == ArcEnd::time);
}

TEST_CASE("Dynamics that cannot be are refused", "[orbit][propagate]") {
  const Dynamics good{.sky = &june_2003()};
  Dynamics no_sky = good, too_fine = good, massless = good;
  no_sky.sky = nullptr;
  too_fine.degree = 13;
  massless.pressure = Cannonball{.area_m2 = 1.0, .mass_kg = 0.0};
  for (const Dynamics& bad : {no_sky, too_fine, massless})
    CHECK_THROWS_AS(propagate(bad, low_orbit, reference_epoch), ContractError);
  CHECK_THROWS_AS(propagate(good, low_orbit, after(reference_epoch, 100 * 86400.0)), ContractError);
}
