#include <fmt/format.h>
#include <algorithm>
#include <random>
#include "tests/factory/plant_fixture.hpp"

// Hundreds of small random plants: what must hold in every one of them at every tick.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

constexpr std::int64_t kg = 1'000'000;
const Tick end = tick_s(600);

struct Dice {
  std::mt19937_64 bits;
  std::int64_t roll(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool once_in(std::int64_t n) { return roll(1, n) == 1; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[bits() % list.size()];
  }
};

constexpr std::int64_t counted = 4, weighed = 3;

/// Legs such as `p1: 2, m0: 3 kg`; the weighed ones sum to `total_kg`.
std::string random_legs(Dice& dice, std::int64_t total_kg) {
  std::vector<std::string> legs;
  const std::int64_t first = dice.roll(0, counted - 1);
  for (std::int64_t i = 0; i < dice.roll(total_kg > 0 ? 0 : 1, 2); ++i)
    legs.push_back(fmt::format("p{}: {}", (first + i) % counted, dice.roll(1, 3)));
  const std::int64_t material = dice.roll(0, weighed - 1);
  const std::int64_t part = total_kg > 1 && dice.once_in(2) ? dice.roll(1, total_kg - 1) : total_kg;
  if (part > 0) legs.push_back(fmt::format("m{}: {} kg", material, part));
  if (part < total_kg) legs.push_back(fmt::format("m{}: {} kg", (material + 1) % weighed, total_kg - part));
  return fmt::format("{}", fmt::join(legs, ", "));
}

std::string random_store(Dice& dice, const std::string& material, bool bulk) {
  std::string text = fmt::format("      {0}: {{material: {0}", material);
  const char* unit = bulk ? " kg" : "";
  if (!dice.once_in(4)) {
    const std::int64_t capacity = dice.roll(0, 7);
    text += fmt::format(", capacity: {}{}, initial: {}{}", capacity, unit, dice.roll(0, capacity), unit);
  }
  if (bulk && dice.once_in(3)) text += dice.once_in(2) ? ", when_full: dump" : ", when_full: vent";
  return text + "}\n";
}

std::string random_station(Dice& dice, std::int64_t number, std::int64_t recipes) {
  static const std::vector<std::string> cycles{"{dist: exponential, mean: 2 s}",
                                               "{dist: uniform, low: 0 s, high: 3 s}", "1 s", "2 s"};
  static const std::vector<std::string> powers{"{busy: 10 W, idle: 2 W}",
                                               "{busy: 10 W, idle: 1 W, hold: 3 W}", "{busy: 5 W}"};
  std::string text =
      fmt::format("      s{}: {{servers: {}, cycle: {}", number, dice.roll(1, 3), dice.pick(cycles));
  const std::int64_t kind = dice.roll(1, 8), piece = dice.roll(0, counted - 1);
  if (kind == 1) {
    text += fmt::format(", to: p{}", piece);
  } else if (kind == 2) {
    text += fmt::format(", from: p{}", piece);
  } else if (kind == 3) {
    text += ", recipe: dig, from: {m0: ground}";
  } else if (kind == 4) {
    text += ", recipe: dig, to: {m1: dump}";
  } else if (kind == 5 && recipes > 1) {
    const std::int64_t first = dice.roll(0, recipes - 1), share = dice.roll(1, 9);
    text += fmt::format(", mix: {{r{}: 0.{}, r{}: 0.{}}}", first, share, (first + 1) % recipes, 10 - share);
  } else {
    text += fmt::format(", recipe: r{}", dice.roll(0, recipes - 1));
  }
  if (dice.once_in(3)) text += fmt::format(", yield: 0.8, scrap: {}", dice.once_in(3) ? "dump" : "waste");
  if (dice.once_in(3)) {
    text += fmt::format(
        ", failures: {{clock: {}, time_to_failure: {{dist: exponential, mean: 11 s}}, time_to_repair: "
        "{{dist: uniform, low: 0 s, high: 5 s}}}}",
        dice.once_in(2) ? "operating" : "calendar");
  }
  if (dice.once_in(2)) {
    const std::string& power = dice.pick(powers);
    text += ", power: " + power;
    if (power.find("hold") != std::string::npos) text += fmt::format(", thaw: {} s", dice.roll(0, 4));
  }
  return text + "}\n";
}

std::string random_plant(Dice& dice) {
  std::string text = "materials:\n  waste: {composition: mixed}\n";
  for (int p = 0; p < counted; ++p) text += fmt::format("  p{}: {{piece: abstract}}\n", p);
  for (int m = 0; m < weighed; ++m)
    text += fmt::format("  m{}: {{composition: {{SiO2: 100 %}}, found: ground}}\n", m);
  text += "recipes:\n  dig: {inputs: {m0: 2 kg}, outputs: {m1: 2 kg}}\n";
  const std::int64_t recipes = dice.roll(1, 4);
  for (std::int64_t r = 0; r < recipes; ++r) {
    const std::int64_t total_kg = dice.once_in(2) ? dice.roll(1, 5) : 0;
    text += fmt::format("  r{}: {{inputs: {{{}}}, outputs: {{{}}}}}\n", r, random_legs(dice, total_kg),
                        random_legs(dice, total_kg));
  }
  text += "lines:\n  l:\n    stores:\n" + random_store(dice, "waste", true);
  const auto waste = text.find(", initial");  // mixed stores start empty
  if (waste != std::string::npos) text.erase(waste, text.find_first_of(",}", waste + 2) - waste);
  for (int p = 0; p < counted; ++p) text += random_store(dice, fmt::format("p{}", p), false);
  for (int m = 0; m < weighed; ++m) text += random_store(dice, fmt::format("m{}", m), true);
  text += "    stations:\n";
  const std::int64_t stations = dice.roll(3, 8);
  for (std::int64_t s = 0; s < stations; ++s) text += random_station(dice, s, recipes);
  return text + (dice.once_in(2) ? "power: {}\n" : "");
}

/// Grants and landed loads over the whole run, known from the start.
void send_messages(Dice& dice, Simulation& simulation) {
  const Plant& plant = simulation.plant;
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
    const Station& station = plant.stations[s];
    if (!plant.power_limited || !station.power.any()) continue;
    for (Tick tick{}; tick < end; tick = tick + Ticks{dice.roll(1, 60) * microseconds_per_second}) {
      const auto running = static_cast<std::int32_t>(dice.roll(0, station.servers));
      const auto held = static_cast<std::int32_t>(dice.roll(0, station.servers - running));
      simulation.grant(tick, s, running, station.power.hold_mW > 0 ? held : 0);
    }
  }
  for (int i = 0; i < 20; ++i) {
    const auto s =
        static_cast<std::uint32_t>(dice.roll(0, static_cast<std::int64_t>(plant.stores.size()) - 1));
    const Store& store = plant.stores[s];
    const std::int64_t unit = plant.tracks_pieces(s) ? 1 : kg;
    const std::int64_t most =
        store.when_full == WhenFull::block ? std::min(store.capacity / unit, std::int64_t{6}) : 6;
    if (most == 0 || plant.material_of(s).composition == Composition::mixed) continue;
    simulation.send({.tick = Tick{dice.roll(0, end.us)},
                     .kind = GroupMessage::Kind::arrival,
                     .store = s,
                     .load = {.amount = unit * dice.roll(1, most), .ids = {}},
                     .grants = {}});
  }
}

// ---- what must hold

void check_stores(const Simulation& simulation) {
  const Plant& plant = simulation.plant;
  std::vector<std::int64_t> received, issued(plant.stores.size(), 0);
  for (const Store& store : plant.stores)
    received.push_back(store.initial + simulation.state.stores[store.local].arrived);
  for (const Station& station : plant.stations) {
    const StationState& state = simulation.state.stations[station.local];
    for (std::size_t op = 0; op < station.mix.size(); ++op) {
      for (const Leg& leg : station.mix[op].take)
        if (is_store(leg.place)) issued[leg.place] += state.firings[op].started * leg.amount;
      for (const Leg& leg : station.mix[op].put)
        if (is_store(leg.place)) received[leg.place] += state.firings[op].good * leg.amount;
      if (is_store(station.scrap))
        received[station.scrap] += state.firings[op].scrapped * station.mix[op].scrap_mg;
    }
  }
  for (std::size_t s = 0; s < plant.stores.size(); ++s) {
    const StoreState& state = simulation.state.stores[plant.stores[s].local];
    INFO(plant.stores[s].name);
    REQUIRE(state.amount >= 0);
    REQUIRE(state.amount <= plant.stores[s].capacity);
    REQUIRE(state.received == received[s]);
    REQUIRE(state.issued == issued[s]);
    REQUIRE(state.amount == state.received - state.overflowed - state.issued);
    REQUIRE(state.level.level == state.amount);
    if (plant.tracks_pieces(static_cast<std::uint32_t>(s)))
      REQUIRE(static_cast<std::int64_t>(state.pieces.size()) == state.amount);
  }
}

void check_counters(Simulation simulation) {  // a copy: booking is a change
  simulation.book_now();
  for (const Station& station : simulation.plant.stations) {
    INFO(station.name);
    const StationState& state = simulation.state.stations[station.local];
    std::int32_t powered = 0, starved = 0, blocked = 0, held = 0, waiting = 0;
    std::int64_t loaded = 0;
    for (std::int32_t i = 0; i < station.servers; ++i) {
      const Server& server = simulation.state.servers[station.first_server + static_cast<std::uint32_t>(i)];
      starved += server.mode == Mode::starved;
      blocked += server.mode == Mode::blocked;
      powered += server.mode == Mode::starved || server.mode == Mode::busy || server.mode == Mode::blocked ||
                 server.mode == Mode::thawing;
      held += server.mode == Mode::held;
      waiting += server.mode == Mode::no_power || server.mode == Mode::held || server.mode == Mode::frozen;
      loaded += server.loaded;
      if (server.mode == Mode::starved) REQUIRE(server.loaded == 0);
      if (server.mode == Mode::busy) REQUIRE((server.loaded == 1 && server.done == 0));
      if (server.mode == Mode::blocked) REQUIRE((server.loaded == 1 && server.done == 1));
      if (server.mode == Mode::held) REQUIRE(server.icy == 0);
    }
    REQUIRE(state.powered == powered);
    REQUIRE(state.starved == starved);
    REQUIRE(state.blocked == blocked);
    REQUIRE(powered <= state.allowed);
    if (powered < state.allowed) REQUIRE(waiting == 0);
    if (station.power.hold_mW > 0) REQUIRE(held <= state.held_allowed);
    std::int64_t open = 0, booked = 0;
    for (const Firings& firings : state.firings) open += firings.started - firings.good - firings.scrapped;
    for (const std::int64_t us : state.mode_us) booked += us;
    REQUIRE(open == loaded);
    REQUIRE(booked == station.servers * simulation.state.now.us);
  }
}

/// The operation a station begins next, from the definition: the largest deficit against its share.
std::size_t next_by_share(const Station& station, const StationState& state) {
  std::size_t best = 0;
  const auto deficit = [&](std::size_t op) {
    return (static_cast<std::int64_t>(state.starts) + 1) * station.mix[op].weight -
           1'000'000 * state.firings[op].started;
  };
  for (std::size_t op = 1; op < station.mix.size(); ++op) {
    if (deficit(op) > deficit(best)) best = op;
  }
  return station.mix.size() == 1 ? 0 : best;
}

/// What could move, judged from levels and modes alone.
struct Probe {
  const Simulation& simulation;

  const Plant& plant() const { return simulation.plant; }
  const StationState& state_of(const Station& station) const {
    return simulation.state.stations[station.local];
  }
  std::int64_t amount(std::uint32_t place) const {
    return is_store(place) ? simulation.state.stores[plant().stores[place].local].amount : unlimited / 2;
  }
  bool fits(std::uint32_t place, std::int64_t more) const {
    return !is_store(place) || plant().stores[place].when_full != WhenFull::block ||
           amount(place) + more <= plant().stores[place].capacity;
  }
  const Operation& next(const Station& station) const {
    return station.mix[next_by_share(station, state_of(station))];
  }
  /// Whether a starved consumer would start if `place` held `with`, and leave no more than its capacity.
  bool would_take(const Station& consumer, std::uint32_t place, std::int64_t with) const {
    if (state_of(consumer).starved == 0) return false;
    bool takes = false;
    for (const Leg& leg : next(consumer).take) {
      if ((leg.place == place ? with : amount(leg.place)) < leg.amount) return false;
      takes = takes || (leg.place == place && with - leg.amount <= plant().stores[place].capacity);
    }
    return takes;
  }
  bool passes_on(std::uint32_t place, std::int64_t more) const {
    const auto& consumers = plant().stores[place].consumers;
    return std::any_of(consumers.begin(), consumers.end(), [&](std::uint32_t consumer) {
      return would_take(plant().stations[consumer], place, amount(place) + more);
    });
  }
};

void check_starved(const Probe& probe, const Station& station) {
  if (probe.state_of(station).starved == 0) return;
  const auto& take = probe.next(station).take;
  REQUIRE(std::any_of(take.begin(), take.end(),
                      [&](const Leg& leg) { return probe.amount(leg.place) < leg.amount; }));
}

void check_blocked(const Probe& probe, const Station& station, const Server& server) {
  if (server.mode != Mode::blocked) return;
  std::vector<Leg> put = station.mix[server.op].put;
  if (server.good == 0) put = {{station.scrap, station.scrap_material, station.mix[server.op].scrap_mg}};
  std::erase_if(put, [&](const Leg& leg) { return probe.fits(leg.place, leg.amount); });
  REQUIRE(!put.empty());
  if (put.size() == 1) REQUIRE(!probe.passes_on(put[0].place, put[0].amount));
}

void check_nobody_sleeps(const Simulation& simulation) {
  const Probe probe{simulation};
  for (const Station& station : simulation.plant.stations) {
    INFO(station.name);
    check_starved(probe, station);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i)
      check_blocked(probe, station, simulation.state.servers[station.first_server + i]);
  }
  for (std::uint32_t s = 0; s < simulation.plant.stores.size(); ++s) {
    const auto& inbound = simulation.state.stores[simulation.plant.stores[s].local].inbound;
    if (inbound.empty()) continue;
    REQUIRE(!probe.fits(s, inbound.front().amount));
    REQUIRE(!probe.passes_on(s, inbound.front().amount));
  }
}

struct Trial {
  std::string text;
  Dice dice;
  Simulation simulation;
};

Trial trial_of(std::uint64_t seed) {
  Dice dice{std::mt19937_64(seed)};
  const std::string text = random_plant(dice);
  Simulation simulation(plant_of(text), {.seed = seed});
  send_messages(dice, simulation);
  simulation.start();
  return {text, dice, std::move(simulation)};
}

}  // namespace

TEST_CASE("Random plants: every piece, kilogram and server-second is accounted for, and nobody sleeps",
          "[factory]") {
  std::uint64_t events = 0;
  std::int64_t blocked_us = 0, firings = 0, overflow = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Trial trial = trial_of(seed);
    INFO("seed " << seed << "\n" << trial.text);
    Simulation& simulation = trial.simulation;
    while (simulation.state.now < end) {
      simulation.to(std::min(end, simulation.state.now + Ticks{trial.dice.roll(1, 40'000'000)}));
      check_stores(simulation);
      check_counters(simulation);
      check_nobody_sleeps(simulation);
    }
    events += simulation.state.events;
    for (const StationState& station : simulation.state.stations) {
      blocked_us += station.mode_us[static_cast<std::size_t>(Mode::blocked)];
      for (const Firings& f : station.firings) firings += f.good;
    }
    for (const StoreState& store : simulation.state.stores) overflow += store.overflowed;
  }
  // The plants are not idle: otherwise nothing above has been tried.
  CHECK(events > 100'000);
  CHECK(firings > 50'000);
  CHECK(blocked_us > 0);
  CHECK(overflow > 0);
}

TEST_CASE("Random plants: slices, writing and reading back change nothing", "[factory]") {
  for (std::uint64_t seed = 1001; seed <= 1150; ++seed) {
    Trial whole = trial_of(seed), sliced = trial_of(seed);
    INFO("seed " << seed << "\n" << whole.text);
    whole.simulation.to(end);
    while (sliced.simulation.state.now < end) {
      Simulation& simulation = sliced.simulation;
      simulation.to(std::min(end, simulation.state.now + Ticks{sliced.dice.roll(0, 9'000'000)}));
      if (!sliced.dice.once_in(5)) continue;
      const std::string bytes = write_state(simulation.state);
      GroupState copy;
      StateReader(bytes).read(copy);
      REQUIRE(first_difference(copy, simulation.state).empty());
      simulation.state = std::move(copy);
      simulation.scratch = {};
    }
    REQUIRE(first_difference(whole.simulation.state, sliced.simulation.state).empty());
    REQUIRE(state_hash(whole.simulation.state) == state_hash(sliced.simulation.state));
    REQUIRE(whole.simulation.out.size() == sliced.simulation.out.size());
  }
}

TEST_CASE("Random plants: the short way of simple stations changes nothing", "[factory]") {
  std::int64_t simple = 0;
  for (std::uint64_t seed = 2001; seed <= 2150; ++seed) {
    Trial shortly = trial_of(seed), as_any = trial_of(seed);
    INFO("seed " << seed << "\n" << shortly.text);
    for (Station& station : as_any.simulation.plant.stations) {
      simple += station.simple ? 1 : 0;
      station.simple = false;
    }
    shortly.simulation.to(end), as_any.simulation.to(end);
    REQUIRE(first_difference(shortly.simulation.state, as_any.simulation.state).empty());
  }
  CHECK(simple > 200);
}

TEST_CASE("A mix follows its shares within one firing", "[factory]") {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 50; ++trial) {
    const std::int64_t a = 1 + static_cast<std::int64_t>(random() % 97),
                       b = 1 + static_cast<std::int64_t>(random() % (98 - static_cast<std::uint64_t>(a)));
    const std::array<std::int64_t, 3> percent{a, b, 100 - a - b};
    Simulation simulation(plant_of(fmt::format(
        "materials: {{p: {{piece: abstract}}}}\n"
        "recipes:\n  a: {{inputs: {{p: 1}}, outputs: {{p: 1}}}}\n  b: {{inputs: {{p: 1}}, outputs: {{p: "
        "1}}}}\n"
        "  c: {{inputs: {{p: 1}}, outputs: {{p: 1}}}}\n"
        "lines: {{l: {{stations: {{s: {{mix: {{a: {} %, b: {} %, c: {} %}}, from: {{p: endless}}, to: {{p: "
        "shipped}}, cycle: 1 s}}}}}}}}\n",
        percent[0], percent[1], percent[2])));
    simulation.start();
    for (std::int64_t second = 1; second <= 300; ++second) {
      simulation.to(tick_s(second));
      const auto& firings = simulation.station("s").firings;
      const auto starts = static_cast<std::int64_t>(simulation.station("s").starts);
      for (std::size_t op = 0; op < 3; ++op) {
        INFO("shares " << percent[0] << " " << percent[1] << " " << percent[2] << " after " << starts);
        REQUIRE(std::abs(100 * firings[op].started - percent[op] * starts) <= 100);
      }
    }
  }
}
