#include "studies/morris_indices.hpp"
#include <cmath>

namespace lunafab::studies {

MorrisIndices morris_indices(const std::vector<double>& effects, double confidence) {
  Tally signed_effects, sizes;
  for (const double effect : effects) signed_effects.add(effect), sizes.add(std::abs(effect));
  return {.mu = signed_effects.mean,
          .mu_star = mean_interval(sizes, confidence),
          .sigma = std::sqrt(signed_effects.variance()),
          .count = effects.size()};
}

}  // namespace lunafab::studies
