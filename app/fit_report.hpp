#pragma once
#include <string>
#include <vector>
#include "core/fit.hpp"
#include "core/goodness.hpp"

namespace lunafab::app {

/// A column of observed times, in the order of the file.
struct Observations {
  std::string file, column;  ///< column: its name without a unit
  std::string unit;
  std::vector<double> values;  ///< in that unit
  bool unit_assumed = false;   ///< nobody said that they are seconds
};

/// A fit with how good it is.
struct RankedFit {
  Distribution::Kind kind = Distribution::Kind::constant;
  Fit fit;
  double log_likelihood = 0.0;
  Distance distance;
  FitProbabilities p;  ///< without meaning where nothing was resampled

  double aic() const { return 2.0 * fit.parameters - 2.0 * log_likelihood; }
};

struct FitReport {
  Observations data;
  SampleSummary summary;
  std::vector<RankedFit> fits;  ///< by AIC, those without a fit last
  std::size_t resamples = 0;
};

std::string fit_text(const FitReport& report);
std::string fit_json(const FitReport& report);

}  // namespace lunafab::app
