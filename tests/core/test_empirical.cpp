#include <catch2/catch.hpp>
#include <cmath>
#include <vector>
#include "core/contract.hpp"
#include "core/read_distribution.hpp"
#include "core/variates.hpp"
#include "core/visit.hpp"

namespace {

using namespace lunafab;
using Between = EmpiricalTable::Between;

const StreamKey stream{7, 0, entity_key("empirical"), Purpose::test};

Distribution empirical(std::vector<double> values, const std::vector<double>& weights, Between between) {
  return {.kind = Distribution::Kind::empirical,
          .table = std::make_shared<const EmpiricalTable>(std::move(values), weights, between)};
}

/// Reads `time` of a one-line document; findings, a line each.
struct Reading {
  Distribution d;
  std::string findings;
};
Reading read(const std::string& time) {
  const Node root = parse_document("time: " + time, "f.yaml");
  Findings findings;
  MapReader map(&root, "", findings);
  Reading reading{read_distribution(map, "time"), {}};
  for (const Finding& finding : findings.list()) reading.findings += format(finding) + "\n";
  return reading;
}

}  // namespace

TEST_CASE("Empirical steps: the quantile is the least value whose share reaches u", "[core]") {
  const EmpiricalTable table({4.0, 1.0, 2.0}, {1.0, 2.0, 1.0}, Between::steps);  // shares: 1 ½, 2 ¼, 4 ¼
  CHECK(table.quantile(0.25) == 1.0);
  CHECK(table.quantile(0.5) == 1.0);
  CHECK(table.quantile(0.5000001) == 2.0);
  CHECK(table.quantile(0.75) == 2.0);
  CHECK(table.quantile(0.9999) == 4.0);
  CHECK(table.quantile(1.0) == 4.0);
  CHECK(table.mean() == 2.0);      // ½·1 + ¼·2 + ¼·4
  CHECK(table.variance() == 1.5);  // ½·1 + ¼·0 + ¼·4
}

TEST_CASE("Empirical, smooth: quantiles of NumPy's default method", "[core]") {
  // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [.1, .25, .5, .9]) of NumPy 1.24
  const EmpiricalTable table({3, 1, 4, 1, 5, 9, 2, 6}, {}, Between::linear);
  CHECK(table.quantile(0.1) == Approx(1.0).epsilon(1e-14));
  CHECK(table.quantile(0.25) == Approx(1.75).epsilon(1e-14));
  CHECK(table.quantile(0.5) == Approx(3.5).epsilon(1e-14));
  CHECK(table.quantile(0.9) == Approx(6.9).epsilon(1e-14));
}

TEST_CASE("Empirical, smooth: two values are a uniform, three a mixture of two", "[core]") {
  const EmpiricalTable two({2.0, 6.0}, {}, Between::linear);
  CHECK(two.mean() == 4.0);
  CHECK(two.variance() == Approx(16.0 / 12.0).epsilon(1e-14));
  // Gaps of weight (3 + 1)/2 and (1 + 1)/2: uniform on (0, 3) with 2/3, on (3, 6) with 1/3.
  const EmpiricalTable three({0.0, 3.0, 6.0}, {3.0, 1.0, 1.0}, Between::linear);
  CHECK(three.quantile(2.0 / 3.0) == Approx(3.0).epsilon(1e-14));
  CHECK(three.mean() == Approx(2.0 / 3.0 * 1.5 + 1.0 / 3.0 * 4.5).epsilon(1e-14));
  CHECK(three.variance() == Approx(9.0 / 12.0 + 2.0 / 9.0 * 9.0).epsilon(1e-14));  // within + between
  const EmpiricalTable one({5.0}, {}, Between::linear);
  CHECK(one.quantile(0.3) == 5.0);
  CHECK(one.variance() == 0.0);
}

TEST_CASE("Empirical: draws have the shares of the weights, values of weight zero never come", "[core]") {
  const Distribution d = empirical({1.0, 2.0, 3.0, 4.0}, {0.1, 0.0, 0.6, 0.3}, Between::steps);
  std::vector<double> draws(100'000);
  fill_variates(d, stream, 0, draws);
  const auto n = static_cast<double>(draws.size());
  const auto share = [&](double x) {
    return static_cast<double>(std::count(draws.begin(), draws.end(), x)) / n;
  };
  for (const auto& [x, p] : {std::pair{1.0, 0.1}, {2.0, 0.0}, {3.0, 0.6}, {4.0, 0.3}}) {
    CAPTURE(x);
    CHECK(std::abs(share(x) - p) <= 3.29 * std::sqrt(p * (1.0 - p) / n));  // 99.9 %
  }
}

TEST_CASE("Empirical: filling draws the same bits as one by one, increasing in the uniform draw", "[core]") {
  for (const Between between : {Between::steps, Between::linear}) {
    const Distribution d = empirical({8.0, 0.5, 2.0, 3.0, 2.0}, {}, between);
    std::vector<double> filled(1500);
    fill_variates(d, stream, 40, filled);
    for (std::size_t i = 0; i < filled.size(); ++i) {
      REQUIRE(filled[i] == variate(d, stream, 40 + i));
      REQUIRE(filled[i] == d.table->quantile(uniform(stream, 40 + i)));
    }
    CHECK(mean(d) == Approx(d.table->mean()));
  }
}

TEST_CASE("Empirical: what is no sample breaks the contract", "[core]") {
  CHECK_THROWS_AS(EmpiricalTable({}, {}, Between::steps), ContractError);
  CHECK_THROWS_AS(EmpiricalTable({-1.0}, {}, Between::steps), ContractError);
  CHECK_THROWS_AS(EmpiricalTable({1.0, NAN}, {}, Between::steps), ContractError);
  CHECK_THROWS_AS(EmpiricalTable({1.0, 2.0}, {1.0}, Between::steps), ContractError);
  CHECK_THROWS_AS(EmpiricalTable({1.0, 2.0}, {0.0, 0.0}, Between::steps), ContractError);
  CHECK_FALSE(is_valid({.kind = Distribution::Kind::empirical}));
}

TEST_CASE("Empirical: written, read back and compared as state", "[core]") {
  const Distribution d = empirical({1.0, 2.0, 4.0}, {}, Between::linear);
  const std::string bytes = write_state(d);
  Distribution back;
  StateReader(bytes).read(back);
  CHECK(state_hash(back) == state_hash(d));
  CHECK(first_difference(d, back).empty());
  CHECK(variance(back) == variance(d));
  CHECK(first_difference(d, empirical({1.0, 2.0, 5.0}, {}, Between::linear)) == "state.table");
  CHECK(first_difference(d, Distribution{.kind = Distribution::Kind::empirical}) == "state.table");
  Distribution none = d;
  StateReader(write_state(Distribution{})).read(none);
  CHECK(none.table == nullptr);
}

TEST_CASE("Empirical: values carry units, or share one", "[core]") {
  const Reading each = read("{dist: empirical, values: [30 min, 1 h, 90 min]}");
  CHECK(each.findings.empty());
  CHECK(mean(each.d) == Approx(3600.0));
  const Reading shared = read("{dist: empirical, values: [0.5, 1, 1.5], unit: h, weights: [1, 1, 2]}");
  CHECK(shared.findings.empty());
  CHECK(mean(shared.d) == Approx(4050.0));
  const Reading smooth = read("{dist: empirical, values: [1, 3], unit: s, smooth: true}");
  CHECK(smooth.findings.empty());
  CHECK(variance(smooth.d) == Approx(4.0 / 12.0));
}

TEST_CASE("Empirical: every problem has its place", "[core]") {
  CHECK(read("{dist: empirical, values: [1 h, 2 kg]}").findings.find("f.yaml:1:39: time.values[1]") == 0);
  CHECK(read("{dist: empirical, values: [1, x], unit: h}").findings.find("time.values[1]: 'x'") !=
        std::string::npos);
  CHECK(read("{dist: empirical, values: [1, -2], unit: h}").findings.find("'-2' is out of range") !=
        std::string::npos);
  CHECK(read("{dist: empirical, values: []}").findings.find("time.values: is not a list of values") !=
        std::string::npos);
  CHECK(read("{dist: empirical, values: [1 h], weights: [1, 2]}").findings.find("are 2 for 1 values") !=
        std::string::npos);
  CHECK(read("{dist: empirical, values: [1 h], weights: [0]}").findings.find("are all zero") !=
        std::string::npos);
  CHECK(read("{dist: empirical, values: [1], unit: kg}").findings.find("time.unit") != std::string::npos);
  CHECK(read("{dist: empirical}").findings.find("time.values: is missing") != std::string::npos);
}
