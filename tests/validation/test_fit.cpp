#include <algorithm>
#include <cmath>
#include <map>
#include "core/distribution_text.hpp"
#include "core/fit.hpp"
#include "core/goodness.hpp"
#include "core/tail_probability.hpp"
#include "tests/validation/python.hpp"

namespace {

using namespace lunafab;
using Kind = Distribution::Kind;

std::map<std::string, std::vector<double>> samples() {
  std::map<std::string, std::vector<double>> list;
  for (const Distribution& d :
       {Distribution{Kind::gamma, 3.0, 2.1}, Distribution{Kind::lognormal, 1.0, 0.8},
        Distribution{Kind::triangular, 1.0, 2.0, 6.0}, Distribution{Kind::normal_truncated, 3.0, 1.0}}) {
    std::vector<double> sample(150);
    fill_variates(d, {5, 0, entity_key("fit oracle"), Purpose::test}, 0, sample);
    std::sort(sample.begin(), sample.end());
    list[distribution_name(d.kind)] = sample;
  }
  return list;
}

/// A triangular has its mode at the least value of a skewed sample, where SciPy's search ends elsewhere.
bool is_compared(const std::string& sample, Kind kind) {
  return kind != Kind::triangular || sample == "triangular" || sample == "normal";
}

}  // namespace

TEST_CASE("Fits, their likelihoods and distances agree with SciPy", "[core]") {
  const auto all = samples();
  test::Json input;
  for (const auto& [name, values] : all) {
    test::Json kinds = test::Json::array();
    for (const Kind kind : fitted_kinds)
      if (is_compared(name, kind)) kinds.push_back(distribution_name(kind));
    input["samples"][name] = {{"kinds", kinds}, {"values", values}};
  }
  const test::Json found = test::python("fit_oracle.py", input);
  for (const auto& [name, values] : all) {
    for (const Kind kind : fitted_kinds) {
      if (!is_compared(name, kind)) continue;
      CAPTURE(name, distribution_name(kind));
      const test::Json& expected = found[name][distribution_name(kind)];
      const Distribution d = fit(kind, values).distribution;
      const Distance near = distance(d, values);
      // scipy.stats ends a search at 1e-4 of the parameters' last simplex; the likelihood is flat there.
      CHECK(log_likelihood(d, values) ==
            Approx(expected["log_likelihood"].get<double>()).margin(1e-6).epsilon(0));
      CHECK(mean(d) == Approx(expected["mean"].get<double>()).epsilon(1e-4));
      CHECK(std::sqrt(variance(d)) == Approx(expected["sd"].get<double>()).epsilon(1e-4));
      CHECK(near.kolmogorov_smirnov == Approx(expected["ks"].get<double>()).margin(1e-4).epsilon(0));
      if (expected["ad"].is_null()) {
        CHECK(std::isinf(near.anderson_darling));
      } else {
        CHECK(near.anderson_darling == Approx(expected["ad"].get<double>()).epsilon(1e-3));
      }
    }
  }
}
