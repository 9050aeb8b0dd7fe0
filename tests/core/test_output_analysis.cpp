#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "core/output_analysis.hpp"
#include "core/random.hpp"
using namespace lunafab;

namespace {

double normal(std::uint32_t stream, std::uint64_t n) {
  return normal_quantile(uniform({.seed = 20331, .entity = stream}, n));
}

/// xᵢ = φ xᵢ₋₁ + e, e standard normal, from `start`.
std::vector<double> ar1(double phi, double start, std::size_t count, std::uint32_t stream) {
  std::vector<double> values;
  double x = start;
  for (std::size_t i = 0; i < count; ++i) {
    x = phi * x + normal(stream, i);
    values.push_back(x);
  }
  return values;
}

/// A draw of the stationary distribution of `ar1`.
double stationary(double phi, std::uint32_t stream) {
  return normal(stream + 1'000'000, 0) / std::sqrt(1.0 - phi * phi);
}

/// Waits of customers in M/M/1 after a first that waits `wait` (Lindley's recursion); mean service 1.
std::vector<double> mm1_waits(double load, double wait, std::size_t count, std::uint32_t stream) {
  std::vector<double> waits;
  for (std::uint64_t i = 0; i < count; ++i) {
    waits.push_back(wait);
    const double service = -std::log(uniform({.seed = 20332, .entity = stream}, 2 * i));
    const double gap = -std::log(uniform({.seed = 20332, .entity = stream}, 2 * i + 1)) / load;
    wait = std::max(0.0, wait + service - gap);
  }
  return waits;
}

double mean_from(const std::vector<double>& values, std::size_t first) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(first), values.end(), 0.0) /
         static_cast<double>(values.size() - first);
}

/// Half-width of a 99.9 % interval of a share p seen in n trials.
double share_error(double p, int n) {
  return 3.29 * std::sqrt(p * (1.0 - p) / n);
}

}  // namespace

TEST_CASE("MSER-5 drops exactly the batches before a step", "[core]") {
  // Of 40 batches the first four are 10, the rest 0: with d ≤ 4 dropped, the squares left are
  // 100 (4 − d) 36/(40 − d), and 0 from d = 4 on; ties go to the shorter warm-up.
  std::vector<double> series(200, 0.0);
  std::fill_n(series.begin(), 20, 10.0);
  CHECK(mser5(series) == 20u);
}

TEST_CASE("MSER-5 is the minimum of its definition, found by brute force", "[core]") {
  const std::vector<double> series = ar1(0.9, 30.0, 500, 1);
  std::vector<double> batches;
  for (std::size_t i = 0; i < 100; ++i)
    batches.push_back(std::accumulate(series.begin() + 5 * static_cast<std::ptrdiff_t>(i),
                                      series.begin() + 5 * static_cast<std::ptrdiff_t>(i + 1), 0.0) /
                      5.0);
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t d = 0; d <= 95; ++d) {
    const double count = static_cast<double>(100 - d);
    const double mean =
        std::accumulate(batches.begin() + static_cast<std::ptrdiff_t>(d), batches.end(), 0.0) / count;
    double squares = 0.0;
    for (std::size_t i = d; i < 100; ++i) squares += (batches[i] - mean) * (batches[i] - mean);
    if (squares / (count * count) < least) {
      least = squares / (count * count);
      best = d;
    }
  }
  REQUIRE(best > 0);
  CHECK(mser5(series) == 5 * best);
}

TEST_CASE("MSER-5 drops nothing of a constant, and little of a stationary series", "[core]") {
  CHECK(mser5(std::vector<double>(100, 3.0)) == 0u);
  // Dropping d of n costs a factor n/(n − d) of the squared error: only chance makes it drop any. Over 200
  // series the mean share is a few per cent; a fifth would mean that it mistakes noise for a transient.
  double dropped = 0.0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const auto d = mser5(ar1(0.5, stationary(0.5, i), 1000, i));
    dropped += d ? static_cast<double>(*d) / 1000.0 : 0.5;
  }
  CHECK(dropped / 200 < 0.2);
}

TEST_CASE("MSER-5 removes the bias of AR(1) that began far off", "[core]") {
  // φ = 0.95 from 100: the mean of the first 1000 is off by 100 · 0.95/(0.05 · 1000) = 1.9. The start is
  // down to the sd of the noise, 3.2, after 67 values; noise keeps a few series from an answer.
  double all = 0.0, left = 0.0;
  int decided = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::vector<double> series = ar1(0.95, 100.0, 1000, i);
    all += mean_from(series, 0) / 200.0;
    const auto d = mser5(series);
    if (!d) continue;
    CHECK(*d >= 30);
    ++decided;
    left += mean_from(series, *d);
  }
  REQUIRE(decided > 160);
  // The mean of n values has the sd 20/√n: 99.9 % of 200 means of 1000, and of `decided` means of 500.
  CHECK(std::abs(all - 1.9) < 3.29 * 20.0 / std::sqrt(1000.0 * 200.0));
  CHECK(std::abs(left / decided) < 3.29 * 20.0 / std::sqrt(500.0 * decided));
}

TEST_CASE("MSER-5 finds where M/M/1 has worked off a long queue", "[core]") {
  // ρ = 0.8 from a wait of 200: a customer takes 0.25 off on average, so 800 do, with an sd of
  // √(800 (1 + 1/0.64))/0.25 = 181 customers (variances of a service and of a gap).
  double all = 0.0, left = 0.0;
  int near = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::vector<double> waits = mm1_waits(0.8, 200.0, 20'000, i);
    const auto d = mser5(waits);
    REQUIRE(d);
    CHECK(*d > 800 - 4 * 181);
    near += *d < 800 + 4 * 181 ? 1 : 0;
    all += mean_from(waits, 0) / 100.0;
    left += mean_from(waits, *d) / 100.0;
  }
  CHECK(near > 50);  // the rest drop a busy spell that follows as well
  // Wq = 4. The bias of the whole series is 200 · 800/2/20,000 = 4. What is left has the variance
  // ρ(2 + 5ρ − 4ρ² + ρ³)/(1 − ρ)⁴ = 1976 over its number of customers.
  CHECK(all > 6.0);
  CHECK(std::abs(left - 4.0) < 3.29 * std::sqrt(1976.0 / 18'000.0 / 100.0));
}

TEST_CASE("MSER-5 does not answer from a series that is too short, or still rising at its end", "[core]") {
  CHECK_FALSE(mser5({}));
  CHECK_FALSE(mser5(std::vector<double>(99, 1.0)));
  CHECK(mser5(std::vector<double>(100, 1.0)));
  std::vector<double> rising(300);
  std::iota(rising.begin(), rising.end(), 0.0);
  CHECK_FALSE(mser5(rising));
}

TEST_CASE("von Neumann's ratio of hand cases", "[core]") {
  CHECK(von_neumann_ratio(std::vector<double>{1, 2, 3, 4}) == Approx(3.0 / 5.0));
  CHECK(von_neumann_ratio(std::vector<double>{1, -1, 1, -1}) == Approx(12.0 / 4.0));
  CHECK(von_neumann_ratio(std::vector<double>{5, 5, 5, 5}) == 2.0);
  CHECK(von_neumann_ratio(std::vector<double>{1, 2}) == 2.0);
}

TEST_CASE("von Neumann's ratio averages 2 over all orders of the same values", "[core]") {
  // Exact for any values: the mean of (xᵢ − xⱼ)² over pairs is 2/(n − 1) times the sum of squares.
  std::vector<double> values{0.3, 1.0, 2.5, 2.7, 9.0, 11.0};
  double sum = 0.0;
  int orders = 0;
  do {
    sum += von_neumann_ratio(values);
    ++orders;
  } while (std::next_permutation(values.begin(), values.end()));
  CHECK(orders == 720);
  CHECK(sum / orders == Approx(2.0).epsilon(1e-12));
}

TEST_CASE("von Neumann's test finds correlation, and 5 % of the time where there is none", "[core]") {
  const int trials = 4000;
  int of_noise = 0, of_ar1 = 0;
  for (std::uint32_t i = 0; i < trials; ++i) {
    of_noise += von_neumann_p(von_neumann_ratio(ar1(0.0, 0.0, 20, i)), 20) < 0.05 ? 1 : 0;
    of_ar1 += von_neumann_p(von_neumann_ratio(ar1(0.8, stationary(0.8, i), 20, i)), 20) < 0.05 ? 1 : 0;
  }
  // The normal approximation itself is off by less than 0.01 at 20 values.
  CHECK(std::abs(of_noise / double(trials) - 0.05) < 0.01 + share_error(0.05, trials));
  CHECK(of_ar1 > trials * 8 / 10);
}

TEST_CASE("Batch sums leave out the remainder at the front", "[core]") {
  const std::vector<double> values{100, 1, 2, 3, 4, 5, 6};
  CHECK(batch_sums(values, 3) == std::vector<double>{3, 7, 11});
  CHECK(batch_sums(values, 7) == values);
  CHECK_THROWS_AS(batch_sums(values, 8), ContractError);
  CHECK_THROWS_AS(batch_sums(values, 0), ContractError);
}

TEST_CASE("Batch means of equal sizes are Student's interval of the means", "[core]") {
  const std::vector<double> totals{10, 14, 12, 9, 15}, sizes(5, 2.0);
  const std::vector<double> means{5, 7, 6, 4.5, 7.5};
  const Interval expected = mean_interval(means, 0.95);
  const BatchMeans got = batch_means(totals, sizes, 0.95);
  CHECK(got.interval.mean == Approx(expected.mean));
  CHECK(got.interval.half_width == Approx(expected.half_width));
  CHECK(got.von_neumann == Approx(von_neumann_ratio(means)));
  CHECK(got.count == 5);
}

TEST_CASE("Batch means of unequal sizes are Cochran's ratio estimate", "[core]") {
  // y = 3x exactly: no spread about the ratio, however the sizes differ.
  const std::vector<double> sizes{1, 5, 2, 8};
  const BatchMeans exact = batch_means(std::vector<double>{3, 15, 6, 24}, sizes, 0.95);
  CHECK(exact.interval.mean == Approx(3.0));
  CHECK(exact.interval.half_width == Approx(0.0).margin(1e-12));
  // Cochran, eq. 6.13: s² = Σ(y − R x)²/(n − 1), se = s/(√n x̄); t(3) at 95 % is 3.182446.
  const BatchMeans spread = batch_means(std::vector<double>{4, 14, 6, 24}, sizes, 0.95);
  CHECK(spread.interval.mean == Approx(3.0));
  CHECK(spread.interval.half_width == Approx(3.182446 * std::sqrt(2.0 / 3.0) / (2.0 * 4.0)).epsilon(1e-6));
}

TEST_CASE("Batch means without batches, or of nothing, have no end", "[core]") {
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(batch_means(std::vector<double>{1}, std::vector<double>{1}, 0.9).interval.half_width == infinite);
  CHECK(batch_means(std::vector<double>{0, 0}, std::vector<double>{0, 0}, 0.9).interval.half_width ==
        infinite);
  CHECK_THROWS_AS(batch_means(std::vector<double>{1}, std::vector<double>{}, 0.9), ContractError);
}

TEST_CASE("Batch means of AR(1) cover the mean as often as they say, and say when they are too short",
          "[core]") {
  // φ = 0.9: batches of 1000 are 50 correlation times (1 + φ)/(1 − φ) = 19; batches of 5 a quarter of one.
  const int trials = 500;
  int covered = 0, long_flagged = 0, short_flagged = 0;
  for (std::uint32_t i = 0; i < trials; ++i) {
    const std::vector<double> series = ar1(0.9, stationary(0.9, i), 20'000, i);
    const BatchMeans of_long = batch_means(batch_sums(series, 20), std::vector<double>(20, 1000.0), 0.95);
    covered += std::abs(of_long.interval.mean) <= of_long.interval.half_width ? 1 : 0;
    long_flagged += of_long.batches == Batches::correlated ? 1 : 0;
    const BatchMeans of_short =
        batch_means(batch_sums(std::span(series).first(100), 20), std::vector<double>(20, 5.0), 0.95);
    short_flagged += of_short.batches == Batches::correlated ? 1 : 0;
  }
  CHECK(std::abs(covered / double(trials) - 0.95) < share_error(0.95, trials));
  CHECK(long_flagged / double(trials) < 0.06 + share_error(0.06, trials));
  CHECK(short_flagged > trials * 6 / 10);
}

TEST_CASE("A sequential experiment stops at the half-width asked for, never from one value", "[core]") {
  CHECK(is_narrow({100.0, 2.0}, 0.02));
  CHECK(is_narrow({-100.0, 2.0}, 0.02));
  CHECK_FALSE(is_narrow({100.0, 2.001}, 0.02));
  CHECK_FALSE(is_narrow(mean_interval(std::vector<double>{7.0}, 0.95), 1.0));
  CHECK(is_narrow(mean_interval(std::vector<double>{0.0, 0.0}, 0.95), 0.01));
}

TEST_CASE("Paired difference of a hand case", "[core]") {
  // Differences 1, 2, 3: mean 2, sd 1, t(2) at 95 % = 4.302653; var a = 100, var b = 121.
  const PairedDifference got =
      paired_difference(std::vector<double>{0, 10, 20}, std::vector<double>{1, 12, 23}, 0.95);
  CHECK(got.interval.mean == Approx(2.0));
  CHECK(got.interval.half_width == Approx(4.302653 / std::sqrt(3.0)).epsilon(1e-6));
  CHECK(got.variance_ratio == Approx(221.0));
  CHECK_THROWS_AS(paired_difference(std::vector<double>{1}, std::vector<double>{}, 0.95), ContractError);
}

TEST_CASE("Paired difference: the variance ratio is 1/(1 − r) for equal variances of correlation r",
          "[core]") {
  // Var(b − a) = 2σ²(1 − r). With 20,000 pairs of r = 0.8 the ratio 5 spreads by 5·2√2/√20,000 or less: 2 %.
  std::vector<double> a, b;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    a.push_back(normal(1, i));
    b.push_back(0.8 * a.back() + 0.6 * normal(2, i));
  }
  CHECK(paired_difference(a, b, 0.95).variance_ratio == Approx(5.0).epsilon(0.066));
  CHECK(paired_difference(a, a, 0.95).variance_ratio == std::numeric_limits<double>::infinity());
}

TEST_CASE("Antithetic streams hold 1 − u to the bit, one by one and in blocks", "[core]") {
  const StreamKey own{.seed = 7, .replication = 3, .entity = 11, .purpose = Purpose::service};
  StreamKey mirrored = own;
  mirrored.replication |= antithetic;
  for (std::uint64_t n = 0; n < 100; ++n) CHECK(uniform(mirrored, n) == 1.0 - uniform(own, n));
  for (const std::size_t count : {1u, 40u, 1000u}) {
    std::vector<double> draws(count), mirror(count);
    fill_uniform(own, 3, draws);
    fill_uniform(mirrored, 3, mirror);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(draws[i] + mirror[i] == 1.0);
      CHECK(mirror[i] == uniform(mirrored, 3 + i));
    }
  }
  mirrored.replication = antithetic | replications_per_seed;
  CHECK_THROWS_AS(uniform(mirrored, 0), ContractError);
}
