#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "massdriver/coupling_table.hpp"
#include "tests/massdriver/coil_oracles.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using namespace lunafab::massdriver::oracle;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double pitch_m = 0.9;

}  // namespace

TEST_CASE("coupling table: agrees with quadrature where it was neither built nor checked", "[massdriver]") {
  const CouplingTable table = tabulate(drive, bucket, 16.0, pitch_m / 64.0);
  CHECK(table.worst_error_H < 1e-10 * couple(drive, bucket, 0.0).coupling.mutual_H);
  for (int i = 0; i < 160; ++i) {
    const double gap = 0.1 * i + 0.1 * std::fmod(0.618034 * i, 1.0);
    const auto [exact, error_H] = couple(drive, bucket, gap, 1e-13);
    const Coupling found = lookup(table, gap);
    CHECK_THAT(found.mutual_H, WithinAbs(exact.mutual_H, 1.5 * table.worst_error_H));
    CHECK_THAT(found.slope_H_per_m, WithinAbs(exact.slope_H_per_m, 2.0 * table.worst_slope_error_H_per_m));
    // Noise of the nodes over h², and h⁴ M⁽⁶⁾: 1e-6 of the largest curvature, 2.9e-5 H/m².
    CHECK_THAT(found.curvature_H_per_m2, WithinAbs(exact.curvature_H_per_m2, 3e-11));
  }
}

TEST_CASE("coupling table: the error falls with the sixth power of the cell", "[massdriver]") {
  const double coarse = tabulate(drive, bucket, 1.8, pitch_m / 8.0).worst_error_H;
  const double fine = tabulate(drive, bucket, 1.8, pitch_m / 16.0).worst_error_H;
  CHECK(coarse / fine > 32.0);
  CHECK(coarse / fine < 128.0);
}

TEST_CASE("coupling table: value, slope and curvature are continuous, also through gap 0", "[massdriver]") {
  const CouplingTable table = tabulate(drive, bucket, 1.8, pitch_m / 32.0);
  const auto check_join = [](const Coupling& left, const Coupling& right) {
    CHECK_THAT(left.mutual_H, WithinAbs(right.mutual_H, 1e-18));
    CHECK_THAT(left.slope_H_per_m, WithinAbs(right.slope_H_per_m, 1e-16));
    CHECK_THAT(left.curvature_H_per_m2, WithinAbs(right.curvature_H_per_m2, 1e-13));
  };
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const double node_m = static_cast<double>(i) * table.cell_m;
    check_join(lookup(table, node_m - 1e-13), lookup(table, node_m + 1e-13));
  }
  CHECK(lookup(table, 0.0).slope_H_per_m == 0.0);
}

TEST_CASE("coupling table: even in the gap; slope and curvature are derivatives of its own M",
          "[massdriver]") {
  const CouplingTable table = tabulate(drive, bucket, 1.8, pitch_m / 16.0);
  const double gap = GENERATE(0.03, 0.31, 1.79);
  CHECK(lookup(table, -gap).mutual_H == lookup(table, gap).mutual_H);
  CHECK(lookup(table, -gap).slope_H_per_m == -lookup(table, gap).slope_H_per_m);
  CHECK(lookup(table, -gap).curvature_H_per_m2 == lookup(table, gap).curvature_H_per_m2);
  // Work of the slope is the change of M, exactly: Gauss of order 3 integrates a quartic within one cell.
  const double start = std::floor(gap / table.cell_m) * table.cell_m, width = gap - start;
  const GaussRule rule = gauss_legendre(3);
  double work = 0.0, change = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    const Coupling at = lookup(table, start + 0.5 * width * (1.0 + rule.node[i]));
    work += 0.5 * width * rule.weight[i] * at.slope_H_per_m;
    change += 0.5 * width * rule.weight[i] * at.curvature_H_per_m2;
  }
  const Coupling first = lookup(table, start), last = lookup(table, gap);
  CHECK_THAT(work, WithinAbs(last.mutual_H - first.mutual_H, 1e-20));
  CHECK_THAT(change, WithinAbs(last.slope_H_per_m - first.slope_H_per_m, 1e-18));
}

TEST_CASE("coupling table: ends at its reach, rounded up to whole cells", "[massdriver]") {
  CHECK(tabulate(drive, bucket, 0.9, 0.3).cells.size() == 3);
  const CouplingTable table = tabulate(drive, bucket, 1.0, 0.3);
  CHECK(table.cells.size() == 4);
  CHECK_THAT(lookup(table, table.reach_m).mutual_H,
             WithinRel(couple(drive, bucket, table.reach_m).coupling.mutual_H, 1e-9));
  CHECK_THROWS_AS(lookup(table, std::nextafter(table.reach_m, 2.0)), ContractError);
  CHECK_THROWS_AS(lookup(table, -1.3), ContractError);
  CHECK_THROWS_AS(lookup(table, std::numeric_limits<double>::quiet_NaN()), ContractError);
}

TEST_CASE("coupling table: impossible grids and windings that cannot pass break the contract",
          "[massdriver]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(tabulate(drive, bucket, 1.0, 0.0), ContractError);
  CHECK_THROWS_AS(tabulate(drive, bucket, -1.0, 0.1), ContractError);
  CHECK_THROWS_AS(tabulate(drive, bucket, nan, 0.1), ContractError);
  CHECK_THROWS_AS(tabulate(drive, bucket, 1.0, nan), ContractError);
  CHECK_THROWS_AS(tabulate(drive, bucket, 1.0, 1e-9), ContractError);
  CHECK_THROWS_AS(tabulate(drive, drive, 1.0, 0.1), ContractError);
}
