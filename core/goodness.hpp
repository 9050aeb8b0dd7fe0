#pragma once
#include <cstdint>
#include <span>
#include "core/fit.hpp"

namespace lunafab {

/// How far a sample lies from a distribution.
struct Distance {
  double kolmogorov_smirnov = 0.0;  ///< D, largest difference of the distribution functions
  double anderson_darling = 0.0;    ///< A²; infinite where a value is at an end of the support
};

/// @param ascending the sample
Distance distance(const Distribution& d, std::span<const double> ascending);

/// Distance of resample `n`: `count` draws from `d`, to which the kind of `d` is fitted anew. What the
/// observed distance is to be compared with, because its parameters were fitted to the sample, too.
/// @source Stute, Gonzáles Manteiga and Presedo Quindimil, "Bootstrap based goodness-of-fit tests", Metrika
/// 40 (1993).
Distance resampled_distance(const Distribution& d, std::size_t count, std::uint64_t seed, std::uint32_t n);

/// Share of distances as large as the observed one, itself counted: the p of a fit.
struct FitProbabilities {
  double kolmogorov_smirnov = 1.0, anderson_darling = 1.0;
};
FitProbabilities probabilities(const Distance& observed, std::span<const Distance> resampled);

}  // namespace lunafab
