#include <catch2/catch.hpp>
#include "campaign/rough_lots.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::campaign;

namespace {

Scenario scenario_of(const std::string& lines) {
  Findings warnings;
  return read_scenario(parse_document("lunafab: scenario/1\nduration: 1000 h\n" + lines, "lots.yaml"),
                       warnings);
}

}  // namespace

TEST_CASE("explain: lots visit steps as often as rework and sampling say", "[campaign]") {
  const Scenario scenario = scenario_of(
      "lines: {l: {stations: {a: {servers: 2}, b: {}}, products: {p: {lot_size: 5, route: {\n"
      "  work: {station: a, time: 6 min, per: piece},\n"
      "  test: {station: b, time: 10 min, sampled: 50 %, yield: 0.8, rework: {to: work, limit: 1}}}}},\n"
      "  releases: {r: {product: p, every: 1 h}}}}\n");
  // Half of the lots are tested; of these a fifth goes back once: 1/2 · 0.2 of all, while tests after rework
  // that fail again are scrapped. With r = 1 − 1/(1 + 0.2) a visit: visits of work v = 1 + v/2 · r, tests
  // v/2.
  const double v = 1.0 / (1.0 - 0.5 * (1.0 - 1.0 / 1.2));
  const RoughLots cut = rough_lots(scenario);
  REQUIRE(cut.tools.size() == 2);
  CHECK(cut.tools[0].work_h_per_h == Approx(v * 0.5));
  CHECK(cut.tools[0].load == Approx(v * 0.25));
  CHECK(cut.tools[1].work_h_per_h == Approx(v / 2.0 / 6.0));
  CHECK(cut.products[0].good == Approx(v * (1.0 - 0.5 * 0.2)));
}

TEST_CASE("explain: what a limit holds back shares what the busiest station has left", "[campaign]") {
  // The Penny Fab: four stations of 2 h bear half a lot an hour; T0 = 8 h, critical work in process 4.
  const RoughLots cut = rough_lots(
      scenario_of("lines: {l: {stations: {a: {}, b: {}, c: {}, d: {}}, products: {p: {route: {a: {station: "
                  "a, time: 2 h}, "
                  "b: {station: b, time: 2 h}, c: {station: c, time: 2 h}, d: {station: d, time: 2 h}}}},\n"
                  "  limits: {wip: {lots: 3}}, releases: {r: {product: p, limit: wip}}}}\n"));
  CHECK(cut.bound_per_h == Approx(0.5));
  CHECK(cut.raw_process_h == Approx(8.0));
  CHECK(cut.critical_wip == Approx(4.0));
}
