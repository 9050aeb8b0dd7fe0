#include "core/goodness.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>
#include "core/random.hpp"
#include "core/tail_probability.hpp"

namespace lunafab {

Distance distance(const Distribution& d, std::span<const double> ascending) {
  const std::size_t count = ascending.size();
  const auto n = static_cast<double>(count);
  Distance result;
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto [below, above] = tail_probabilities(d, ascending[i]);
    const auto rank = static_cast<double>(i);
    result.kolmogorov_smirnov =
        std::max({result.kolmogorov_smirnov, below - rank / n, (rank + 1.0) / n - below});
    sum += (2.0 * rank + 1.0) * std::log(below) + (2.0 * (n - rank) - 1.0) * std::log(above);
  }
  result.anderson_darling = -n - sum / n;
  return result;
}

Distance resampled_distance(const Distribution& d, std::size_t count, std::uint64_t seed, std::uint32_t n) {
  std::vector<double> sample(count);
  const StreamKey key{seed, n, static_cast<std::uint32_t>(d.kind), Purpose::resample};
  fill_variates(d, key, 0, sample);
  std::sort(sample.begin(), sample.end());
  const Fit anew = fit(d.kind, sample);
  return anew.parameters > 0 ? distance(anew.distribution, sample)
                             : Distance{1.0, std::numeric_limits<double>::infinity()};
}

FitProbabilities probabilities(const Distance& observed, std::span<const Distance> resampled) {
  double ks = 1.0, ad = 1.0;
  for (const Distance& d : resampled) {
    ks += d.kolmogorov_smirnov >= observed.kolmogorov_smirnov ? 1.0 : 0.0;
    ad += d.anderson_darling >= observed.anderson_darling ? 1.0 : 0.0;
  }
  const double all = static_cast<double>(resampled.size()) + 1.0;
  return {ks / all, ad / all};
}

}  // namespace lunafab
