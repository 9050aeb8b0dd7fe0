#include <catch2/catch.hpp>
#include "orbit/siting.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs;

namespace {

Window window(double speed_mps, double planned_mps, double p95_mps, double days) {
  return {.node = {.found = 1,
                   .speed_mps = speed_mps,
                   .insertion_mps = planned_mps,
                   .transfer_s = days * 86400.0,
                   .correction_p95_mps = p95_mps}};
}

SitingCase served(std::size_t muzzle, std::size_t destination, std::size_t open, double spent_mps) {
  SitingCase one{.muzzle = muzzle, .destination = destination};
  one.summary.dates = 4, one.summary.open = open;
  if (open > 0) one.summary.open_median_mps = spent_mps;
  return one;
}

}  // namespace

TEST_CASE("Summary of windows: shares, quartiles and the longest wait by hand", "[orbit][siting]") {
  const std::vector<Window> windows{window(2500.0, 10.0, 1.0, 4.0),
                                    {.reason = "none"},
                                    window(2510.0, 60.0, 2.0, 5.0),
                                    window(2520.0, 20.0, 3.0, 6.0)};
  const WindowSummary sum = summarise(windows, 30.0, 43200.0);
  CHECK(sum.found_share() == 0.75);
  CHECK(sum.open_share() == 0.5);
  CHECK(sum.longest_wait_d == 1.0);  // two dates of half a day
  CHECK(sum.speed_mps->least == 2500.0);
  CHECK(sum.speed_mps->median == 2510.0);
  CHECK(sum.speed_mps->most == 2520.0);
  CHECK(sum.planned_mps->p25 == 15.0);
  CHECK(sum.correction_p95_mps->most == 3.0);
  CHECK(sum.transfer_d->median == 5.0);
  CHECK(sum.open_median_mps == 17.0);  // of 11 and 23
}

TEST_CASE("Ranks: who serves more of the mix comes first, then who spends less, then the study's order",
          "[orbit][siting]") {
  SitingStudy study;
  study.muzzles.resize(4);
  study.destinations.resize(2);
  study.shares = {0.75, 0.25};
  const std::vector<SitingCase> cases{served(0, 0, 2, 10.0), served(0, 1, 4, 50.0),  // .375 + .25
                                      served(1, 0, 4, 10.0), served(1, 1, 0, 0.0),   // .75
                                      served(2, 0, 4, 8.0),  served(2, 1, 0, 0.0),   // .75, cheaper
                                      served(3, 0, 4, 10.0), served(3, 1, 0, 0.0)};
  const auto ranks = rank_sites(study, cases);
  REQUIRE(ranks.size() == 4);
  CHECK(ranks[0].muzzle == 2);
  CHECK(ranks[1].muzzle == 1);
  CHECK(ranks[2].muzzle == 3);
  CHECK(ranks[3].muzzle == 0);
  CHECK_THAT(ranks[3].served, WithinAbs(0.625, 1e-12));
  CHECK_THAT(ranks[3].spent_mps, WithinAbs((0.375 * 10.0 + 0.25 * 50.0) / 0.625, 1e-12));
}
