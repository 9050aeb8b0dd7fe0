#include <fmt/format.h>
#include "campaign/scenario.hpp"
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "tests/campaign/program.hpp"

using namespace lunafab;
using namespace lunafab::test;

namespace {

/// A CSV of `count` draws under the header, beside a column of text.
std::string data_of(const Distribution& d, const std::string& header, std::size_t count) {
  std::vector<double> draws(count);
  fill_variates(d, {2, 0, entity_key("fit command"), Purpose::test}, 0, draws);
  std::string text = "machine," + header + "\n";
  for (const double x : draws) text += fmt::format("litho,{:.6g}\n", x);
  return text;
}

const Distribution repair{Distribution::Kind::gamma, 3.0, 4.0};

Distribution read_line(const std::string& yaml, const TemporaryDirectory& dir) {
  write_bytes(dir / "s.yaml", "time: " + yaml + "\n");
  const Node root = campaign::load_scenario_document(dir / "s.yaml", {});
  Findings findings;
  MapReader map(&root, "", findings);
  Distribution d = read_distribution(map, "time");
  findings.throw_if_any();
  return d;
}

}  // namespace

TEST_CASE("fit: every line it prints is read by scenarios, with the sample's mean", "[app]") {
  const TemporaryDirectory dir;
  write_bytes(dir / "times.csv", data_of(repair, "repair [h]", 400));
  const Ran ran = call(Arguments{"fit", "times.csv", "--column", "repair", "--json"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const Json json = Json::parse(ran.text);
  CHECK(json["unit"] == "h");
  REQUIRE(json["fits"].size() == 8);
  for (const Json& fit : json["fits"]) {
    CAPTURE(fit.dump());
    REQUIRE(fit["fitted"] == true);
    // Seven digits are printed.
    CHECK(mean(read_line(fit["yaml"], dir)) == Approx(3600.0 * fit["mean"].get<double>()).epsilon(1e-6));
  }
  CHECK(json["yaml"] == json["fits"][0]["yaml"]);
  const Distribution observed = read_line(json["empirical_yaml"], dir);
  CHECK(observed.kind == Distribution::Kind::empirical);
  CHECK(mean(observed) == Approx(3600.0 * json["sample"]["mean"].get<double>()).epsilon(1e-12));
}

TEST_CASE("fit: its page shows what it prints", "[app]") {
  const std::string page = read_bytes(source + "/docs/fit.md");
  const auto block = [&](const std::string& fence) {
    const std::size_t from = page.find("```" + fence + "\n") + fence.size() + 4;
    return page.substr(from, page.find("```", from) - from);
  };
  const TemporaryDirectory dir;
  write_bytes(dir / "repairs.csv", block("csv"));
  const Ran ran = call({"fit", "repairs.csv"}, dir);
  CHECK(ran.code == 0);
  CHECK(ran.text == block("text"));
}

TEST_CASE("fit: the ranking is by AIC; what drew the sample passes, an exponential does not", "[app]") {
  const TemporaryDirectory dir;
  write_bytes(dir / "times.csv", data_of(repair, "repair [h]", 400));
  const Json json =
      Json::parse(call(Arguments{"fit", "times.csv", "--column", "repair", "--json"}, dir).text);
  double last = -1e300;
  for (const Json& fit : json["fits"]) {
    CHECK(fit["aic"].get<double>() >= last);
    last = fit["aic"];
    if (fit["dist"] == "gamma") CHECK(fit["ks"]["p"] > 0.01);
    if (fit["dist"] == "exponential") CHECK(fit["ks"]["p"] == 1.0 / 500.0);  // less than any of 499 resamples
  }
  CHECK(json["remarks"].empty());
}

TEST_CASE("fit: the same bytes whatever the threads", "[app]") {
  const TemporaryDirectory dir;
  write_bytes(dir / "times.csv", data_of(repair, "repair [h]", 100));
  const Arguments fit{"fit", "times.csv", "--column", "repair"};
  CHECK(call(fit + Arguments{"--threads", "1"}, dir).text ==
        call(fit + Arguments{"--threads", "4"}, dir).text);
}

TEST_CASE("fit: order, rounding and a missing unit are remarked on", "[app]") {
  const TemporaryDirectory dir;
  std::string drift = "time\n";
  for (int i = 0; i < 200; ++i) drift += fmt::format("{}\n", 1 + i / 20);
  write_bytes(dir / "drift.csv", drift);
  const Ran ran = call(Arguments{"fit", "drift.csv", "--resamples", "0"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  for (const char* part : {"no unit given", "depend on their order", "only 10 different values among 200"})
    CHECK(ran.text.find(part) != std::string::npos);
}

TEST_CASE("fit: equal values are a constant", "[app]") {
  const TemporaryDirectory dir;
  write_bytes(dir / "same.csv", "time [min]\n5\n5\n5\n");
  const Ran ran = call(Arguments{"fit", "same.csv"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK(ran.text.find("{dist: constant, value: 5 min}") != std::string::npos);
}

TEST_CASE("fit: bad data are found with line and column, exit code 2", "[app]") {
  const TemporaryDirectory dir;
  const auto refused = [&](const std::string& data, const Arguments& more, const std::string& said) {
    write_bytes(dir / "d.csv", data);
    const Ran ran = call(Arguments{"fit", "d.csv"} + more, dir);
    CAPTURE(data, ran.text);
    CHECK(ran.code == 2);
    CHECK(ran.text.find(said) != std::string::npos);
  };
  refused("a,b\n1,2\n", {}, "d.csv:1:1: more than one column; allowed: --column with one of a, b");
  refused("repair,b\n1,2\n", {"--column", "repare"}, "did you mean 'repair'?");
  refused("1\n2\n3\n4\n", {}, "d.csv:1:1: the first line holds a number");
  refused("t\n1\nsoon\n-3\n", {}, "d.csv:3:1: t: 'soon' is not a number");
  refused("t\n1\nsoon\n-3\n", {}, "d.csv:4:1: t: '-3' is out of range");
  refused("t [kg]\n1\n2\n3\n", {}, "d.csv:1:1: unit:");
  refused("t\n1\n2\n3\n", {"--unit", "hx"}, "--unit hx");
  refused("t\n1\n2\n", {}, "2 values are too few");
  refused("t\n\"1\n2\n", {}, "d.csv:2:1: a quote that never ends");
  CHECK(call(Arguments{"fit", "none.csv"}, dir).code == 2);
}
