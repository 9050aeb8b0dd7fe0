#include <catch2/catch.hpp>
#include <cmath>
#include "campaign/execute.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

// Lines whose exact answer is known. Seeds were fixed before the first run; the run lengths follow from the
// variances in the files' comments.
namespace {

Interval measured(const std::string& config, const std::string& metric, const Arguments& settings = {}) {
  TemporaryDirectory dir;
  Findings warnings;
  const campaign::Scenario scenario =
      campaign::load_scenario(source + "/configs/validation/" + config, settings, warnings);
  const campaign::RunResult result = campaign::execute(
      scenario, {.directory = dir / "r",
                 .threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
                 .limit_stations = -1});
  for (const campaign::MetricInterval& each :
       campaign::intervals(result.report.replications, scenario.confidence)) {
    if (each.name == "lines.line." + metric) return each.interval;
  }
  throw std::runtime_error("no metric " + metric);
}

/// The 99.9 % interval holds the exact value and is no wider than ± 0.3 % of it.
void check_agrees(const Interval& interval, double exact) {
  INFO(interval.mean << " ± " << interval.half_width << ", exact " << exact);
  CHECK(std::abs(interval.mean - exact) <= interval.half_width);
  CHECK(interval.half_width <= 0.003 * exact);
}

}  // namespace

TEST_CASE("Validation: three stations, one place between (Hillier and Boling)", "[validation]") {
  check_agrees(measured("hillier_boling_k3_b1.yaml", "stations.third.good_per_h"), 0.67046616);
}

TEST_CASE("Validation: five stations, no place between (Hillier and Boling)", "[validation]") {
  check_agrees(measured("hillier_boling_k5_b0.yaml", "stations.fifth.good_per_h"), 0.48579812);
}

TEST_CASE("Validation: two unreliable machines, ten places between (Gershwin)", "[validation]") {
  check_agrees(measured("unreliable_pair_b10.yaml", "stations.second.good_per_h"), 0.799026);
}

TEST_CASE("Validation: mean wait of M/M/1 at 0.8", "[validation]") {
  check_agrees(measured("mm1.yaml", "stores.queue.mean_wait_h"), 4.0);
}

TEST_CASE("Validation: mean wait of M/D/1 at 0.8 (Pollaczek and Khinchine)", "[validation]") {
  check_agrees(measured("md1.yaml", "stores.queue.mean_wait_h"), 2.0);
}

TEST_CASE("Validation: four times the replications halve the interval", "[validation]") {
  const auto half_width = [](int seed, int replications) {
    return measured("hillier_boling_k3_b1.yaml", "stations.third.good_per_h",
                    {"duration=40 d", "seed=" + std::to_string(seed),
                     "replications=" + std::to_string(replications)})
        .half_width;
  };
  // Expected: 2 × 3.3915 / 3.3150, the quantiles of Student's t at 99.9 %, = 2.046. The first 100
  // replications are among the 400, so the ratio of one seed spreads by √(1/200 − 1/800) = 6.1 %: about 14 %
  // of all seeds lie outside 1.8 … 2.2, and 20301 at 120 d is one of them (2.30). The mean of 16 seeds
  // spreads by 1.5 %.
  double log_ratio = 0.0;
  for (int seed = 20301; seed < 20317; ++seed)
    log_ratio += std::log(half_width(seed, 100) / half_width(seed, 400));
  CHECK(std::exp(log_ratio / 16) == Approx(2.046).epsilon(0.06));  // four standard deviations
}
