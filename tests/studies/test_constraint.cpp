#include <catch2/catch.hpp>
#include "studies/constraint.hpp"
using namespace lunafab;
using namespace lunafab::studies;
using Catch::Contains;

namespace {

const Node scenario = parse_document(
    "line: {servers: 4, power: 40 kW, first: 50 min, second: 10 min, share: 25 %, place: {x: 1 m}}\n"
    "solar: {area: 1000 m2, yield: 0.2 kW/m2}\n",
    "scenario.yaml");

Node item(const std::string& text) {
  return {.kind = Node::Kind::scalar, .mark = {.file = "study.yaml", .line = 7}, .scalar = text};
}

Verdict verdict(const std::string& text) {
  Findings findings;
  const auto constraint = read_constraint(item(text), findings);
  findings.throw_if_any();
  return judge(*constraint, scenario);
}

bool holds(const std::string& text) {
  INFO(text);
  const Verdict v = verdict(text);
  INFO(v.problem);
  REQUIRE(v.kind != Verdict::Kind::unclear);
  return v.kind == Verdict::Kind::holds;
}

std::string refused(const std::string& text) {
  Findings findings;
  CHECK_FALSE(read_constraint(item(text), findings));
  REQUIRE(findings.size() == 1);
  CHECK(findings.list().front().mark.line == 7);
  return format(findings.list().front());
}

}  // namespace

TEST_CASE("Constraints compare quantities in any units of one dimension", "[studies]") {
  CHECK(holds("line.first < 1 h"));
  CHECK_FALSE(holds("line.first < 3000 s"));
  CHECK(holds("line.first <= 3000 s"));
  CHECK(holds("1 h > line.first"));
  CHECK(holds("line.share >= 0.25"));
  CHECK(holds("line.share <= 25 %"));
  CHECK(holds("-1 < line.servers"));
}

TEST_CASE("Constraints add, subtract, multiply and divide, products first", "[studies]") {
  CHECK(holds("line.first + line.second <= 1 h"));
  CHECK_FALSE(holds("line.first + line.second < 1 h"));
  CHECK(holds("line.first - line.second - line.second > 29 min"));
  CHECK_FALSE(holds("line.first - line.second - line.second > 31 min"));
  CHECK(holds("line.servers * line.power <= solar.area * solar.yield"));
  CHECK_FALSE(holds("2 * line.servers * line.power <= solar.area * solar.yield"));
  CHECK(holds("line.power / solar.area >= 40 W/m2"));
  CHECK(holds("line.servers + 2 * line.servers <= 12"));
}

TEST_CASE("Equal sums count as equal, however they round", "[studies]") {
  CHECK(0.1 + 0.2 > 0.3);  // in doubles
  CHECK(holds("0.1 + 0.2 <= 0.3"));
  CHECK_FALSE(holds("0.1 + 0.2 > 0.3"));
  CHECK_FALSE(holds("0.3 < 0.1 + 0.2"));
  CHECK(holds("0.3000001 > 0.1 + 0.2"));
}

TEST_CASE("Constraints that mean nothing are refused with their line", "[studies]") {
  CHECK_THAT(refused("line.first"), Contains("no comparison") && Contains("study.yaml:7"));
  CHECK_THAT(refused("line.first <"), Contains("ends where a value is needed"));
  CHECK_THAT(refused("< 3 h"), Contains("'<' stands where a value is needed"));
  CHECK_THAT(refused("line.first < 1 h < 2 h"), Contains("follows where the comparison has ended"));
  CHECK_THAT(refused("line.first line.second < 1 h"), Contains("neither a path nor a quantity"));
  CHECK_THAT(refused("line.first<3 h < 2 h"), Contains("neither a path nor a quantity"));
  CHECK_THAT(refused(""), Contains("ends where a value is needed"));
}

TEST_CASE("Paths and units are checked against the scenario", "[studies]") {
  const Verdict path = verdict("line.frist < 1 h");
  CHECK(path.kind == Verdict::Kind::unclear);
  CHECK_THAT(path.problem, Contains("'frist'"));
  CHECK(path.nearest == "first");
  CHECK_THAT(verdict("line.first < 1 kg").problem, Contains("compares s with kg"));
  CHECK_THAT(verdict("line.first + line.power < 1 h").problem, Contains("compares s with"));
  CHECK_THAT(verdict("line.first < 1 hr2s").problem, Contains("hr2s"));
  CHECK_THAT(verdict("line.place < 1 m").problem, Contains("not a single value"));
  CHECK_THAT(verdict("line.first / 0 < 1 h").problem, Contains("divides by 0"));
}
