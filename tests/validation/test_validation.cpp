#include <tbb/parallel_for.h>
#include <catch2/catch.hpp>
#include <cmath>
#include "campaign/execute.hpp"
#include "campaign/flow_samples.hpp"
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
       campaign::intervals(result.report.replications, scenario.confidence, scenario.pairing)) {
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

TEST_CASE("Validation: three stations, no place between (Hillier and Boling)", "[validation]") {
  check_agrees(measured("hillier_boling_k3_b0.yaml", "stations.third.good_per_h"), 22.0 / 39.0);
}

TEST_CASE("Validation: four stations, one place between (Hillier and Boling)", "[validation]") {
  check_agrees(measured("hillier_boling_k4_b1.yaml", "stations.fourth.good_per_h"), 0.63115269);
}

TEST_CASE("Validation: the bowl", "[validation]") {
  check_agrees(measured("bowl_k3_b0.yaml", "stations.third.good_per_h"), 0.567180);
}

TEST_CASE("Validation: two unreliable machines, no place between (Gershwin)", "[validation]") {
  check_agrees(measured("unreliable_pair_b0.yaml", "stations.second.good_per_h"), 0.589955);
}

TEST_CASE("Validation: constant work in process in the Penny Fab (Hopp and Spearman)", "[validation]") {
  check_agrees(measured("penny_fab_w6.yaml", "products.penny.finished_per_h"), 1.0 / 3.0);
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

namespace {

/// Share of the experiments whose interval holds the exact value.
template <class Experiment>
double coverage(std::size_t experiments, double exact, const Experiment& experiment) {
  std::vector<Interval> intervals(experiments);
  tbb::parallel_for(std::size_t{0}, experiments, [&](std::size_t i) { intervals[i] = experiment(i); });
  std::size_t held = 0;
  for (const Interval& interval : intervals)
    held += std::abs(interval.mean - exact) <= interval.half_width ? 1 : 0;
  return static_cast<double>(held) / static_cast<double>(experiments);
}

campaign::Scenario queue_at_95(const Arguments& settings) {
  Findings warnings;
  return campaign::load_scenario(source + "/configs/validation/mm1.yaml",
                                 Arguments{"confidence=0.95"} + settings, warnings);
}

constexpr std::size_t experiments = 1000;
// A true coverage of 0.95 shows below 0.93 in 1000 experiments with a probability of 0.3 %.
constexpr double least_coverage = 0.93;

}  // namespace

TEST_CASE("Validation: 95 % intervals over ten replications of M/M/1 hold Wq in 93 % at least",
          "[validation]") {
  // 10,000 h each: an sd of 0.5 h about 4 h, so that the skewness left is small.
  const campaign::Scenario scenario = queue_at_95({"duration=10500 h", "warmup=500 h", "seed=20351"});
  const double held = coverage(experiments, 4.0, [&](std::size_t i) {
    std::vector<double> waits;
    for (std::uint32_t run = 0; run < 10; ++run) {
      campaign::Campaign campaign(scenario, static_cast<std::uint32_t>(10 * i) + run);
      campaign.run_to_end();
      for (const auto& [name, value] : campaign::metrics(scenario, campaign.state()))
        if (name == "lines.line.stores.queue.mean_wait_h") waits.push_back(value);
    }
    return mean_interval(waits, 0.95);
  });
  INFO(held);
  CHECK(held >= least_coverage);
}

TEST_CASE("Validation: 95 % intervals from batch means of M/M/1 hold Wq in 93 % at least", "[validation]") {
  // Twenty batches of 5000 h, about 60 relaxation times 1/(1 - sqrt(0.8))^2 = 90 h each.
  const campaign::Scenario scenario = queue_at_95({"duration=100500 h", "warmup=500 h", "seed=20352"});
  const double held = coverage(experiments, 4.0, [&](std::size_t i) {
    campaign::Campaign campaign(scenario, static_cast<std::uint32_t>(i));
    campaign.run_to_end();
    for (const campaign::FlowMetric& metric : campaign::flow_metrics(scenario, campaign.state()))
      if (metric.name == "hours_in_stores_per_piece") return metric.batches.interval;
    throw std::runtime_error("no batch means");
  });
  INFO(held);
  CHECK(held >= least_coverage);
}
