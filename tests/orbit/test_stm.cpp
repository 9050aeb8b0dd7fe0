#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>
#include "tests/orbit/orbit_fixture.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using namespace orbit_fixture;

namespace {

using Stm = Eigen::Matrix<double, 6, 6>;
using State = Eigen::Matrix<double, 6, 1>;

const Epoch start = parse_epoch("2027-05-01");

const Ephemeris& sky_2027() {
  static const Ephemeris sky = Ephemeris::from_erfa(start, after(start, 20 * 86400.0));
  return sky;
}

Dynamics everything() {
  Dynamics d{.sky = &sky_2027(), .degree = 12};
  d.pressure = Cannonball{.area_m2 = 30.0, .mass_kg = 500.0};
  return d;
}

const Craft low{start, Body::moon, {1838000.0, 1000.0, -2000.0}, {100.0, 900.0, 1360.0}};

State state(const Craft& c) {
  State out;
  out << c.r_m, c.v_mps;
  return out;
}

Craft moved(Craft from, Eigen::Index i, double by) {
  if (i < 3) {
    from.r_m[i] += by;
  } else {
    from.v_mps[i - 3] += by;
  }
  return from;
}

/// By fourth-order central differences of metres and millimetres a second.
Stm differences(const Dynamics& d, const Craft& from, Epoch until, double step_m, double step_mps) {
  const ArcOptions exact{.precision = {.tolerance = 1e-13}};
  Stm out;
  for (Eigen::Index i = 0; i < 6; ++i) {
    const double step = i < 3 ? step_m : step_mps;
    const auto end = [&](double times) {
      return state(propagate(d, moved(from, i, times * step), until, {}, exact).last);
    };
    out.col(i) = (8.0 * (end(1.0) - end(-1.0)) - (end(2.0) - end(-2.0))) / (12.0 * step);
  }
  return out;
}

/// Blocks have different units: each is held against its own largest entry.
void check_close(const Stm& a, const Stm& b, double relative) {
  for (const Eigen::Index i : {0, 3}) {
    for (const Eigen::Index j : {0, 3}) {
      CAPTURE(i, j);
      const Eigen::Matrix3d p = a.block<3, 3>(i, j), q = b.block<3, 3>(i, j);
      CHECK((p - q).cwiseAbs().maxCoeff() < relative * q.cwiseAbs().maxCoeff());
    }
  }
}

}  // namespace

TEST_CASE("The transition matrix is the derivative of the arc", "[orbit][stm]") {
  const ArcOptions with_stm{.precision = {.tolerance = 1e-12}, .stm = true};
  // In the open, because the matrix leaves the shadow's edge out: the pressure acts, the shadow does not.
  Dynamics d = everything();
  d.pressure->area_m2 = 0.0;
  const Epoch later = after(start, 6 * 3600.0);
  const Arc arc = propagate(d, low, later, {}, with_stm);
  // Differences leave fifth-order terms and the rounding of 1e-10 m in 20 m.
  check_close(arc.stm, differences(d, low, later, 20.0, 0.02), 1e-6);

  const Craft leaving = departure(start, 0.4, 0.2, 1.2, 2500.0);
  const Epoch far = after(start, 3 * 86400.0);
  const Arc out = propagate(everything(), leaving, far, {}, with_stm);
  REQUIRE(out.last.centre == Body::earth);  // across the change of centre
  check_close(out.stm, differences(everything(), leaving, far, 1.0, 1e-3), 1e-5);
}

TEST_CASE("Oblateness and pressure near the Earth stand in the transition matrix", "[orbit][stm]") {
  Dynamics d = everything();
  d.pressure->area_m2 = 3e4;  // a solar sail, so that the pressure's gradient shows
  const Craft near_earth{start, Body::earth, {8e6, 1e6, 3e6}, {-1000.0, 6500.0, 2500.0}};
  const Epoch later = after(start, 2400.0);
  const Arc arc = propagate(d, near_earth, later, {}, {.precision = {.tolerance = 1e-13}, .stm = true});
  check_close(arc.stm, differences(d, near_earth, later, 20.0, 0.02), 1e-6);
}

TEST_CASE("The transition matrix keeps volume and is symplectic", "[orbit][stm]") {
  // All forces follow from a potential. Φᵀ J Φ = J, in units in which both blocks of Φ are of like size.
  const Craft leaving = departure(start, 0.4, 0.2, 1.2, 2500.0);
  const double second = 1e3;
  for (const auto& [from, days] : {std::pair(low, 0.5), std::pair(leaving, 2.0)}) {
    const Arc arc = propagate(everything(), from, after(start, days * 86400.0), {},
                              {.precision = {.tolerance = 1e-13}, .stm = true});
    Stm phi = arc.stm;
    phi.topRightCorner<3, 3>() /= second, phi.bottomLeftCorner<3, 3>() *= second;
    Stm j = Stm::Zero();
    j.topRightCorner<3, 3>().setIdentity(), j.bottomLeftCorner<3, 3>() = -Eigen::Matrix3d::Identity();
    const double size = phi.cwiseAbs().maxCoeff();
    // The matrix comes along with the state's steps: 1e-10 of its squared size.
    CHECK((phi.transpose() * j * phi - j).cwiseAbs().maxCoeff() < 1e-10 * size * size);
    CHECK(phi.determinant() == Approx(1.0).margin(1e-6));
  }
}

TEST_CASE("Transition matrices of pieces multiply, also backwards and up to an event", "[orbit][stm]") {
  const Dynamics d = everything();
  const ArcOptions with_stm{.precision = {.tolerance = 1e-13}, .stm = true};
  const Epoch middle = after(start, 5000.0), end = after(start, 12000.0);
  const Arc whole = propagate(d, low, end, {}, with_stm), first = propagate(d, low, middle, {}, with_stm);
  const Arc second = propagate(d, first.last, end, {}, with_stm),
            back = propagate(d, whole.last, start, {}, with_stm);
  check_close(second.stm * first.stm, whole.stm, 1e-8);
  // The product of the blocks' sizes, 1e4 s by 1, is what rounding and steps are measured against.
  CHECK((back.stm * whole.stm - Stm::Identity()).cwiseAbs().maxCoeff() < 1e-4);

  const EventSpec apsis{.kind = EventKind::apoapsis, .ends = true};
  const Arc to_apsis = propagate(d, low, end, {&apsis, 1}, with_stm);
  REQUIRE(to_apsis.end == ArcEnd::event);
  const Arc same = propagate(d, low, to_apsis.last.at, {}, with_stm);
  check_close(to_apsis.stm, same.stm, 1e-8);  // from dense output, against a step that ends there
}

TEST_CASE("The matrix does not disturb the arc that carries it", "[orbit][stm]") {
  const Epoch end = after(start, 86400.0);
  const Arc with = propagate(everything(), low, end, {}, {.stm = true}),
            without = propagate(everything(), low, end);
  CHECK(with.steps == without.steps);
  // Two routes through the same field: rounding, grown along the track.
  CHECK((with.last.r_m - without.last.r_m).norm() < 1e-3);
}
