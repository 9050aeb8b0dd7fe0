#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/constants.hpp"
#include "orbit/shadow.hpp"
#include "tests/orbit/orbit_fixture.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using namespace orbit_fixture;

namespace {

const Ellipse ellipse{4.9028e12, 4e6, 0.5};  // periapsis at 2000 km, apoapsis at 6000 km
const Epoch start{0.0};

/// Steps of about 100, 300 or 1000 s.
const ArcOptions fine{.precision = {.tolerance = 1e-13}}, coarse{.precision = {.tolerance = 1e-11}};

std::vector<double> times_s(const Arc& arc, std::size_t spec) {
  std::vector<double> out;
  for (const EventHit& hit : arc.events)
    if (hit.spec == spec) out.push_back(seconds_between(start, hit.craft.at));
  return out;
}

/// Events stand to 1e-6 s; the path itself to 1e-13 of 6000 km a step, tenths of a microsecond.
void check_times(const std::vector<double>& found, const std::vector<double>& expected,
                 double allowed_s = 1e-6) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < allowed_s);
}

}  // namespace

TEST_CASE("Apses come when Kepler says", "[orbit][events]") {
  const std::vector<EventSpec> specs{{.kind = EventKind::periapsis}, {.kind = EventKind::apoapsis}};
  const double period = ellipse.period_s();
  // It begins at periapsis, which belongs to the arc before.
  const Arc arc = propagate(two_body(), ellipse.at(0.0, start), after(start, 2.75 * period), specs, fine);
  check_times(times_s(arc, 0), {period, 2.0 * period});
  check_times(times_s(arc, 1), {0.5 * period, 1.5 * period, 2.5 * period});
  CHECK(std::ranges::is_sorted(arc.events, {},
                               [](const EventHit& h) { return h.craft.at.tt_days_since_j2000; }));
}

TEST_CASE("Altitudes, distances and planes are passed when Kepler says, each way", "[orbit][events]") {
  const double altitude_m = 1e6, up = ellipse.time_at_radius_s(constants::moon_radius_m + altitude_m),
               out = ellipse.time_at_radius_s(5e6), period = ellipse.period_s();
  const std::vector<EventSpec> specs{
      {.kind = EventKind::altitude, .value = altitude_m},
      {.kind = EventKind::altitude, .value = altitude_m, .crossing = Crossing::falling},
      {.kind = EventKind::distance, .value = 5e6, .crossing = Crossing::rising},
      {.kind = EventKind::plane_crossing, .normal = Vector3d::UnitY()}};
  const Arc arc = propagate(two_body(), ellipse.at(0.0, start), after(start, 1.3 * period), specs, fine);
  check_times(times_s(arc, 0), {up, period - up, period + up});
  check_times(times_s(arc, 1), {period - up});
  check_times(times_s(arc, 2), {out, period + out});
  check_times(times_s(arc, 3), {0.5 * period, period});
}

TEST_CASE("Two crossings seconds apart within one step are both found", "[orbit][events]") {
  // 20 cm below apoapsis or above periapsis the craft passes twice within half a minute; steps are ten times
  // as long.
  for (const bool high : {false, true}) {
    const double rim_m = high ? 6e6 - 0.2 : 2e6 + 0.2;
    const double from_periapsis = ellipse.time_at_radius_s(rim_m);
    const std::vector<EventSpec> specs{{.kind = EventKind::distance, .value = rim_m}};
    for (const double begin : {-2.0, -1.9, -1.75, -1.6, -1.4}) {
      const Arc arc = propagate(two_body(), ellipse.at(begin, start), after(start, 0.9 * ellipse.period_s()),
                                specs, coarse);
      CAPTURE(high, begin, arc.steps);
      CHECK(arc.steps < 60);
      // 1e-11 of 6000 km a step makes a millimetre of the path, and the craft passes at 0.2 m/s.
      const double apsis_s = high ? 0.5 * ellipse.period_s() : 0.0,
                   apart_s = std::abs(from_periapsis - apsis_s);
      check_times(times_s(arc, 0), {apsis_s - apart_s, apsis_s + apart_s}, 0.01);
    }
  }
}

TEST_CASE("Events are passed over, end the arc, and leave no echo at the next beginning", "[orbit][events]") {
  const double period = ellipse.period_s();
  std::vector<EventSpec> specs{{.kind = EventKind::apoapsis, .ends = true, .skip = 1},
                               {.kind = EventKind::altitude, .value = 2e6, .crossing = Crossing::rising}};
  const Epoch until = after(start, 5.0 * period);
  const Arc first = propagate(two_body(), ellipse.at(0.0, start), until, specs, fine);
  REQUIRE(first.end == ArcEnd::event);
  CHECK(std::abs(seconds_between(start, first.last.at) - 1.5 * period) < 1e-6);
  CHECK(times_s(first, 0).size() == 1);
  CHECK(times_s(first, 1).size() == 2);

  specs[0].skip = 0;
  const Arc second = propagate(two_body(), first.last, until, specs, fine);
  CHECK(std::abs(seconds_between(first.last.at, second.last.at) - period) < 2e-6);
}

TEST_CASE("Backwards, rising still means as time goes on", "[orbit][events]") {
  const double period = ellipse.period_s(), out = ellipse.time_at_radius_s(5e6);
  const std::vector<EventSpec> specs{
      {.kind = EventKind::periapsis},
      {.kind = EventKind::distance, .value = 5e6, .crossing = Crossing::rising}};
  const Arc arc = propagate(two_body(), ellipse.at(0.0, start), after(start, -1.5 * period), specs, fine);
  check_times(times_s(arc, 0), {-period});
  check_times(times_s(arc, 1), {out - period});
}

TEST_CASE("A launch from the sphere hits it only where it comes down", "[orbit][events]") {
  const EventSpec ground{.kind = EventKind::impact, .ends = true};
  const double r = constants::moon_radius_m, gm = 4.9028e12;
  const auto launch = [&](double along, double up, double longitude) {
    const Vector3d radial{std::cos(longitude), std::sin(longitude), 0.0}, east{-radial.y(), radial.x(), 0.0};
    return Craft{start, Body::moon, r * radial, along * east + up * radial};
  };
  for (const double longitude : {0.0, 0.3, 1.0, 2.0, 4.4}) {  // places whose distance rounds either way
    CAPTURE(longitude);
    // Just below circular speed: down at once, horizontally. Above it: up, and around.
    const double circular = std::sqrt(gm / r);
    const Arc low = propagate(two_body(), launch(circular - 10.0, 0.0, longitude), {1.0}, {&ground, 1}, fine);
    REQUIRE(low.end == ArcEnd::event);
    CHECK(seconds_between(start, low.last.at) < 1.0);
    // Upwards: it comes down again after the ballistic time of flight.
    const Ellipse hop{gm, 1.0 / (2.0 / r - (1200.0 * 1200.0 + 300.0 * 300.0) / gm), 0.0};
    const double momentum = r * 1200.0, e = std::sqrt(1.0 - momentum * momentum / (gm * hop.a_m));
    const double eccentric = std::acos((1.0 - r / hop.a_m) / e);
    const double flight_s = hop.period_s() - 2.0 * (eccentric - e * std::sin(eccentric)) / hop.rate();
    const Arc high = propagate(two_body(), launch(1200.0, 300.0, longitude), {1.0}, {&ground, 1}, fine);
    REQUIRE(high.end == ArcEnd::event);
    CHECK(std::abs(seconds_between(start, high.last.at) - flight_s) < 1e-6);
    CHECK(high.last.r_m.norm() == Approx(r).margin(1e-3));
  }
}

TEST_CASE("Eclipses of a circular orbit take the share that the penumbra's cone cuts out",
          "[orbit][events]") {
  const Epoch date = parse_epoch("2026-03-01");
  const Ephemeris sky = Ephemeris::from_erfa(date, after(date, 20 * 86400.0));
  Dynamics d = two_body();
  d.sky = &sky;
  const Epoch middle = after(date, 2 * 86400.0);
  const SkyState at = sky.at(middle);
  const Vector3d sun = at.sun_m - at.moon_m, towards = sun.normalized();
  const Vector3d across = towards.cross(Vector3d::UnitZ()).normalized();
  const double a = constants::moon_radius_m + 200e3;
  // In a plane through the Sun the craft is within the cone of half-angle f about the axis while its angle
  // from the axis is below f + asin(R/a): its side touches the sphere.
  const double f = std::asin((sun_radius_m + constants::moon_radius_m) / sun.norm());
  const double expected = (f + std::asin(constants::moon_radius_m / a)) / std::numbers::pi;

  const std::vector<EventSpec> specs{{.kind = EventKind::eclipse_in}, {.kind = EventKind::eclipse_out}};
  const Craft from{middle, Body::moon, a * towards, std::sqrt(d.gm.moon / a) * across};
  const Arc arc = propagate(d, from, after(middle, 86400.0), specs);
  double dark_s = 0.0;
  std::size_t pairs = 0;
  REQUIRE(arc.events.front().spec == 0);
  for (std::size_t i = 0; i + 1 < arc.events.size(); i += 2, ++pairs) {
    REQUIRE(arc.events[i].spec == 0);
    REQUIRE(arc.events[i + 1].spec == 1);
    dark_s += seconds_between(arc.events[i].craft.at, arc.events[i + 1].craft.at);
  }
  REQUIRE(pairs >= 10);
  // From one entry to the next the Sun has gone on a little: the synodic revolution.
  const double revolution_s = seconds_between(arc.events[0].craft.at, arc.events[2 * (pairs - 1)].craft.at) /
                              static_cast<double>(pairs - 1);
  // In a day the Sun leaves the plane by up to 1°: 2e-4 of the share.
  CHECK(dark_s / static_cast<double>(pairs) / revolution_s == Approx(expected).epsilon(5e-4));
}
