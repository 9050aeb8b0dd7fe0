#include <catch2/catch.hpp>
#include <cmath>
#include <vector>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "core/statistics.hpp"

using namespace lunafab;

namespace {

Tick at(std::int64_t seconds) {
  return Tick{seconds * microseconds_per_second};
}

}  // namespace

TEST_CASE("Tally: mean, variance and extremes of a hand case", "[core]") {
  Tally tally;
  CHECK(tally.variance() == 0.0);
  for (const double x : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) tally.add(x);
  CHECK(tally.count == 8);
  CHECK(tally.mean == Approx(5.0));
  CHECK(tally.variance() == Approx(32.0 / 7.0));
  CHECK(tally.low == 2.0);
  CHECK(tally.high == 9.0);
}

TEST_CASE("Tally: the first value sets both extremes, whatever its sign", "[core]") {
  Tally below, above;
  below.add(-3.0);
  above.add(3.0);
  CHECK((below.low == -3.0 && below.high == -3.0));
  CHECK((above.low == 3.0 && above.high == 3.0));
  CHECK(below.variance() == 0.0);
}

TEST_CASE("Tally keeps the variance of values far from zero", "[core]") {
  // Σx² − n·mean² would lose every digit: x² needs 60 bits.
  Tally tally;
  for (const double x : {4.0, 7.0, 13.0, 16.0}) tally.add(1e9 + x);
  CHECK(tally.variance() == Approx(30.0).epsilon(1e-12));
}

TEST_CASE("TimeWeighted: mean of a staircase since the start", "[core]") {
  TimeWeighted level;
  level.set(at(10), 3);
  level.set(at(20), 1);
  CHECK(level.mean(at(0), at(40)) == Approx((0 * 10 + 3 * 10 + 1 * 20) / 40.0));
  CHECK(level.mean(at(0), at(20)) == Approx(1.5));
}

TEST_CASE("TimeWeighted: a reset forgets the warm-up but keeps the level", "[core]") {
  TimeWeighted level;
  level.set(at(5), 100);
  level.reset(at(50));
  CHECK(level.level == 100);
  CHECK(level.mean(at(50), at(50)) == 100.0);
  level.set(at(60), 40);
  CHECK(level.mean(at(50), at(70)) == Approx(70.0));
}

TEST_CASE("TimeWeighted counts beyond 64 bits and refuses times out of order", "[core]") {
  TimeWeighted level;
  level.set(Tick{0}, std::int64_t{1} << 60);
  const Tick later{std::int64_t{1} << 61};
  CHECK(level.mean(Tick{0}, later) == std::ldexp(1.0, 60));
  level.set(at(10), 1);
  CHECK_THROWS_AS(level.mean(at(0), at(9)), ContractError);
  CHECK_THROWS_AS(level.mean(at(11), at(12)), ContractError);
}

TEST_CASE("mean_interval agrees with the tables of Student's t", "[core]") {
  // Unit variance: the half width is t / √n. t at one-sided 0.975 and 0.95 from the standard table.
  const auto half_width = [](std::int64_t n, double confidence) {
    const Tally unit{n, 0.0, static_cast<double>(n - 1), 0.0, 0.0};
    return mean_interval(unit, confidence).half_width * std::sqrt(static_cast<double>(n));
  };
  CHECK(half_width(2, 0.95) == Approx(12.7062).epsilon(1e-5));
  CHECK(half_width(10, 0.95) == Approx(2.262157).epsilon(1e-6));
  CHECK(half_width(10, 0.90) == Approx(1.833113).epsilon(1e-6));
  CHECK(half_width(31, 0.95) == Approx(2.042272).epsilon(1e-6));
  CHECK(half_width(1'000'001, 0.95) == Approx(1.959964).epsilon(1e-5));
}

TEST_CASE("mean_interval of values, of too few values, and of an impossible confidence", "[core]") {
  const std::vector<double> values{1.0, 2.0, 3.0, 4.0};
  const Interval interval = mean_interval(values, 0.95);
  CHECK(interval.mean == 2.5);
  CHECK(interval.half_width == Approx(3.182446 * std::sqrt(5.0 / 3.0 / 4.0)).epsilon(1e-6));
  const Interval single = mean_interval(std::span(values).first(1), 0.95);
  CHECK(single.mean == 1.0);
  CHECK(std::isinf(single.half_width));
  CHECK(std::isinf(mean_interval(std::span<const double>{}, 0.95).half_width));
  for (const double confidence : {0.0, 1.0, -0.5, 2.0, std::nan("")}) {
    CHECK_THROWS_AS(mean_interval(values, confidence), ContractError);
  }
}

TEST_CASE("A 95 % interval from ten normal values covers the mean in 95 % of samples", "[core]") {
  constexpr std::uint64_t samples = 2000, size = 10;
  int covered = 0;
  for (std::uint64_t sample = 0; sample < samples; ++sample) {
    std::vector<double> values(size);
    fill_uniform({99, 0, entity_key("coverage"), Purpose::test}, sample * size, values);
    normal_quantiles(values);
    for (double& z : values) z = 5.0 + 2.0 * z;
    const Interval interval = mean_interval(values, 0.95);
    covered += std::abs(interval.mean - 5.0) <= interval.half_width ? 1 : 0;
  }
  // Three standard errors of a binomial share: √(0.95·0.05/2000) = 0.0049.
  CHECK(covered / static_cast<double>(samples) > 0.935);
  CHECK(covered / static_cast<double>(samples) < 0.965);
}
