#include <catch2/catch.hpp>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

const std::string mm1 = source + "/configs/validation/mm1.yaml";
const Arguments short_run{"--set-a", "duration=100 d", "--set-a", "warmup=5 d",
                          "--set-b", "duration=100 d", "--set-b", "warmup=5 d"};
const std::string service = "lines.line.stations.server.cycle={dist: exponential, mean: ";

}  // namespace

TEST_CASE("compare: differences, verdicts and the variance saved", "[app]") {
  TemporaryDirectory dir;
  const Arguments compare = Arguments{"compare", mm1, mm1, "--replications", "10"} + short_run +
                            Arguments{"--set-b", service + "0.9 h}"};
  const Ran table = call(compare, dir);
  INFO(table.text);
  CHECK(table.code == 0);
  CHECK_THAT(table.text, Contains("10 replications of each under common random numbers") &&
                             Contains("B lower") && Contains("verdict"));
  const Ran ran = call(compare + Arguments{"--json"}, dir);
  CHECK(ran.code == 0);
  const Json json = Json::parse(ran.text);
  CHECK(json["replications"] == 10);
  const Json& wait = json["metrics"]["lines.line.stores.queue.mean_wait_h"];
  CHECK(wait["verdict"] == "B lower");
  CHECK(wait["variance_reduction"] > 1.0);
  CHECK(wait["mean_b"] < wait["mean_a"]);
  CHECK(call(compare + Arguments{"--json", "--threads", "1"}, dir).text == ran.text);
}

TEST_CASE("compare: B takes the seed of A, and says so", "[app]") {
  TemporaryDirectory dir;
  const Ran ran =
      call(Arguments{"compare", mm1, mm1, "--replications", "2", "--set-b", "seed=7"} + short_run, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.text, Contains("B runs with the seed of A") && Contains("the same"));
}

TEST_CASE("compare: the problems of both scenarios are reported, with code 2", "[app]") {
  TemporaryDirectory dir;
  const Ran both = call({"compare", mm1, mm1, "--set-a", "duration=-1 d", "--set-b", "warmp=3 d"}, dir);
  INFO(both.text);
  CHECK(both.code == 2);
  CHECK_THAT(both.text, Contains("duration") && Contains("did you mean 'warmup'"));
  for (const Arguments& command :
       std::vector<Arguments>{{"compare"},
                              {"compare", mm1},
                              {"compare", mm1, "absent.yaml"},
                              {"compare", mm1, mm1, "--replications", "1"},
                              {"compare", mm1, mm1, "--set", "seed=1"},
                              {"compare", mm1, mm1, "--set-a", "antithetic=true", "--replications", "3"}}) {
    const Ran ran = call(command, dir);
    INFO(ran.text);
    CHECK(ran.code == 2);
    CHECK_FALSE(ran.text.empty());
  }
}
