#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include "core/contract.hpp"
#include "core/integer.hpp"
#include "logistics/flights.hpp"

using namespace lunafab;
using namespace lunafab::logistics;

namespace {

constexpr std::int64_t mg_per_kg = 1'000'000, mg_per_t = 1000 * mg_per_kg;
constexpr std::int64_t us_per_day = 86'400 * microseconds_per_second;

FlightPlan monthly() {
  FlightPlan plan;
  plan.entity = entity_key("logistics.flights.cargo");
  plan.first_departure = Tick{10 * us_per_day};
  plan.interval = Ticks{30 * us_per_day};
  plan.transit = Ticks{5 * us_per_day};
  plan.delay = {Distribution::Kind::exponential, 3.0 * 86400.0, 0.0, 0.0};
  plan.loss_probability = 0.05;
  plan.payload_mg = 100 * mg_per_t;
  return plan;
}

ManifestItem item(std::int64_t piece_mg, std::int64_t reorder_at, std::int64_t order_up_to, int priority) {
  return {.name = {},
          .piece_mg = piece_mg,
          .reorder_at = reorder_at,
          .order_up_to = order_up_to,
          .priority = priority};
}

std::int64_t unit_mg(const ManifestItem& i) {
  return i.piece_mg == 0 ? 1 : i.piece_mg;
}

struct Loading {
  std::vector<ManifestItem> items;
  std::vector<std::int64_t> position;
  std::int64_t payload_mg = 0;

  std::int64_t order(std::size_t i) const {
    return position[i] <= items[i].reorder_at ? items[i].order_up_to - position[i] : 0;
  }
  Int128 mass_mg(std::size_t i, std::int64_t amount) const { return Int128{amount} * unit_mg(items[i]); }
  /// Mass of all orders that outrank priority `p`.
  Int128 mass_above_mg(int p) const {
    Int128 sum = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (items[i].priority < p) sum += mass_mg(i, order(i));
    return sum;
  }
};

/// Orders of a few kilograms to a few ships, half of them whole pieces up to the payload.
Loading random_loading(std::mt19937_64& bits) {
  const auto below = [&bits](std::uint64_t n) {
    return static_cast<std::int64_t>(bits() % n);
  };
  Loading loading;
  loading.payload_mg = 1 + below(100) * (bits() % 2 ? mg_per_t : mg_per_kg) + below(1000);
  const std::size_t count = 1 + bits() % 7;
  for (std::size_t i = 0; i < count; ++i) {
    const auto payload = static_cast<std::uint64_t>(loading.payload_mg);
    const std::int64_t piece = bits() % 2 ? 0 : 1 + below(bits() % 2 ? payload : payload / 50 + 1);
    const std::int64_t most = (bits() % 2 ? 1 : 2) * loading.payload_mg / std::max<std::int64_t>(1, piece);
    const std::int64_t up_to = 1 + below(static_cast<std::uint64_t>(most) + 1);
    loading.items.push_back(
        item(piece, below(static_cast<std::uint64_t>(up_to) + 1), up_to, static_cast<int>(below(3))));
    loading.position.push_back(below(static_cast<std::uint64_t>(up_to) + 1));
  }
  return loading;
}

}  // namespace

TEST_CASE("manifest: a ship that holds all orders takes exactly the orders", "[logistics]") {
  // Ordered: 100 − 20 pieces at the reorder point, nothing above it, 5 t − 1 t of bulk: 80 · 0.5 t + 4 t <
  // 100 t.
  const std::vector items{item(mg_per_t / 2, 20, 100, 0), item(mg_per_t, 20, 100, 0),
                          item(0, 2 * mg_per_t, 5 * mg_per_t, 1)};
  const std::vector<std::int64_t> position{20, 21, mg_per_t};
  CHECK(load_manifest(items, position, 100 * mg_per_t) == std::vector<std::int64_t>{80, 0, 4 * mg_per_t});
}

TEST_CASE("manifest: a full ship serves priorities in turn and shares the last one out", "[logistics]") {
  const std::vector items{item(7 * mg_per_t, 0, 5, 2), item(0, 0, 40 * mg_per_t, 1),
                          item(0, 0, 90 * mg_per_t, 2), item(7 * mg_per_t, 0, 9, 2), item(0, 0, mg_per_t, 3)};
  const std::vector<std::int64_t> position(5, 0);
  const auto loaded = load_manifest(items, position, 100 * mg_per_t);
  // After the first 40 t, 35 + 90 + 63 = 188 t into 60 t: 1.596 pieces, 28.723404255319 t and 2.872 pieces.
  // Rounded down that leaves 10.277 t: a piece for the .872, none (7 t > 3.277 t) for the .596, a milligram
  // for the .319. The last priority waits, although its ton would fit.
  CHECK(loaded[0] == 1);
  CHECK(loaded[1] == 40 * mg_per_t);
  CHECK(loaded[2] == 28'723'404'256);
  CHECK(loaded[3] == 3);
  CHECK(loaded[4] == 0);
}

TEST_CASE("manifest: never above the payload, in rank order, shares within one piece", "[logistics]") {
  std::mt19937_64 bits(11);
  int full = 0, cut = 0;
  for (int n = 0; n < 20'000; ++n) {
    const Loading l = random_loading(bits);
    const auto loaded = load_manifest(l.items, l.position, l.payload_mg);
    Int128 total = 0;
    for (std::size_t i = 0; i < loaded.size(); ++i) total += l.mass_mg(i, loaded[i]);
    bool ok = total <= l.payload_mg;
    for (std::size_t i = 0; i < loaded.size(); ++i) {
      const int p = l.items[i].priority;
      const Int128 above = l.mass_above_mg(p), with_own = l.mass_above_mg(p + 1);
      if (with_own <= l.payload_mg) {
        ok = ok && loaded[i] == l.order(i);
        ++full;
      } else if (above > l.payload_mg) {
        ok = ok && loaded[i] == 0;
      } else {  // |loaded − order · room/mass| < 1, cross-multiplied
        const Int128 mass = with_own - above, room = l.payload_mg - above;
        const Int128 off = loaded[i] * mass - l.order(i) * room;
        ok = ok && -mass < off && off < mass;
        // who was rounded down had no room left for one more piece
        ok = ok && (off >= 0 || total + unit_mg(l.items[i]) > l.payload_mg);
        ++cut;
      }
    }
    INFO("case " << n);
    REQUIRE(ok);
  }
  CHECK(full > 10'000);  // both branches were met
  CHECK(cut > 10'000);
}

TEST_CASE("manifest: enough ships bring every item to its base stock, and no further", "[logistics]") {
  std::mt19937_64 bits(12);
  for (int n = 0; n < 200; ++n) {
    Loading l = random_loading(bits);
    for (auto& i : l.items) i.reorder_at = i.order_up_to;  // one for one: what is missing stays ordered
    for (int ship = 0; ship < 100; ++ship) {
      const auto loaded = load_manifest(l.items, l.position, l.payload_mg);
      for (std::size_t i = 0; i < loaded.size(); ++i) l.position[i] += loaded[i];
    }
    for (std::size_t i = 0; i < l.items.size(); ++i) REQUIRE(l.position[i] == l.items[i].order_up_to);
  }
}

TEST_CASE("manifest: pieces that fit no ship and negative stocks break the contract", "[logistics]") {
  const std::vector<std::int64_t> none{0}, negative{-1};
  const std::vector heavy{item(101, 1, 2, 0)}, plain{item(1, 1, 2, 0)}, inverted{item(1, 3, 2, 0)};
  CHECK_THROWS_AS(load_manifest(heavy, none, 100), ContractError);
  CHECK_THROWS_AS(load_manifest(plain, negative, 100), ContractError);
  CHECK_THROWS_AS(load_manifest(inverted, none, 100), ContractError);
  CHECK_THROWS_AS(load_manifest(plain, {}, 100), ContractError);
}

TEST_CASE("flight: departs on the cadence and arrives after transit and delay", "[logistics]") {
  FlightPlan plan = monthly();
  plan.delay = {Distribution::Kind::constant, 7200.0, 0.0, 0.0};
  const Flight flight = draw_flight(plan, 4, 1, 0);
  CHECK(flight.number == 4);
  CHECK(flight.departure == Tick{130 * us_per_day});
  CHECK(flight.arrival == Tick{135 * us_per_day + 7200 * microseconds_per_second});
  CHECK(flight.amounts.empty());
}

TEST_CASE("flight: its delay and fate are the draws numbered by the flight, of streams of their own",
          "[logistics]") {
  const FlightPlan plan = monthly();
  const std::uint64_t seed = 42;
  const std::uint32_t replication = 3;
  for (const std::int64_t number : {9, 0, 4, 9}) {
    const auto n = static_cast<std::uint64_t>(number);
    const Flight flight = draw_flight(plan, number, seed, replication);
    const double delay_s = variate(plan.delay, {seed, replication, plan.entity, Purpose::flight_delay}, n);
    CHECK(flight.arrival - flight.departure == plan.transit + ticks_from_seconds(delay_s));
    CHECK(flight.lost ==
          (uniform({seed, replication, plan.entity, Purpose::flight_loss}, n) < plan.loss_probability));
  }
  CHECK(draw_flight(plan, 9, seed, 3).arrival != draw_flight(plan, 9, seed, 4).arrival);
}

TEST_CASE("flight: lost flights and mean delay are as planned, within 4 sigma over 100,000 flights",
          "[logistics]") {
  FlightPlan plan = monthly();
  plan.interval = Ticks{us_per_day};
  constexpr int flights = 100'000;
  int lost = 0;
  double delay_s = 0.0;
  for (int n = 0; n < flights; ++n) {
    const Flight flight = draw_flight(plan, n, 2026, 0);
    lost += flight.lost ? 1 : 0;
    delay_s += seconds(flight.arrival - flight.departure - plan.transit) / flights;
  }
  const double p = plan.loss_probability, root = std::sqrt(static_cast<double>(flights));
  CHECK(std::abs(lost - p * flights) < 4.0 * std::sqrt(p * (1.0 - p)) * root);
  CHECK(std::abs(delay_s - plan.delay.a) < 4.0 * plan.delay.a / root);  // exponential: sigma = mean
}

TEST_CASE("flight: certain loss loses each flight, none loses none", "[logistics]") {
  FlightPlan plan = monthly();
  const double p = GENERATE(0.0, 1.0);
  plan.loss_probability = p;
  for (int n = 0; n < 1000; ++n) REQUIRE(draw_flight(plan, n, 5, 0).lost == (p == 1.0));
}

TEST_CASE("flight: numbers before the first, departures beyond the clock and odd odds break the contract",
          "[logistics]") {
  FlightPlan plan = monthly();
  CHECK_THROWS_AS(departure(plan, -1), ContractError);
  CHECK_THROWS_AS(departure(plan, 4'000'000'000'000), ContractError);
  plan.loss_probability = 1.01;
  CHECK_THROWS_AS(draw_flight(plan, 0, 1, 0), ContractError);
}

TEST_CASE("propellant: 100 t landed take 852 to 939 t, 200 t take 1,239 t", "[logistics]") {
  // logistics_power.csv, starship_prop_LEO_to_surface_100t and gear_200t_class_one_way; figures rounded to 1
  // t.
  CHECK_THAT(propellant_per_landing_kg(100e3, 120e3, 5900.0, 380.0), Catch::WithinAbs(852e3, 500.0));
  CHECK_THAT(propellant_per_landing_kg(100e3, 130e3, 5900.0, 370.0), Catch::WithinAbs(939e3, 500.0));
  CHECK_THAT(propellant_per_landing_kg(200e3, 120e3, 5900.0, 380.0), Catch::WithinAbs(1239e3, 500.0));
  CHECK_THAT(1.0 + propellant_per_landing_kg(200e3, 120e3, 5900.0, 380.0) / 200e3,
             Catch::WithinAbs(7.2, 0.05));
}

TEST_CASE("propellant: burns in sequence multiply mass ratios", "[logistics]") {
  // Burning 3.9 km/s and then 2.0 km/s takes what 5.9 km/s takes: the first burn carries the propellant of
  // the second.
  const double second_kg = propellant_per_landing_kg(100e3, 120e3, 2000.0, 380.0);
  const double first_kg = propellant_per_landing_kg(100e3 + second_kg, 120e3, 3900.0, 380.0);
  CHECK_THAT(first_kg + second_kg,
             Catch::WithinRel(propellant_per_landing_kg(100e3, 120e3, 5900.0, 380.0), 1e-14));
  CHECK(propellant_per_landing_kg(100e3, 120e3, 0.0, 380.0) == 0.0);
}
