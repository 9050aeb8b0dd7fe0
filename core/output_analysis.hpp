#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>
#include "core/statistics.hpp"

// What can be said about the true mean from the output of a simulation, whose values depend on one another
// and on how the run began.
namespace lunafab {

/// Observations in a batch of MSER-5.
inline constexpr std::size_t mser_batch = 5;

/// How many observations to drop from the front of a series, a multiple of five: those that minimise the
/// squared standard error of the mean of what is left, over batches of five (MSER-5). Nothing where that lies
/// beyond half of the series, or there are fewer than 20 batches: the series is too short to tell. The
/// statistic is not sought among the last five batches, where few values decide it.
/// @source White, Cobb, Spratt, "A comparison of five steady-state truncation heuristics for simulation", WSC
/// 2000; the half and the five: Hoad, Robinson, Davies, "Automating warm-up length estimation", J. Oper. Res.
/// Soc. 61 (2010).
std::optional<std::size_t> mser5(std::span<const double> series);

/// Σ(xᵢ₊₁ − xᵢ)² / Σ(xᵢ − mean)²: 2 on average for independent values, less where neighbours are alike; 2
/// for fewer than three values, or where all are the same.
/// @source von Neumann, "Distribution of the ratio of the mean square successive difference to the variance",
/// Ann. Math. Stat. 12 (1941).
double von_neumann_ratio(std::span<const double> values);

/// Probability of a ratio as low as this, or lower, from n independent normal values; normal approximation
/// with the exact variance 4(n − 2)/(n² − 1).
double von_neumann_p(double ratio, std::size_t n);

/// Sums of consecutive values, in `batches` groups of equal size; a remainder at the front is left out.
/// @throws ContractError unless 1 ≤ batches ≤ values.
std::vector<double> batch_sums(std::span<const double> values, std::size_t batches);

enum class Batches : std::uint8_t {
  uncorrelated,  ///< the von Neumann test finds nothing, one-sided at 5 %
  correlated     ///< it does: the interval is too narrow, the run too short
};

struct BatchMeans {
  Interval interval;
  std::size_t count = 0;
  double von_neumann = 2.0;
  Batches batches = Batches::uncorrelated;
};

/// Interval of the ratio of the sums, total/size, from batches of one long run: `totals[i]` (time, pieces)
/// over `sizes[i]` (span, customers); with equal sizes Student's t interval of the batch means. Infinite
/// where nothing has a size, or there are fewer than two batches.
/// @source Law, Simulation Modeling and Analysis, §9.5.3 (batch means); Cochran, Sampling Techniques, §6.3
/// (ratio).
/// @throws ContractError unless both have the same length and 0 < confidence < 1.
BatchMeans batch_means(std::span<const double> totals, std::span<const double> sizes, double confidence);

/// Whether a sequential experiment may stop: the half-width is at most `relative` of the mean. Never from
/// fewer than two values.
bool is_narrow(const Interval& interval, double relative);

struct PairedDifference {
  Interval interval;  ///< of the mean of b − a
  double variance_ratio =
      1.0;  ///< (var a + var b) / var(b − a): runs saved by pairing; 1 where all are the same
};

/// Student's t interval from pairs, value i of `a` and of `b` under the same random numbers.
/// @throws ContractError unless both have the same length and 0 < confidence < 1.
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b, double confidence);

}  // namespace lunafab
