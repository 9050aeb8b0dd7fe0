#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include "core/contract.hpp"
#include "logistics/power.hpp"

using namespace lunafab;
using namespace lunafab::logistics;

namespace {

constexpr Milliwatts kW = 1'000'000;
constexpr Ticks hour{3600 * microseconds_per_second};
constexpr Nanojoules kWh = Nanojoules{kW} * hour.us;

/// Ten hours of 1 kW; every flow is a whole number of kWh or a tenth of it.
Storage ten_kWh() {
  return {.capacity = 10 * kWh,
          .charge_efficiency = 0.9,
          .discharge_efficiency = 0.8,
          .charge_limit = 4 * kW,
          .discharge_limit = 2 * kW,
          .initial_fraction = 0.5,
          .reserve_fraction = 0.2};
}

bool closes(const PowerState& state, const Storage& storage, Nanojoules supplied) {
  const EnergyFlows& f = state.flows;
  const Nanojoules initial = initial_power_state(storage).stored;
  return f.generated + f.out_of_storage - f.into_storage == f.used && f.generated + f.curtailed == supplied &&
         state.stored == initial + f.into_storage - f.out_of_storage - f.storage_loss && 0 <= state.stored &&
         state.stored <= storage.capacity && f.storage_loss >= 0 && f.curtailed >= 0;
}

/// Random whole numbers over many magnitudes: 0 and both ends of a range come up often, because limits break
/// there.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : bits_(seed) {}
  std::int64_t up_to(std::int64_t n) {
    const auto choice = bits_() % 8;
    if (choice == 0) return 0;
    if (choice == 1) return n;
    return static_cast<std::int64_t>(bits_() % (static_cast<std::uint64_t>(n) + 1));
  }
  std::int64_t magnitude(std::int64_t n) { return up_to(n >> bits_() % 40); }
  double fraction() { return static_cast<double>(up_to(1'000'000'000)) * 1e-9; }
  double efficiency() { return static_cast<double>(1 + up_to(999'999'999)) * 1e-9; }
  Nanojoules energy_up_to(Nanojoules n) {  // good to a part in 2⁶², exact at both ends
    constexpr std::int64_t parts = std::int64_t{1} << 62;
    const std::int64_t k = up_to(parts);
    return k == parts ? n : n / parts * k + n % parts * k / parts;
  }
  Storage storage() {
    Storage s;
    s.capacity = Nanojoules{magnitude(largest_power)} * (1 + magnitude(hour.us));
    s.charge_efficiency = efficiency(), s.discharge_efficiency = efficiency();
    s.charge_limit = magnitude(largest_power), s.discharge_limit = magnitude(largest_power);
    s.initial_fraction = fraction(), s.reserve_fraction = fraction();
    return s;
  }

 private:
  std::mt19937_64 bits_;
};

struct Interval {
  Ticks span{};
  Milliwatts supply = 0, granted = 0;
};

struct Protocol {
  const char* broken = "";     // what went wrong, "" if nothing
  int drawn = 0, charged = 0;  // intervals that used storage
};

/// What the campaign does: while interval k runs, k + 1 is granted from what storage surely holds when it
/// begins. Use is anything up to the grant, and the supply may turn out better than promised.
Protocol run_protocol(Draws& draw, int intervals) {
  const Storage storage = draw.storage();
  PowerState state = initial_power_state(storage);
  Nanojoules supplied = 0;
  const auto decide = [&](Nanojoules sure) {
    Interval next{.span = Ticks{1 + draw.magnitude(1000 * hour.us)},
                  .supply = draw.magnitude(largest_power / 4),
                  .granted = 0};
    const auto reserve = draw.up_to(1) == 0 ? Reserve::keep : Reserve::spend;
    const Milliwatts most = grantable(storage, sure, next.supply, next.span, reserve);
    next.granted = draw.up_to(1) == 0 ? most : draw.up_to(most);
    return next;
  };
  Protocol result;
  Interval now = decide(state.stored);
  for (int k = 0; k < intervals; ++k) {
    const Nanojoules sure = stored_at_least(storage, state.stored, now.supply, now.granted, now.span);
    const Interval next = decide(sure);
    const Milliwatts supply = now.supply + (draw.up_to(1) == 0 ? draw.magnitude(largest_power / 4) : 0);
    const EnergyFlows before = state.flows;
    settle(state, storage, supply, now.span, draw.energy_up_to(Nanojoules{now.granted} * now.span.us));
    supplied += Nanojoules{supply} * now.span.us;
    if (!closes(state, storage, supplied)) result.broken = "energy does not close";
    if (state.stored < sure) result.broken = "storage holds less than was sure";
    result.drawn += state.flows.out_of_storage > before.out_of_storage ? 1 : 0;
    result.charged += state.flows.into_storage > before.into_storage ? 1 : 0;
    now = next;
  }
  return result;
}

}  // namespace

TEST_CASE("storage: a surplus is stored up to the limit, less the charging loss; the rest is curtailed",
          "[logistics]") {
  PowerState state = initial_power_state(ten_kWh());
  settle(state, ten_kWh(), 7 * kW, hour, kWh);  // 6 kWh left over, 4 kWh may enter, 3.6 kWh arrive
  CHECK((state.stored == 5 * kWh + 36 * kWh / 10));
  CHECK((state.flows.into_storage == 4 * kWh));
  CHECK((state.flows.storage_loss == 4 * kWh / 10));
  CHECK((state.flows.curtailed == 2 * kWh));
  CHECK((state.flows.generated == 5 * kWh));
}

TEST_CASE("storage: a deficit draws more than it delivers", "[logistics]") {
  PowerState state = initial_power_state(ten_kWh());
  settle(state, ten_kWh(), 3 * kW, hour, 5 * kWh);  // 2 kWh at the bus are 2.5 kWh of content
  CHECK((state.stored == 25 * kWh / 10));
  CHECK((state.flows.out_of_storage == 2 * kWh));
  CHECK((state.flows.storage_loss == 5 * kWh / 10));
  CHECK((state.flows.generated == 3 * kWh));
  CHECK((state.flows.curtailed == 0));
}

TEST_CASE("storage: takes what fills it and no more", "[logistics]") {
  PowerState state = initial_power_state(ten_kWh());
  for (int h = 0; h < 3; ++h) settle(state, ten_kWh(), 5 * kW, hour, 0);
  // 5 kWh of room take ⌈5/0.9 kWh⌉; the third hour stores nothing
  CHECK((state.stored == 10 * kWh));
  CHECK((state.flows.into_storage == (50 * kWh + 8) / 9));
  CHECK((state.flows.curtailed == 15 * kWh - state.flows.into_storage));
}

TEST_CASE("storage: roundings go against the store", "[logistics]") {
  Storage storage = ten_kWh();
  storage.discharge_efficiency = 0.3;
  PowerState state = initial_power_state(storage);
  settle(state, storage, 0, hour, 1);  // 1 nJ needs 3.3 nJ of content: 4
  CHECK((state.stored == 5 * kWh - 4));
  CHECK((state.flows.storage_loss == 3));
  settle(state, storage, 1, Ticks{11}, 0);  // of 11 nJ, 9.9 arrive: 9
  CHECK((state.stored == 5 * kWh + 5));
  CHECK((state.flows.storage_loss == 5));
}

TEST_CASE("storage: more than it holds or may deliver breaks the contract and changes nothing",
          "[logistics]") {
  PowerState state = initial_power_state(ten_kWh());
  CHECK_THROWS_AS(settle(state, ten_kWh(), 0, hour, 2 * kWh + 1), ContractError);      // above 2 kW
  CHECK_THROWS_AS(settle(state, ten_kWh(), 0, hour * 3, 4 * kWh + 1), ContractError);  // 5 kWh deliver 4 kWh
  CHECK((state.stored == 5 * kWh));
  CHECK((state.flows.generated == 0));
  settle(state, ten_kWh(), 0, hour * 3, 4 * kWh);
  CHECK((state.stored == 0));
}

TEST_CASE("storage: impossible stores and spans break the contract", "[logistics]") {
  const auto settle_with = [](auto change) {
    Storage storage = ten_kWh();
    change(storage);
    PowerState state{.stored = kWh, .flows = {}};
    settle(state, storage, kW, hour, kWh);
  };
  CHECK_NOTHROW(settle_with([](Storage&) {}));
  CHECK_THROWS_AS(settle_with([](Storage& s) { s.charge_efficiency = 1.1; }), ContractError);
  CHECK_THROWS_AS(settle_with([](Storage& s) { s.discharge_efficiency = 0.0; }), ContractError);
  CHECK_THROWS_AS(settle_with([](Storage& s) { s.reserve_fraction = -0.1; }), ContractError);
  CHECK_THROWS_AS(settle_with([](Storage& s) { s.charge_limit = largest_power + 1; }), ContractError);
  CHECK_THROWS_AS(settle_with([](Storage& s) { s.capacity = kWh - 1; }), ContractError);
  PowerState state{.stored = kWh, .flows = {}};
  CHECK_THROWS_AS(settle(state, ten_kWh(), kW, Ticks{0}, 0), ContractError);
  CHECK_THROWS_AS(settle(state, ten_kWh(), kW, hour, -1), ContractError);
}

TEST_CASE("grantable: supply and storage, with or without the reserve", "[logistics]") {
  // 5 of 10 kWh, 2 kWh reserve: 3 kWh deliver 2.4, 5 kWh deliver 4; never above 2 kW out of storage.
  CHECK(grantable(ten_kWh(), 5 * kWh, kW, hour, Reserve::spend) == 3 * kW);
  CHECK(grantable(ten_kWh(), 5 * kWh, kW, hour * 4, Reserve::spend) == 2 * kW);
  CHECK(grantable(ten_kWh(), 5 * kWh, kW, hour * 4, Reserve::keep) == kW + kW * 6 / 10);
  CHECK(grantable(ten_kWh(), 2 * kWh, kW, hour, Reserve::keep) == kW);
  CHECK(grantable(ten_kWh(), kWh, kW, hour, Reserve::keep) == kW);
}

TEST_CASE("grantable: any use within grants settles, decided one interval ahead, and closes to the nJ",
          "[logistics]") {
  Draws draw(20260101);
  int drawn = 0, charged = 0;
  for (int n = 0; n < 100'000; ++n) {
    INFO("case " << n);
    const Protocol result = run_protocol(draw, 5);
    REQUIRE(std::string(result.broken).empty());
    drawn += result.drawn, charged += result.charged;
  }
  CHECK(drawn > 50'000);  // a tenth of the intervals at least, each way
  CHECK(charged > 50'000);
}

TEST_CASE("grantable: one milliwatt more than all the content covers would not settle", "[logistics]") {
  Draws draw(7);
  for (int n = 0; n < 20'000; ++n) {
    const Storage storage = draw.storage();
    PowerState state{.stored = draw.energy_up_to(storage.capacity), .flows = {}};
    const Ticks span{1 + draw.magnitude(1000 * hour.us)};
    const Milliwatts supply = draw.magnitude(largest_power);
    const Milliwatts most = grantable(storage, state.stored, supply, span, Reserve::spend);
    REQUIRE_THROWS_AS(settle(state, storage, supply, span, Nanojoules{most + 1} * span.us), ContractError);
    REQUIRE_NOTHROW(settle(state, storage, supply, span, Nanojoules{most} * span.us));
  }
}

TEST_CASE("grantable: keeping the reserve leaves it in storage", "[logistics]") {
  Draws draw(8);
  int above = 0;
  for (int n = 0; n < 20'000; ++n) {
    Storage storage = draw.storage();
    storage.initial_fraction = storage.reserve_fraction;
    const Nanojoules reserve = initial_power_state(storage).stored,
                     stored = draw.energy_up_to(storage.capacity);
    const Ticks span{1 + draw.magnitude(1000 * hour.us)};
    const Milliwatts supply = draw.magnitude(largest_power);
    const Milliwatts granted = grantable(storage, stored, supply, span, Reserve::keep);
    REQUIRE((stored_at_least(storage, stored, supply, granted, span) >= std::min(stored, reserve)));
    above += granted > supply ? 1 : 0;
  }
  CHECK(above > 2000);  // the storage did serve
}

TEST_CASE("sun: half the disc shows when its centre is on the horizon, none and all one radius off",
          "[logistics]") {
  const double distance_m = 1.496e11, radius_rad = std::asin(695'700e3 / distance_m);
  CHECK(visible_disc_fraction(0.0, distance_m) == 0.5);
  CHECK(visible_disc_fraction(radius_rad, distance_m) == 1.0);
  CHECK(visible_disc_fraction(-radius_rad, distance_m) == 0.0);
  CHECK(visible_disc_fraction(0.1, distance_m) == 1.0);
  CHECK(visible_disc_fraction(-0.1, distance_m) == 0.0);
  CHECK_THROWS_AS(visible_disc_fraction(0.0, 0.0), ContractError);
}

TEST_CASE("sun: the visible part equals the disc integrated strip by strip", "[logistics]") {
  const double distance_m = 1.471e11, radius_rad = std::asin(695'700e3 / distance_m);
  const double x = GENERATE(-0.99, -0.6, -0.1, 0.0, 0.3, 0.75, 0.999);
  // Height y = sin t above the centre, half width cos t: area from −x up = ∫ 2 cos² t dt. Midpoint rule,
  // error ~ 1e-9.
  constexpr int strips = 20'000;
  const double from = std::asin(-x), step = (0.5 * std::numbers::pi - from) / strips;
  double area = 0.0;
  for (int i = 0; i < strips; ++i) area += 2.0 * std::pow(std::cos(from + (i + 0.5) * step), 2) * step;
  CHECK_THAT(visible_disc_fraction(x * radius_rad, distance_m),
             Catch::WithinAbs(area / std::numbers::pi, 1e-8));
}

TEST_CASE("sun: a nearer Sun is larger and takes longer to set", "[logistics]") {
  CHECK(visible_disc_fraction(-0.0046, 1.471e11) > visible_disc_fraction(-0.0046, 1.521e11));
  CHECK(visible_disc_fraction(0.0046, 1.471e11) < visible_disc_fraction(0.0046, 1.521e11));
}

TEST_CASE("horizon: linear between nodes, across north and for any turn", "[logistics]") {
  constexpr double turn = 2.0 * std::numbers::pi;
  const HorizonMask mask{{{0.5, 0.10}, {1.5, 0.30}, {turn - 0.5, 0.20}}};
  CHECK_THAT(horizon_elevation_rad(mask, 0.5), Catch::WithinAbs(0.10, 1e-15));
  CHECK_THAT(horizon_elevation_rad(mask, 0.75), Catch::WithinAbs(0.15, 1e-15));
  CHECK_THAT(horizon_elevation_rad(mask, turn - 0.25), Catch::WithinAbs(0.175, 1e-15));
  CHECK_THAT(horizon_elevation_rad(mask, 0.0), Catch::WithinAbs(0.15, 1e-15));
  CHECK_THAT(horizon_elevation_rad(mask, 0.25), Catch::WithinAbs(0.125, 1e-15));
  CHECK_THAT(horizon_elevation_rad(mask, 0.75 - 3 * turn), Catch::WithinAbs(0.15, 1e-14));
  CHECK_THAT(horizon_elevation_rad(mask, -0.5 + 2 * turn), Catch::WithinAbs(0.20, 1e-14));
}

TEST_CASE("horizon: none is flat, one node is level all round", "[logistics]") {
  const double azimuth_rad = GENERATE(-1.0, 0.0, 2.0, 6.2);
  CHECK(horizon_elevation_rad({}, azimuth_rad) == 0.0);
  CHECK(horizon_elevation_rad({{{2.0, 0.07}}}, azimuth_rad) == 0.07);
}

TEST_CASE("solar field: 100 m² of 30 % at 1 au facing the Sun give 40.83 kW", "[logistics]") {
  const SolarField field{.area_m2 = 100.0, .efficiency = 0.3, .fade_per_year = 0.02};
  const double au_m = 149'597'870'700.0;
  const Ticks ten_years = ticks_from_seconds(10 * 365.25 * 86400.0);
  const Milliwatts full = solar_power(field, 0.0, 1.0, au_m, Ticks{0});
  CHECK(std::abs(full - 40'830'000) <= 1);  // 1361 W/m² · 30 m²; one step of rounding
  CHECK(std::abs(solar_power(field, 0.0, 0.25, au_m, Ticks{0}) - full / 4) <= 1);
  CHECK(std::abs(solar_power(field, 0.0, 1.0, 2 * au_m, Ticks{0}) - full / 4) <= 1);
  CHECK(std::abs(solar_power(field, std::numbers::pi / 3, 1.0, au_m, Ticks{0}) - full / 2) <= 1);
  CHECK(std::abs(solar_power(field, 0.0, 1.0, au_m, ten_years) - full / 10 * 8) <= 1);
  CHECK(solar_power(field, 0.0, 1.0, au_m, ten_years * 6) == 0);
  CHECK_THROWS_AS(solar_power(field, 0.0, 1.1, au_m, Ticks{0}), ContractError);
}
