#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include "core/variates.hpp"

namespace lunafab {

/// What a sample says of itself.
struct SampleSummary {
  std::size_t count = 0;
  double mean = 0.0, sd = 0.0;  ///< sd with n − 1
  double skewness = 0.0;        ///< third central moment over the second to the power 3/2, both divided by n
  double low = 0.0, lower_quartile = 0.0, median = 0.0, upper_quartile = 0.0, high = 0.0;  ///< type 7
  double lag_1 = 0.0;           ///< autocorrelation of neighbours, in the order observed
  double independence_p = 1.0;  ///< of Ljung and Box over 10 lags, or a fifth of the sample if that is fewer
  std::size_t distinct = 0;     ///< different values
};

/// Of values in the order observed, two at least.
/// @source Ljung and Box, "On a measure of lack of fit in time series models", Biometrika 65 (1978).
SampleSummary summarise(std::span<const double> values);

/// A distribution fitted to a sample, or why there is none.
struct Fit {
  Distribution distribution;  ///< constant 0 where there is none
  int parameters = 0;         ///< fitted; 0: none
  std::string note;           ///< a bound that held a parameter, or why there is no fit; mostly empty
};

/// Kinds that `fit` takes.
inline constexpr std::array<Distribution::Kind, 8> fitted_kinds{
    Distribution::Kind::exponential,      Distribution::Kind::erlang,  Distribution::Kind::gamma,
    Distribution::Kind::lognormal,        Distribution::Kind::weibull, Distribution::Kind::triangular,
    Distribution::Kind::normal_truncated, Distribution::Kind::uniform};

/// Maximum likelihood, within what a scenario may say (shape 0.1 … 10,000, mean of a normal from 0, cv of a
/// lognormal up to 10): where the maximum lies beyond, the parameter is held at the bound.
/// - erlang: the better whole number of stages beside the gamma's shape
/// - triangular: for given ends the mode is an observation; the ends by turns, one at a time
/// - normal: the likelihood of one cut at 0 depends on mean and mean square only: both are matched
/// @param ascending values, finite, not negative, two different ones at least
/// @source Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, 2nd ed., vol. 1 (1994), ch.
/// 13, 14, 17, 19, 21; van Dorp and Kotz, Statistician 51 (2002), for the mode of a triangular.
Fit fit(Distribution::Kind kind, std::span<const double> ascending);

}  // namespace lunafab
