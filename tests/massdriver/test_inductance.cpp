#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "massdriver/inductance.hpp"
#include "tests/massdriver/coil_oracles.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using namespace lunafab::massdriver::oracle;
using Catch::WithinRel;

namespace {

constexpr double old_mu0 = 4e-7 * pi;  // of the published numbers; CODATA 2018 is 5.5e-10 more
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Self-inductance by Hankel transform, P(k) = ∫ r J₁(kr) dr by quadrature: all filaments at once, no
/// singular integrand. The tail beyond `last` without the oscillation of P², the rest ~ 1/(w last⁴).
double bessel_self_H(const Winding& winding, double last) {
  const double inner = winding.radius_m - 0.5 * winding.depth_m, l = winding.length_m, w = winding.depth_m;
  const GaussRule rule = gauss_legendre(32);
  const auto integrand = [&](double k) {
    double moment = 0.0;
    for (std::size_t i = 0; i < rule.node.size(); ++i) {
      const double r = inner + 0.5 * w * (1.0 + rule.node[i]);
      moment += 0.5 * w * rule.weight[i] * r * std::cyl_bessel_j(1.0, k * r);
    }
    return moment * moment * (k * l + std::expm1(-k * l)) / (k * k);
  };
  const int panels = static_cast<int>(last * (winding.radius_m + 0.5 * w) / 12.0) + 1;
  double sum = 0.0;
  for (int p = 0; p < panels; ++p) {
    for (std::size_t i = 0; i < rule.node.size(); ++i) {
      sum +=
          rule.weight[i] * 0.5 * last / panels * integrand(last / panels * (p + 0.5 * (1.0 + rule.node[i])));
    }
  }
  const double k3 = last * last * last;
  sum += 2.0 * winding.radius_m / pi * (l / (3.0 * k3) - 1.0 / (4.0 * k3 * last));
  return 2.0 * pi * mu0 * sum / (l * l * w * w);
}

}  // namespace

TEST_CASE("filaments: published values of M and its slope", "[massdriver]") {
  const Coupling close = couple({.primary_radius_m = 0.25, .secondary_radius_m = 0.20, .gap_m = 0.10});
  CHECK_THAT(close.mutual_H / mu0 * old_mu0, WithinRel(2.487873590422e-7, 1e-11));
  CHECK_THAT(close.slope_H_per_m / mu0 * old_mu0, WithinRel(-1.850904716241e-6, 1e-11));
  CHECK_THAT(couple({1.0, 1.0, 1.0}).mutual_H / mu0 * old_mu0, WithinRel(4.94078463079827e-7, 1e-13));
}

TEST_CASE("filaments: M is Neumann's integral, close and far", "[massdriver]") {
  // The sum of 10⁵ terms in long double has converged where ρᴺ is small, ρ = 1 − d/a; far loops cancel in it
  // as (r/z)², so 1e-14 holds to z = 10 r only.
  const double z = GENERATE(0.002, 0.05, -0.4, 2.0);
  CHECK_THAT(couple({0.25, 0.20, z}).mutual_H, WithinRel(neumann_H(0.25, 0.20, z, 100000), 2e-14));
  CHECK_THAT(couple({0.25, 0.25, z}).mutual_H, WithinRel(neumann_H(0.25, 0.25, z, 100000), 2e-14));
}

TEST_CASE("filaments: far loops are dipoles in M, slope and curvature", "[massdriver]") {
  // The next multipole is smaller by (r/z)² ~ 1e-14.
  const double a = 0.25, b = 0.20, z = 3e6, dipole_H = mu0 * pi * a * a * b * b / (2.0 * z * z * z);
  const Coupling far = couple({a, b, z});
  CHECK_THAT(far.mutual_H, WithinRel(dipole_H, 1e-13));
  CHECK_THAT(far.slope_H_per_m, WithinRel(-3.0 * dipole_H / z, 1e-13));
  CHECK_THAT(far.curvature_H_per_m2, WithinRel(12.0 * dipole_H / (z * z), 1e-13));
}

TEST_CASE("filaments: nearly touching loops are straight wires", "[massdriver]") {
  // M → μ₀R (ln(8R/d) − 2), slope → −μ₀R/d, curvature → μ₀R/d²; the next terms are (d/R)² ln.
  const double d = 1e-7;
  const Coupling near = couple({1.0, 1.0, d});
  CHECK_THAT(near.mutual_H, WithinRel(mu0 * (std::log(8.0 / d) - 2.0), 1e-12));
  CHECK_THAT(near.slope_H_per_m, WithinRel(-mu0 / d, 1e-12));
  CHECK_THAT(near.curvature_H_per_m2, WithinRel(mu0 / (d * d), 1e-12));
}

TEST_CASE("filaments: slope and curvature are the derivatives of M", "[massdriver]") {
  const double z = GENERATE(0.02, 0.1, 0.5, -0.1), h = 1e-3 * std::abs(z) + 1e-5;
  const auto m = [&](int i) {
    return couple({0.25, 0.20, z + i * h});
  };
  // Fourth-order differences: truncation (h/z)⁴, rounding 1e-16 z/h.
  const auto slope = [&](auto f) {
    return (8.0 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12.0 * h);
  };
  CHECK_THAT(m(0).slope_H_per_m, WithinRel(slope([&](int i) { return m(i).mutual_H; }), 1e-10));
  CHECK_THAT(m(0).curvature_H_per_m2, WithinRel(slope([&](int i) { return m(i).slope_H_per_m; }), 1e-9));
}

TEST_CASE("windings: finite-element values of the one-coil machine", "[massdriver]") {
  CHECK_THAT(self_inductance_H(small_drive), WithinRel(3.73003e-6, 3e-5));
  CHECK_THAT(couple(small_drive, small_bucket, 0.0).coupling.mutual_H, WithinRel(2.11567e-6, 2e-5));
  CHECK_THAT(couple(small_drive, small_bucket, 0.5).coupling.mutual_H, WithinRel(0.919435e-6, 2e-5));
}

TEST_CASE("windings: M is the four-fold sum over filaments, within the stated error", "[massdriver]") {
  const double gap = GENERATE(0.0, 0.2, -0.7, 6.0);
  const double tolerance = GENERATE(1e-5, 1e-9, 1e-12);
  const auto [coupling, error_H] = couple(drive, bucket, gap, tolerance);
  const double exact_H = couple(drive, bucket, gap, 1e-14).coupling.mutual_H;
  CHECK(std::abs(coupling.mutual_H - exact_H) <= error_H + 1e-14 * exact_H);
  CHECK(error_H <= tolerance * exact_H + 1e-14 * exact_H);
  // Order 8 of the tensor rule errs by about 1e-9 at gap 0.
  CHECK_THAT(exact_H, WithinRel(tensor_H(drive, bucket, gap, 8), 1e-8));
}

TEST_CASE("windings: neighbours a pitch apart", "[massdriver]") {
  CHECK_THAT(couple(drive, drive, 0.9).coupling.mutual_H, WithinRel(tensor_H(drive, drive, 0.9, 6), 1e-10));
}

TEST_CASE("windings: coupling is symmetric, slope odd and curvature even in the gap", "[massdriver]") {
  const double gap = GENERATE(0.05, 0.9);
  const Coupling there = couple(drive, bucket, gap).coupling, back = couple(bucket, drive, -gap).coupling;
  CHECK_THAT(back.mutual_H, WithinRel(there.mutual_H, 1e-13));
  CHECK_THAT(back.slope_H_per_m, WithinRel(-there.slope_H_per_m, 1e-12));
  CHECK_THAT(back.curvature_H_per_m2, WithinRel(there.curvature_H_per_m2, 1e-11));
}

TEST_CASE("windings: slope and curvature are the derivatives of M, touching coils too", "[massdriver]") {
  const double gap = GENERATE(0.03, 0.3, 4.0), h = 0.003;
  const auto m = [&](int i) {
    return couple(drive, bucket, gap + i * h, 1e-13).coupling;
  };
  // Truncation h⁴/30 · M⁽⁵⁾ ~ (h/.2)⁴.
  const auto slope = [&](auto f) {
    return (8.0 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12.0 * h);
  };
  CHECK_THAT(m(0).slope_H_per_m, WithinRel(slope([&](int i) { return m(i).mutual_H; }), 1e-6));
  CHECK_THAT(m(0).curvature_H_per_m2, WithinRel(slope([&](int i) { return m(i).slope_H_per_m; }), 1e-5));
  // End to end there is no coil on the other side: one-sided, of first order, ~ h · M'' and h ln h.
  const auto touch = [](double clear) {
    return couple(drive, drive, drive.length_m + clear, 1e-12).coupling;
  };
  const Coupling at = touch(0.0), off = touch(1e-5);
  CHECK_THAT(at.slope_H_per_m, WithinRel((off.mutual_H - at.mutual_H) / 1e-5, 1e-3));
  CHECK_THAT(at.curvature_H_per_m2, WithinRel((off.slope_H_per_m - at.slope_H_per_m) / 1e-5, 1e-2));
}

TEST_CASE("self-inductance: a coil is its two touching halves, cut either way", "[massdriver]") {
  // Each half carries half the current: L = (L₁ + L₂ + 2M)/4. Exercises both singular integrals.
  const Winding whole = GENERATE(values<Winding>({drive, {1.5, 1.0, 1.0}, {0.3, 0.02, 0.5}}));
  const double L = self_inductance_H(whole), l = 0.5 * whole.length_m, w = 0.5 * whole.depth_m;
  const Winding half{whole.radius_m, l, whole.depth_m};
  CHECK_THAT(0.5 * (self_inductance_H(half) + couple(half, half, l, 1e-11).coupling.mutual_H),
             WithinRel(L, 1e-10));
  // Cut at the mean radius: halves of equal current.
  const Winding in{whole.radius_m - 0.5 * w, whole.length_m, w},
      out{whole.radius_m + 0.5 * w, whole.length_m, w};
  const double mutual_H = couple(in, out, 0.0, 1e-11).coupling.mutual_H;
  CHECK_THAT(0.25 * (self_inductance_H(in) + self_inductance_H(out)) + 0.5 * mutual_H, WithinRel(L, 1e-10));
}

TEST_CASE("self-inductance: agrees with the Hankel transform", "[massdriver]") {
  CHECK_THAT(self_inductance_H({1.5, 1.0, 1.0}), WithinRel(bessel_self_H({1.5, 1.0, 1.0}, 100.0), 1e-7));
  CHECK_THAT(self_inductance_H(small_drive), WithinRel(bessel_self_H(small_drive, 400.0), 5e-6));
}

TEST_CASE("self-inductance: Brooks, Nagaoka, ITER PF1 and the baseline", "[massdriver]") {
  CHECK_THAT(self_inductance_H({1.5, 1.0, 1.0}), WithinRel(1.699378e-6 * 1.5, 2e-5));
  const auto nagaoka = [](double depth_m) {
    return self_inductance_H({1.0, 2.0, depth_m}) / (mu0 * pi / 2.0);  // over that of an infinite solenoid
  };
  CHECK_THAT(nagaoka(0.0), WithinRel(0.688423, 1e-6));
  CHECK_THAT(nagaoka(1e-3), WithinRel(0.68809, 1e-5));
  const double turns = 248.64, PF1_H = turns * turns * self_inductance_H({3.9431, 0.9841, 0.9590});
  CHECK_THAT(PF1_H, WithinRel(0.7076, 6e-3));   // design document
  CHECK_THAT(PF1_H, WithinRel(0.70347, 1e-5));  // computed independently
  CHECK_THAT(self_inductance_H(drive), WithinRel(6.077e-6, 1e-4));
  CHECK_THAT(self_inductance_H(bucket), WithinRel(5.679e-6, 1e-4));
}

TEST_CASE("self-inductance: a thin ring is that of its geometric mean distance", "[massdriver]") {
  // μ₀R (ln(8R/g) − 2), ln g = ln c − 0.805087 for a square of side c; the next term is (c/R)² ln.
  const double c = GENERATE(1e-3, 1e-5);
  const double ring_H = mu0 * (std::log(8.0 / c) + 0.8050866 - 2.0);
  CHECK_THAT(self_inductance_H({1.0, c, c}), WithinRel(ring_H, 2.0 * c * c + 2e-8));
}

TEST_CASE("inductance: impossible coils break the contract", "[massdriver]") {
  CHECK_THROWS_AS(couple({0.2, 0.2, 0.0}), ContractError);
  CHECK_THROWS_AS(couple({0.0, 0.2, 0.1}), ContractError);
  CHECK_THROWS_AS(couple({0.2, -0.2, 0.1}), ContractError);
  CHECK_THROWS_AS(couple({0.2, 0.3, not_a_number}), ContractError);
  const Winding wrong = GENERATE(values<Winding>({{0.0, 0.1, 0.0},
                                                  {-1.0, 0.1, 0.1},
                                                  {1.0, -0.1, 0.1},
                                                  {1.0, 0.1, -0.1},
                                                  {1.0, 0.1, 2.1},
                                                  {not_a_number, 0.1, 0.1},
                                                  {1.0, not_a_number, 0.1},
                                                  {1.0, 0.1, not_a_number}}));
  CHECK_THROWS_AS(self_inductance_H(wrong), ContractError);
  CHECK_THROWS_AS(couple(wrong, drive, 5.0), ContractError);
  CHECK_THROWS_AS(couple(drive, wrong, 5.0), ContractError);
}

TEST_CASE("inductance: overlapping sections and infinite values break the contract", "[massdriver]") {
  CHECK_THROWS_AS(couple(drive, drive, 0.249), ContractError);
  CHECK_NOTHROW(couple(drive, drive, 0.25));
  CHECK_THROWS_AS(couple(drive, {1.47, 0.16, 0.03}, 0.1), ContractError);
  CHECK_NOTHROW(couple(drive, {1.465, 0.16, 0.03}, 0.1));
  CHECK_THROWS_AS(couple(drive, bucket, not_a_number), ContractError);
  CHECK_THROWS_AS(couple(drive, bucket, 0.0, 0.0), ContractError);
  const Winding sheet{1.0, 0.2, 0.0}, filament{1.0, 0.0, 0.0};
  CHECK_THROWS_AS(couple(sheet, sheet, 0.2), ContractError);
  CHECK_THROWS_AS(self_inductance_H(filament), ContractError);
  CHECK_THAT(couple(filament, {0.8, 0.0, 0.0}, 0.3).coupling.mutual_H,
             WithinRel(couple({1.0, 0.8, 0.3}).mutual_H, 1e-15));
}
