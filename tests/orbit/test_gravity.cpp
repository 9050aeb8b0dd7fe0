#include <Eigen/LU>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/gravity.hpp"
#include "tests/orbit/gravity_table.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Eigen::Vector3d;

namespace {

const std::array<Vector3d, 5> places{{{1.8e6, 2e5, -4e5},
                                      {-9e5, 1.2e6, 1.1e6},
                                      {2e5, -3e5, -1.76e6},
                                      {0.0, 0.0, 1.8e6},  // above the poles, where longitude is undefined
                                      {1e-9, -1e-9, -1.8e6}}};

/// A field to degree 300 whose coefficients fall like Kaula's rule for the Moon, 3.6e-4/n², with signs all
/// over.
GravityField wide_field() {
  GravityField field = built_in_field();
  field.degree = 300;
  field.c.resize(GravityField::index(301, 0));
  field.s.resize(field.c.size());
  for (int n = 13; n <= 300; ++n) {
    for (int m = 0; m <= n; ++m) {
      field.c[GravityField::index(n, m)] = 3.6e-4 / n / n * std::cos(7.0 * n + 3.0 * m * m);
      field.s[GravityField::index(n, m)] = m == 0 ? 0.0 : 3.6e-4 / n / n * std::sin(5.0 * n + 11.0 * m * m);
    }
  }
  return field;
}

/// Sixth-order difference quotient of `f` along axis i.
template <class F>
auto slope(const F& f, const Vector3d& r, int i, double h) -> decltype(f(r)) {
  const Vector3d e = h * Vector3d::Unit(i);
  return (45.0 * (f(r + e) - f(r - e)) - 9.0 * (f(r + 2.0 * e) - f(r - 2.0 * e)) +
          (f(r + 3.0 * e) - f(r - 3.0 * e))) /
         (60.0 * h);
}

}  // namespace

TEST_CASE("gravity: the built-in field is GrazLGM300c, with its source", "[orbit][gravity]") {
  const GravityField& field = built_in_field();
  CHECK(field.name.find("GrazLGM300c") != std::string::npos);
  CHECK(field.degree == 12);
  CHECK(field.gm_m3ps2 == 4.9028010560e12);
  CHECK(field.radius_m == 1738000.0);
  const GravityField source =
      test::read_table(LUNAFAB_SOURCE_DIR "/../shared/data/moon_GrazLGM300c_12.csv", 12);
  if (source.degree == 0) {
    WARN("skipped: moon_GrazLGM300c_12.csv is absent");
    return;
  }
  CHECK(field.c == source.c);
  CHECK(field.s == source.s);
}

TEST_CASE("gravity: potential and acceleration are those of the definition evaluated with 40 digits",
          "[orbit][gravity]") {
  struct Row {
    Vector3d r_m;
    double potential_m2ps2;
    Vector3d acceleration_mps2;
  };
  // Python's mpmath: Σ (R/r)ⁿ N_nm P_nm(sin φ) (C cos mλ + S sin mλ) from the tables' decimals, N_nm by
  // factorials, P_nm by mpmath.legenp (the first three; the other two by the unnormalised recursion in n,
  // which agrees with it to 18 digits); the acceleration by central differences over 1e-4 m.
  const std::array<Row, 3> graz{{{{1800000.0, 200000.0, -400000.0},
                                  2643726.37772221536,
                                  {-1.38373258818123633, -0.153523049436964191, 0.307596540613414877}},
                                 {{-900000.0, 1200000.0, 1100000.0},
                                  2635756.93328868991,
                                  {0.685392894409391539, -0.914067777368593261, -0.838423712129071784}},
                                 {{200000.0, -300000.0, -1760000.0},
                                  2728649.79513682192,
                                  {-0.168885521642058957, 0.253421419035565994, 1.48771714899322681}}}};
  // Sums of 91 terms below 1e-3 of the main one, whose own roundings (1e-16 each of r, r², direction)
  // dominate.
  constexpr double rounding = 2e-15;
  for (const Row& row : graz) {
    CHECK(std::abs(potential_m2ps2(built_in_field(), 12, row.r_m) / row.potential_m2ps2 - 1.0) < rounding);
    const Vector3d a = acceleration_mps2(built_in_field(), 12, row.r_m);
    CHECK((a - row.acceleration_mps2).norm() < rounding * row.acceleration_mps2.norm());
  }

  const GravityField lp = test::read_table(LUNAFAB_SOURCE_DIR "/../shared/data/moon_LP165P_100.csv", 100);
  if (lp.degree == 0) {
    WARN("skipped: moon_LP165P_100.csv is absent");
    return;
  }
  const std::array<Row, 2> lp165p_50{
      {{{-900000.0, 1200000.0, 1100000.0},
        2635751.311872409,
        {0.685374495979629, -0.914038336628015515, -0.838357531293259872}},
       {{30000.0, -20000.0, 1800000.0},
        2722760.23688485286,
        {-0.0246215020901095183, 0.016903146065535188, -1.51153030482291468}}}};
  for (const Row& row : lp165p_50) {
    CHECK(std::abs(potential_m2ps2(lp, 50, row.r_m) / row.potential_m2ps2 - 1.0) < rounding);
    const Vector3d a = acceleration_mps2(lp, 50, row.r_m);
    CHECK((a - row.acceleration_mps2).norm() < rounding * row.acceleration_mps2.norm());
  }
}

TEST_CASE("gravity: the acceleration is the slope of the potential, the gradient that of the acceleration",
          "[orbit][gravity]") {
  const GravityField wide = wide_field();
  struct Case {
    int degree;
    double step_m;
  };
  // The shortest wave at degree n is 2πr/n long. Truncation of the quotient (kh)⁶/140 with k = n/r; rounding
  // 2e-16 r/h for the potential (whose value is r times its slope), half of it for the acceleration.
  const Case at = GENERATE(Case{0, 1000.0}, Case{2, 1000.0}, Case{8, 1000.0}, Case{50, 300.0},
                           Case{100, 200.0}, Case{300, 100.0});
  const int degree = at.degree;
  const double step_m = at.step_m;
  for (const Vector3d& r : places) {
    const auto [a, G] = gradient(wide, degree, r);
    const double allowed =
        4e-16 * r.norm() / step_m + std::pow(std::max(degree, 4) * step_m / r.norm(), 6) / 140.0;
    Vector3d slope_of_potential;
    Eigen::Matrix3d slope_of_acceleration;
    for (int i = 0; i < 3; ++i) {
      slope_of_potential[i] =
          slope([&](const Vector3d& p) { return potential_m2ps2(wide, degree, p); }, r, i, step_m);
      slope_of_acceleration.col(i) = slope(
          [&](const Vector3d& p) -> Vector3d { return acceleration_mps2(wide, degree, p); }, r, i, step_m);
    }
    // Eight roundings of the largest size that could add up.
    CHECK((slope_of_potential - a).norm() < 8.0 * allowed * a.norm());
    CHECK((slope_of_acceleration - G).norm() < 8.0 * allowed * G.norm());
    CHECK((acceleration_mps2(wide, degree, r) - a).norm() <= 1e-15 * a.norm());
  }
}

TEST_CASE("gravity: Laplace's equation holds outside the mass and the gradient is symmetric",
          "[orbit][gravity]") {
  const GravityField wide = wide_field();
  for (const int degree : {0, 2, 8, 12, 50, 300}) {
    for (const Vector3d& r : places) {
      const Eigen::Matrix3d G = gradient(wide, degree, r).gradient_per_s2;
      // Three diagonal terms of rounding 1e-16 each; sums over 300 degrees cancel ten times that.
      CHECK(std::abs(G.trace()) < (degree > 100 ? 1e-14 : 1e-15) * G.norm());
      CHECK((G - G.transpose()).norm() == 0.0);
    }
  }
}

TEST_CASE("gravity: nothing special happens at the poles", "[orbit][gravity]") {
  const GravityField wide = wide_field();
  for (const double side : {1.0, -1.0}) {
    const Vector3d pole{0.0, 0.0, side * 1.8e6};
    const auto at_pole = gradient(wide, 300, pole);
    REQUIRE(at_pole.acceleration_mps2.allFinite());
    for (int i = 0; i < 8; ++i) {
      const Vector3d beside = pole + Vector3d{std::cos(i), std::sin(i), 0.0};  // 1 m
      const auto there = gradient(wide, 300, beside);
      // The gradient's own change over 1 m: second order, at most 300² times the field over r².
      const Vector3d predicted = at_pole.acceleration_mps2 + at_pole.gradient_per_s2 * (beside - pole);
      CHECK((there.acceleration_mps2 - predicted).norm() < 9e4 / std::pow(1.8e6, 2) * predicted.norm());
    }
  }
}

TEST_CASE("gravity: degree 0 is a point, and every degree becomes one far away", "[orbit][gravity]") {
  const GravityField& field = built_in_field();
  for (const Vector3d& r : places) {
    const Vector3d point = -field.gm_m3ps2 / std::pow(r.norm(), 3) * r;
    CHECK((acceleration_mps2(field, 0, r) - point).norm() < 1e-15 * point.norm());
    CHECK((acceleration_mps2(field, 12, r) - point).norm() > 1e-5 * point.norm());
    const Vector3d far = 1e5 * r, far_point = 1e-10 * point;
    CHECK((acceleration_mps2(field, 12, far) - far_point).norm() < 1e-13 * far_point.norm());  // C20/1e10
  }
}

TEST_CASE("gravity: on the axis of a zonal field the closed form is met to rounding", "[orbit][gravity]") {
  // P_n(1) = 1: U = GM/r Σ √(2n+1) C_n0 (R/r)ⁿ, whatever m > 0 holds.
  const GravityField wide = wide_field();
  const double r = 1.75e6, q = wide.radius_m / r;
  double sum = 0.0, slope_sum = 0.0;
  for (int n = 0; n <= 300; ++n) {
    const double term = std::sqrt(2.0 * n + 1.0) * wide.c[GravityField::index(n, 0)] * std::pow(q, n);
    sum += term, slope_sum -= (n + 1.0) * term;
  }
  const Vector3d north{0.0, 0.0, r};
  CHECK(std::abs(potential_m2ps2(wide, 300, north) / (wide.gm_m3ps2 / r * sum) - 1.0) < 1e-14);
  CHECK(std::abs(acceleration_mps2(wide, 300, north).z() / (wide.gm_m3ps2 / (r * r) * slope_sum) - 1.0) <
        1e-13);
}

TEST_CASE("gravity: degrees that the field does not have are refused", "[orbit][gravity]") {
  CHECK_THROWS_AS(acceleration_mps2(built_in_field(), 13, places[0]), ContractError);
  CHECK_THROWS_AS(gradient(built_in_field(), -1, places[0]), ContractError);
}
