#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/triangular.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "core/distribution_text.hpp"
#include "core/fit.hpp"
#include "core/goodness.hpp"
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "core/tail_probability.hpp"

namespace {

using namespace lunafab;
using Kind = Distribution::Kind;
namespace bm = boost::math;

std::vector<double> sorted_sample(const Distribution& d, std::size_t n, std::uint32_t replication = 0) {
  std::vector<double> sample(n);
  fill_variates(d, {11, replication, entity_key("fit"), Purpose::test}, 0, sample);
  std::sort(sample.begin(), sample.end());
  return sample;
}

/// One distribution of each kind that is fitted, times about 3.
std::vector<Distribution> examples() {
  return {{Kind::exponential, 3.0},
          {Kind::erlang, 3.0, 4.0},
          {Kind::gamma, 3.0, 2.1},
          {Kind::gamma, 3.0, 0.4},
          {Kind::lognormal, 1.0, 0.6},
          {Kind::weibull, 3.0, 1.7},
          {Kind::weibull, 3.0, 0.7},
          {Kind::triangular, 1.0, 2.0, 6.0},
          {Kind::normal_truncated, 3.0, 1.0},
          {Kind::normal_truncated, 1.0, 1.5},
          {Kind::uniform, 2.0, 5.0}};
}

template <class Boost>
void check_against(const Distribution& d, const Boost& oracle) {
  for (const double x : {0.05, 1.0, 1.5, 2.0, 3.0, 5.5}) {
    CAPTURE(distribution_name(d.kind), x);
    const auto [low, high] = bm::support(oracle);
    if (x < low || x > high) continue;
    const TailProbabilities tails = tail_probabilities(d, x);
    CHECK(tails.below == Approx(bm::cdf(oracle, x)).epsilon(1e-12).margin(1e-300));
    CHECK(tails.above == Approx(bm::cdf(bm::complement(oracle, x))).epsilon(1e-12).margin(1e-300));
    CHECK(log_density(d, x) == Approx(std::log(bm::pdf(oracle, x))).epsilon(1e-12).margin(1e-12));
  }
}

}  // namespace

TEST_CASE("Tail probabilities and densities agree with Boost.Math", "[core]") {
  check_against({Kind::gamma, 3.0, 2.1}, bm::gamma_distribution<>(2.1, 3.0 / 2.1));
  check_against({Kind::erlang, 3.0, 4.0}, bm::gamma_distribution<>(4.0, 0.75));
  check_against({Kind::exponential, 3.0}, bm::gamma_distribution<>(1.0, 3.0));
  check_against({Kind::lognormal, 1.0, 0.6}, bm::lognormal(1.0, 0.6));
  check_against({Kind::weibull, 3.0, 1.7}, bm::weibull(1.7, 3.0));
  check_against({Kind::triangular, 1.0, 2.0, 6.0}, bm::triangular(1.0, 2.0, 6.0));
  const bm::normal parent(1.0, 1.5);
  const double kept = bm::cdf(bm::complement(parent, 0.0));
  const Distribution cut{Kind::normal_truncated, 1.0, 1.5};
  for (const double x : {0.1, 1.0, 4.0}) {
    CHECK(tail_probabilities(cut, x).above ==
          Approx(bm::cdf(bm::complement(parent, x)) / kept).epsilon(1e-13));
    CHECK(tail_probabilities(cut, x).below + tail_probabilities(cut, x).above == Approx(1.0).epsilon(1e-14));
    CHECK(log_density(cut, x) == Approx(std::log(bm::pdf(parent, x) / kept)).epsilon(1e-12));
  }
  CHECK(log_density({Kind::uniform, 2.0, 5.0}, 2.0) == Approx(-std::log(3.0)));
  CHECK(std::isinf(log_density({Kind::uniform, 2.0, 5.0}, 5.1)));
  CHECK_THROWS_AS(log_density({Kind::constant, 2.0}, 2.0), ContractError);
}

TEST_CASE("Fit: the mean of the sample is that of every fit that leaves it free", "[core]") {
  // Score equations: exponential, Erlang, gamma and a cut normal match the sample's mean.
  const std::vector<double> sample = sorted_sample({Kind::gamma, 3.0, 3.0}, 400);
  const double m = summarise(sample).mean;
  for (const Kind kind : {Kind::exponential, Kind::erlang, Kind::gamma, Kind::normal_truncated})
    CHECK(mean(fit(kind, sample).distribution) == Approx(m).epsilon(1e-9));
}

TEST_CASE("Fit: the true parameters come back as the sample grows", "[core]") {
  // 200,000 values: 3.29 standard errors of these parameters are below 2 % (gamma shape 0.4: 0.9 %).
  for (const Distribution& d : examples()) {
    CAPTURE(distribution_text(d, "h"));
    const Fit found = fit(d.kind, sorted_sample(d, 200'000));
    CHECK(found.note.empty());
    CHECK(found.distribution.a == Approx(d.a).epsilon(0.02));
    CHECK(found.distribution.b == Approx(d.b).epsilon(0.02));
    CHECK(found.distribution.c == Approx(d.c).epsilon(0.02));
  }
}

TEST_CASE("Fit: no neighbouring parameters are more likely", "[core]") {
  for (const Distribution& d : examples()) {
    if (d.kind == Kind::erlang || d.kind == Kind::uniform) continue;  // whole number; ends at the sample's
    CAPTURE(distribution_text(d, "h"));
    const std::vector<double> sample = sorted_sample(d, 300);
    const Distribution best = fit(d.kind, sample).distribution;
    const double reached = log_likelihood(best, sample);
    for (double Distribution::*parameter : {&Distribution::a, &Distribution::b, &Distribution::c}) {
      for (const double factor : {0.999, 1.001}) {
        Distribution other = best;
        other.*parameter *= factor;
        if (is_valid(other))
          CHECK(log_likelihood(other, sample) <= reached + 1e-6);  // search ends at 1e-9 a value
      }
    }
  }
}

TEST_CASE("Fit: a change of unit changes the scale alone", "[core]") {
  const std::vector<double> hours = sorted_sample({Kind::weibull, 3.0, 1.7}, 200);
  std::vector<double> seconds_;
  for (const double x : hours) seconds_.push_back(3600.0 * x);
  for (const Kind kind : fitted_kinds) {
    CAPTURE(distribution_name(kind));
    const Distribution a = fit(kind, hours).distribution, b = fit(kind, seconds_).distribution;
    CHECK(mean(b) == Approx(3600.0 * mean(a)).epsilon(1e-5));  // triangular: ends to 1e-7 of their gap
    CHECK(distance(b, seconds_).kolmogorov_smirnov ==
          Approx(distance(a, hours).kolmogorov_smirnov).epsilon(1e-4));
  }
}

TEST_CASE("Fit: bounds and zeros are named", "[core]") {
  CHECK(fit(Kind::gamma, std::vector{0.0, 1.0, 2.0}).parameters == 0);
  CHECK(fit(Kind::lognormal, std::vector{0.0, 1.0, 2.0}).note == "no likelihood: the sample holds zeros");
  CHECK(fit(Kind::exponential, std::vector{0.0, 1.0, 2.0}).distribution.a == 1.0);
  const Fit skewed = fit(Kind::normal_truncated, sorted_sample({Kind::gamma, 3.0, 0.4}, 200));
  CHECK(skewed.note == "mean held at 0");
  CHECK(skewed.distribution.a == 0.0);
  CHECK(fit(Kind::gamma, std::vector{1.0, 1.0 + 1e-9}).note == "shape held at 10000");
  CHECK(fit(Kind::triangular, std::vector{0.0, 0.0, 1.0, 2.0}).distribution.a == 0.0);
  CHECK_THROWS_AS(fit(Kind::gamma, std::vector{1.0, 1.0}), ContractError);
  CHECK_THROWS_AS(fit(Kind::gamma, std::vector{2.0, 1.0}), ContractError);
}

TEST_CASE("Goodness: D and A2 of a worked sample", "[core]") {
  // Uniform on (0, 4), values 1, 2, 3: F = 1/4, 1/2, 3/4; D = 1/4.
  // A2 = -3 - (1·2 ln(1/4) + 3·2 ln(1/2) + 5·2 ln(3/4))/3
  const Distance d = distance({Kind::uniform, 0.0, 4.0}, std::vector{1.0, 2.0, 3.0});
  CHECK(d.kolmogorov_smirnov == Approx(0.25).epsilon(1e-15));
  const double sum = 2.0 * std::log(0.25) + 6.0 * std::log(0.5) + 10.0 * std::log(0.75);
  CHECK(d.anderson_darling == Approx(-3.0 - sum / 3.0).epsilon(1e-14));
  CHECK(std::isinf(distance({Kind::uniform, 1.0, 3.0}, std::vector{1.0, 2.0, 3.0}).anderson_darling));
}

TEST_CASE("Goodness: resampled distances of an exponential have Stephens' critical values", "[core]") {
  // Stephens, JASA 69 (1974), table 1.2: exponential, mean estimated, 5 %:
  // (D − 0.2/n)(√n + 0.26 + 0.5/√n) = 1.094; A² (1 + 0.6/n) = 1.341. (Known parameters: 1.358 and 2.492.)
  constexpr std::size_t count = 50, resamples = 4000;
  const double n = count, root = std::sqrt(n);
  const double critical_d = 1.094 / (root + 0.26 + 0.5 / root) + 0.2 / n,
               critical_a2 = 1.341 / (1.0 + 0.6 / n);
  int beyond_d = 0, beyond_a2 = 0;
  for (std::uint32_t i = 0; i < resamples; ++i) {
    const Distance d = resampled_distance({Kind::exponential, 3.0}, count, 1, i);
    beyond_d += d.kolmogorov_smirnov > critical_d ? 1 : 0;
    beyond_a2 += d.anderson_darling > critical_a2 ? 1 : 0;
  }
  // 99.9 % of a share of 0.05 in 4000, and half of the tables' last digit (0.0005 of about 1.1 moves it by
  // 0.001)
  const double allowed = 3.29 * std::sqrt(0.05 * 0.95 / resamples) + 0.001;
  CHECK(std::abs(beyond_d / static_cast<double>(resamples) - 0.05) < allowed);
  CHECK(std::abs(beyond_a2 / static_cast<double>(resamples) - 0.05) < allowed);
}

TEST_CASE("Goodness: p counts the distances as large as the observed one, itself too", "[core]") {
  const std::vector<Distance> resampled{{0.1, 1.0}, {0.2, 2.0}, {0.3, 3.0}};
  const FitProbabilities p = probabilities({0.2, 5.0}, resampled);
  CHECK(p.kolmogorov_smirnov == 0.75);
  CHECK(p.anderson_darling == 0.25);
}

TEST_CASE("Summary: moments and quartiles of a worked sample", "[core]") {
  const SampleSummary s = summarise(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
  CHECK(s.mean == 5.0);
  CHECK(s.sd == Approx(std::sqrt(32.0 / 7.0)));
  CHECK(s.skewness == Approx(0.65625));  // (−27 − 3 + 0 + 8 + 64)/8 / 2³
  CHECK(s.lower_quartile == 4.0);
  CHECK(s.median == 4.5);
  CHECK(s.upper_quartile == 5.5);
  CHECK(s.distinct == 5);
  CHECK(s.lag_1 == Approx(13.0 / 32.0));  // Σ (xᵢ − 5)(xᵢ₊₁ − 5) = 3 + 1 + 1 + 0 + 0 + 0 + 8
}

TEST_CASE("Summary: independent draws look so in 99 of 100 samples, a drift never does", "[core]") {
  int doubtful = 0;
  for (std::uint32_t replication = 0; replication < 500; ++replication) {
    std::vector<double> sample(200);
    fill_variates({Kind::gamma, 3.0, 3.0}, {3, replication, 1, Purpose::test}, 0, sample);
    doubtful += summarise(sample).independence_p < 0.01 ? 1 : 0;
    if (replication > 0) continue;
    for (std::size_t i = 0; i < sample.size(); ++i) sample[i] += 0.05 * static_cast<double>(i);
    CHECK(summarise(sample).independence_p < 1e-6);
  }
  // Share 0.01 of 500: 5 ± 3.29 · 2.2; the χ² limit is not exact at n = 200, about a third more comes
  CHECK(doubtful <= 15);
}

TEST_CASE("What a fit prints is read back as the same distribution", "[core]") {
  std::vector<Distribution> all = examples();
  all.push_back({Kind::constant, 2.5});
  for (const Distribution& d : all) {
    const std::string text = distribution_text(d, "h");
    CAPTURE(text);
    const Node root = parse_document("time: " + text, "f.yaml");
    Findings findings;
    MapReader map(&root, "", findings);
    const Distribution back = read_distribution(map, "time");
    CHECK(findings.empty());
    CHECK(back.kind == d.kind);
    CHECK(mean(back) == Approx(3600.0 * mean(d)).epsilon(1e-6));  // seven digits
    CHECK(variance(back) == Approx(3600.0 * 3600.0 * variance(d)).epsilon(1e-5));
  }
}
