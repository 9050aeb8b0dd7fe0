#include <algorithm>
#include <catch2/catch.hpp>
#include <compare>
#include <random>
#include "core/contract.hpp"
#include "logistics/power.hpp"

using namespace lunafab;
using namespace lunafab::logistics;

namespace {

constexpr Milliwatts kW = 1'000'000;

struct Case {
  std::vector<PowerRequest> requests;
  Milliwatts supply = 0, protected_supply = 0;

  std::vector<PowerGrant> grants() const { return grant_power(requests, supply, protected_supply); }
  Milliwatts total() const { return total_granted(requests, grants()); }
  /// Loads from the highest rank down.
  std::vector<std::size_t> ranking() const {
    std::vector<std::size_t> order;
    for (int p = 0; p < 4; ++p) {
      for (std::size_t i = 0; i < requests.size(); ++i)
        if (requests[i].priority == p) order.push_back(i);
    }
    return order;
  }
};

/// Small numbers, so that exact fits and ties are common.
Case random_case(std::mt19937_64& bits) {
  const auto up_to = [&bits](std::uint64_t n) {
    return static_cast<std::int64_t>(bits() % (n + 1));
  };
  Case c;
  c.requests.resize(bits() % 6);
  for (PowerRequest& r : c.requests) {
    r = {.priority = static_cast<int>(up_to(3)),
         .servers = static_cast<std::int32_t>(up_to(5)),
         .busy = up_to(12),
         .hold = 0};
    if (const auto kind = bits() % 4; kind < 3) r.hold = kind == 0 ? r.busy : std::min(r.busy, up_to(6));
  }
  c.supply = up_to(60);
  c.protected_supply = c.supply + up_to(bits() % 2 * 30);
  return c;
}

/// The rule of the header, server by server.
std::vector<PowerGrant> grant_one_by_one(const Case& c) {
  std::vector<PowerGrant> grants(c.requests.size());
  Milliwatts total = 0;
  for (const std::size_t i : c.ranking()) {
    for (std::int32_t s = 0; s < c.requests[i].servers; ++s)
      if (total + c.requests[i].hold <= c.protected_supply) total += c.requests[i].hold, ++grants[i].held;
  }
  for (const std::size_t i : c.ranking()) {
    const Milliwatts more = c.requests[i].busy - c.requests[i].hold;
    while (grants[i].held > 0 && (more == 0 || total + more <= c.supply))
      total += more, --grants[i].held, ++grants[i].running;
  }
  return grants;
}

/// Servers by rank: held or running, and running alone.
std::vector<std::int32_t> kept(const Case& c) {
  std::vector<std::int32_t> servers;
  const auto grants = c.grants();
  for (const std::size_t i : c.ranking()) servers.push_back(grants[i].held + grants[i].running);
  return servers;
}
std::vector<std::int32_t> running(const Case& c) {
  std::vector<std::int32_t> servers;
  const auto grants = c.grants();
  for (const std::size_t i : c.ranking()) servers.push_back(grants[i].running);
  return servers;
}

}  // namespace

TEST_CASE("grants: hold power comes first, also for the last in rank", "[logistics]") {
  // Two melt cells of 10 kW that freeze below 3 kW, behind a press of 8 kW: 14 kW hold both cells and run the
  // press.
  const std::vector<PowerRequest> requests{{.priority = 1, .servers = 2, .busy = 10 * kW, .hold = 3 * kW},
                                           {.priority = 0, .servers = 1, .busy = 8 * kW, .hold = 0}};
  const auto plenty = grant_power(requests, 14 * kW, 14 * kW),
             scarce = grant_power(requests, 13 * kW, 13 * kW);
  CHECK(plenty[0].held == 2);
  CHECK(plenty[1].running == 1);
  CHECK(scarce[0].held == 1);  // the press does not fit beside both cells: one of them runs instead
  CHECK(scarce[0].running == 1);
  CHECK(scarce[1].running == 0);
}

TEST_CASE("grants: a server that runs gives its hold power back", "[logistics]") {
  // 3 + 3 kW hold both; swapping one 3 for 10 makes 13 kW, which is all there is.
  const std::vector<PowerRequest> cells{{.priority = 0, .servers = 2, .busy = 10 * kW, .hold = 3 * kW}};
  CHECK(grant_power(cells, 13 * kW, 13 * kW)[0].running == 1);
  CHECK(grant_power(cells, 13 * kW - 1, 13 * kW)[0].running == 0);
  CHECK(grant_power(cells, 20 * kW, 20 * kW)[0].running == 2);
}

TEST_CASE("grants: the reserve holds, and runs only what must outlast the night", "[logistics]") {
  const std::vector<PowerRequest> loads{
      {.priority = 0, .servers = 1, .busy = 2 * kW, .hold = 2 * kW},  // life support
      {.priority = 1, .servers = 4, .busy = 10 * kW, .hold = 3 * kW},
      {.priority = 2, .servers = 1, .busy = kW, .hold = 0}};
  const auto night = grant_power(loads, 5 * kW, 14 * kW);
  CHECK(night[0].running == 1);
  CHECK(night[1].held == 4);  // 14 kW in all, 9 kW from the reserve
  CHECK(night[1].running == 0);
  CHECK(night[2].running == 0);
  CHECK(total_granted(loads, night) == 14 * kW);
}

TEST_CASE("grants: what is too large is passed over, so that smaller loads behind it run", "[logistics]") {
  const std::vector<PowerRequest> loads{{.priority = 0, .servers = 1, .busy = 50 * kW, .hold = 0},
                                        {.priority = 1, .servers = 9, .busy = 4 * kW, .hold = 0}};
  CHECK(grant_power(loads, 20 * kW, 20 * kW)[1].running == 5);
  CHECK(grant_power(loads, 54 * kW, 54 * kW)[0].running == 1);
  CHECK(grant_power(loads, 54 * kW, 54 * kW)[1].running == 1);
}

TEST_CASE("grants: equal the rule applied server by server, within both supplies", "[logistics]") {
  std::mt19937_64 bits(1);
  int needed_reserve = 0;
  for (int n = 0; n < 50'000; ++n) {
    const Case c = random_case(bits);
    const auto grants = c.grants(), expected = grant_one_by_one(c);
    Milliwatts hold_only = 0;
    bool ok = true;
    for (std::size_t i = 0; i < grants.size(); ++i) {
      ok = ok && grants[i].running == expected[i].running && grants[i].held == expected[i].held;
      ok = ok && grants[i].running >= 0 && grants[i].held >= 0;
      hold_only += c.requests[i].hold * (grants[i].running + grants[i].held);
    }
    ok = ok && c.total() <= c.protected_supply && c.total() <= std::max(c.supply, hold_only);
    needed_reserve += c.total() > c.supply ? 1 : 0;
    INFO("case " << n);
    REQUIRE(ok);
  }
  CHECK(needed_reserve > 5000);
}

TEST_CASE("grants: more supply never lowers the total, nor takes from a load but for one that outranks it",
          "[logistics]") {
  std::mt19937_64 bits(2);
  int rises = 0;
  for (int n = 0; n < 50'000; ++n) {
    const Case less = random_case(bits);
    Case more = less, held_more = less;
    more.supply +=
        static_cast<Milliwatts>(bits() % static_cast<std::uint64_t>(less.protected_supply - less.supply + 1));
    held_more.protected_supply += static_cast<Milliwatts>(bits() % 10);
    INFO("case " << n);
    REQUIRE(less.total() <= more.total());
    REQUIRE(less.total() <= held_more.total());
    REQUIRE(kept(less) == kept(more));       // hold power asks the protected supply only
    REQUIRE(kept(less) <= kept(held_more));  // lexicographic, from the highest rank down
    REQUIRE(running(less) <= running(more));
    rises += less.total() < more.total() ? 1 : 0;
  }
  CHECK(rises > 2000);
}

TEST_CASE("grants: what a load wants beyond holding is nothing to those that outrank it", "[logistics]") {
  std::mt19937_64 bits(3);
  for (int n = 0; n < 20'000; ++n) {
    const Case c = random_case(bits);
    if (c.requests.empty()) continue;
    Case greedy = c, alone = c;
    const std::size_t last = c.ranking().back();
    greedy.requests[last].busy += static_cast<Milliwatts>(bits() % 20);
    alone.requests[last].servers = 0;
    auto before = running(c), after = running(greedy), with = kept(c), without = kept(alone);
    before.pop_back(), after.pop_back(), with.pop_back(), without.pop_back();
    INFO("case " << n);
    REQUIRE(before == after);
    REQUIRE(with == without);
  }
}

TEST_CASE("grants: loads far beyond 64 bits together are refused server by server, not overflowed",
          "[logistics]") {
  const PowerRequest huge{
      .priority = 0, .servers = 2'000'000'000, .busy = largest_power, .hold = largest_power / 2};
  const std::vector<PowerRequest> loads{huge, huge};
  const auto grants = grant_power(loads, largest_power, largest_power);
  CHECK(grants[0].running == 0);  // two hold with all there is
  CHECK(grants[0].held == 2);
  CHECK(grants[1].held == 0);
}

TEST_CASE("grants: supplies above the protected one and senseless requests break the contract",
          "[logistics]") {
  const std::vector<PowerRequest> none, negative{{.priority = 0, .servers = -1, .busy = 1, .hold = 0}},
      inverted{{.priority = 0, .servers = 1, .busy = 1, .hold = 2}};
  CHECK_THROWS_AS(grant_power(none, 2, 1), ContractError);
  CHECK_THROWS_AS(grant_power(none, -1, 1), ContractError);
  CHECK_THROWS_AS(grant_power(negative, 1, 1), ContractError);
  CHECK_THROWS_AS(grant_power(inverted, 1, 1), ContractError);
}
