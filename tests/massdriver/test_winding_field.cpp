#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include "core/contract.hpp"
#include "massdriver/winding_field.hpp"
#include "tests/massdriver/coil_oracles.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using namespace lunafab::massdriver::oracle;
using Catch::WithinAbs, Catch::WithinRel;

TEST_CASE("field: on the axis a winding is a stack of discs", "[massdriver]") {
  // B = μ₀/(2lw) [ζ ln(r + √(r² + ζ²))] between the ends and radii; Montgomery, Solenoid Magnet Design,
  // ch. 1.
  const double z = GENERATE(0.0, 0.4, -3.0), l = 0.25, w = 0.04;
  const auto corner = [](double r, double x) {
    return x * std::log(r + std::sqrt(r * r + x * x));
  };
  const auto face = [&](double x) {
    return corner(1.52, x) - corner(1.48, x);
  };
  const Eigen::Vector2d found = field_T_per_A(drive, 0.0, z);
  CHECK(found.x() == 0.0);
  CHECK_THAT(found.y(), WithinRel(mu0 / (2.0 * l * w) * (face(z + l / 2) - face(z - l / 2)), 1e-10));
}

TEST_CASE("field: the flux through a loop is its mutual inductance", "[massdriver]") {
  // Loops inside the bore, through the conductor and outside; the field has kinks at the conductor's
  // surfaces.
  const double b = GENERATE(1.2, 1.5, 1.9), z = GENERATE(0.05, 0.6);
  const GaussRule rule = gauss_legendre(20);
  double flux_Wb = 0.0, low = 0.0;
  for (const double edge : {1.2, 1.48, 1.5, 1.52, 1.9}) {
    if (edge > b) break;
    for (std::size_t i = 0; i < rule.node.size(); ++i) {
      const double r = low + 0.5 * (edge - low) * (1.0 + rule.node[i]);
      flux_Wb += pi * (edge - low) * rule.weight[i] * r * field_T_per_A(drive, r, z).y();
    }
    low = edge;
  }
  if (b == 1.5 && z < 0.125) {
    // The loop lies inside the conductor: compare with the winding cut in four around it.
    double mutual_H = 0.0;
    for (const double end : {-0.125, 0.125}) {
      for (const double side : {-0.01, 0.01}) {
        const Winding part{1.5 + side, std::abs(end - z), 0.02};
        // A filament on a corner: approach it, the flux differs by δ ln δ.
        mutual_H += part.length_m / 0.5 *
                    couple(part, {1.5, 1e-9, 1e-9}, z - 0.5 * (end + z) + (end > z ? -1.0 : 1.0) * 1e-9, 1e-9)
                        .coupling.mutual_H;
      }
    }
    CHECK_THAT(flux_Wb, WithinRel(mutual_H, 1e-6));
  } else {
    CHECK_THAT(flux_Wb, WithinRel(couple(drive, {b, 0.0, 0.0}, z).coupling.mutual_H, 1e-7));
  }
}

TEST_CASE("field: has no sources, and only the conductor has curl", "[massdriver]") {
  const double r = GENERATE(0.4, 1.49, 1.505, 1.8), z = GENERATE(0.02, 0.09, 0.5), h = 1e-3;
  const auto B = [&](double dr, double dz) {
    return field_T_per_A(drive, r + dr, z + dz);
  };
  const Eigen::Vector2d by_r = (8.0 * (B(h, 0) - B(-h, 0)) - (B(2 * h, 0) - B(-2 * h, 0))) / (12.0 * h);
  const Eigen::Vector2d by_z = (8.0 * (B(0, h) - B(0, -h)) - (B(0, 2 * h) - B(0, -2 * h))) / (12.0 * h);
  const bool inside = std::abs(r - 1.5) < 0.02 && z < 0.125;
  const double density_per_m2 = inside ? 1.0 / (0.25 * 0.04) : 0.0, scale = mu0 / (0.25 * 0.04);
  // Rounding and quadrature 1e-9 over h; truncation (h/10 mm)⁴ next to the conductor's surface.
  CHECK_THAT(by_r.x() + B(0, 0).x() / r + by_z.y(), WithinAbs(0.0, 1e-5 * scale));
  CHECK_THAT(by_z.x() - by_r.y(), WithinAbs(mu0 * density_per_m2, 1e-5 * scale));
}

TEST_CASE("field: a far winding is a dipole", "[massdriver]") {
  const double r = 3e4, z = 4e4, d = 5e4, moment_m2 = pi * (1.5 * 1.5 + 0.04 * 0.04 / 12.0);
  const double factor = mu0 * moment_m2 / (4.0 * pi * d * d * d);
  const Eigen::Vector2d found = field_T_per_A(drive, r, z);
  CHECK_THAT(found.x(), WithinRel(factor * 3.0 * r * z / (d * d), 1e-8));
  CHECK_THAT(found.y(), WithinRel(factor * (3.0 * z * z / (d * d) - 1.0), 1e-8));
}

TEST_CASE("peak field: no point of the section exceeds it, and one of the border reaches it",
          "[massdriver]") {
  const Winding winding =
      GENERATE(values<Winding>({drive, {1.5, 1.0, 1.0}, {1.0, 0.1, 2.0}, {1.0, 3.0, 0.3}}));
  const double peak = peak_field_T_per_A(winding);
  double most = 0.0;
  for (int i = 0; i <= 12; ++i) {
    for (int j = 0; j <= 12; ++j) {
      most = std::max(most, field_T_per_A(winding, winding.radius_m + winding.depth_m * (i / 12.0 - 0.5),
                                          0.5 * winding.length_m * j / 12.0)
                                .norm());
    }
  }
  CHECK(most <= peak * (1.0 + 1e-6));
  CHECK(most >= 0.98 * peak);  // the grid's distance from the place of the maximum
}

TEST_CASE("field: a long solenoid has mu0 / l inside, half of it in mid-winding, none outside",
          "[massdriver]") {
  // Ends 100 radii away take ½ (R/½l)² = 5e-5 of the middle, and leave as much outside.
  const Winding solenoid{1.0, 200.0, 0.01};
  const auto along = [&](double r) {
    return field_T_per_A(solenoid, r, 0.0).y() / (mu0 / 200.0);
  };
  CHECK_THAT(along(0.0), WithinRel(1.0, 1e-4));
  CHECK_THAT(along(0.995), WithinRel(1.0, 1e-4));
  CHECK_THAT(along(1.0), WithinRel(0.5, 2e-4));
  CHECK_THAT(along(1.005), WithinAbs(0.0, 1e-4));
}

TEST_CASE("field: impossible requests break the contract", "[massdriver]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(field_T_per_A(drive, -0.1, 0.0), ContractError);
  CHECK_THROWS_AS(field_T_per_A(drive, nan, 0.0), ContractError);
  CHECK_THROWS_AS(field_T_per_A(drive, 0.0, nan), ContractError);
  CHECK_THROWS_AS(field_T_per_A({1.0, 0.2, 0.0}, 1.0, 0.05), ContractError);
  CHECK_NOTHROW(field_T_per_A({1.0, 0.2, 0.0}, 1.0, 0.15));
  CHECK_THROWS_AS(peak_field_T_per_A({1.0, 0.2, 0.0}), ContractError);
}
