#include <catch2/catch.hpp>
#include "campaign/execute.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

// Every scenario printed in a guide to the factory is whole: it is read without a finding and runs to its
// end.
namespace {

std::vector<std::string> scenarios_of(const std::string& page) {
  std::vector<std::string> found;
  for (std::size_t at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at)) {
    at += 8;
    const std::size_t end = page.find("```", at);
    found.push_back(page.substr(at, end - at));
    at = end;
  }
  return found;
}

}  // namespace

TEST_CASE("The scenarios of the factory's pages run", "[campaign]") {
  std::vector<std::string> texts = scenarios_of(read_bytes(source + "/docs/factory.md"));
  REQUIRE(texts.size() >= 10);
  for (std::string& text : scenarios_of(read_bytes(source + "/docs/output-analysis.md")))
    texts.push_back(std::move(text));
  for (const std::string& text : texts) {
    CAPTURE(text);
    Findings warnings;
    const campaign::Scenario scenario = campaign::read_scenario(parse_document(text, "page.md"), warnings);
    campaign::Campaign run(scenario, 0);
    REQUIRE(run.run_to_end());
    CHECK(campaign::shipped_pieces(scenario.plant, run.state()) > 0);
  }
}
