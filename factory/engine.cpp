#include "factory/engine.hpp"
#include <algorithm>
#include <optional>
#include "core/contract.hpp"
#include "core/variates.hpp"
#include "factory/draws.hpp"

namespace lunafab::factory {
namespace {

bool is_powered(Mode mode) {
  return mode == Mode::starved || mode == Mode::busy || mode == Mode::blocked || mode == Mode::thawing;
}

/// The rules of one group, over its state. All changes of a server's mode go through `enter`.
class Engine {
 public:
  Engine(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key,
         std::vector<ServiceCache>& cache, std::vector<SiteMessage>& out)
      : plant_(plant),
        group_(plant.groups[group]),
        group_index_(group),
        s_(state),
        key_(key),
        cache_(cache),
        out_(out) {
    if (cache_.empty()) cache_.resize(group_.stations.size());
  }

  void start_all() {
    for (const std::uint32_t station : group_.stations) start_waiting(station);
  }

  void run(Tick until) {
    for (;;) {
      const Tick server_due = s_.calendar.next_due();
      const Tick message_due = s_.inbox.empty() ? never : s_.inbox.front().tick;
      if (std::min(server_due, message_due) >= until) break;
      ++s_.events;
      if (message_due <= server_due) {
        s_.now = message_due;
        take_message();
      } else {
        s_.now = server_due;
        on_server(s_.calendar.next_slot());
      }
    }
    s_.now = until;
  }

 private:
  StreamKey stream(const Station& station, Purpose purpose) const {
    return stream_of(station, purpose, key_);
  }
  StationState& state_of(const Station& station) { return s_.stations[station.local]; }
  StoreState& store_state(std::uint32_t store) { return s_.stores[plant_.stores[store].local]; }

  void enter(const Station& station, Server& server, Mode mode) {
    StationState& state = state_of(station);
    state.mode_us[static_cast<std::size_t>(server.mode)] += (s_.now - server.since).us;
    state.starved += (mode == Mode::starved) - (server.mode == Mode::starved);
    state.blocked += (mode == Mode::blocked) - (server.mode == Mode::blocked);
    state.powered += is_powered(mode) - is_powered(server.mode);
    server.mode = mode;
    server.since = s_.now;
  }

  void schedule(const Station& station, std::uint32_t slot, Tick due) {
    if (station.failures.clock == FailureClock::calendar) due = std::min(due, s_.servers[slot].fails_at);
    s_.calendar.set(slot, due);
  }

  // ---- the life of a server
  // ------------------------------------------------------------------------------------

  Ticks service_time(const Station& station, std::uint64_t n) {
    ServiceCache& cache = cache_[station.local];
    if (n - cache.first >= ServiceCache::block) {
      cache.first = n;
      std::array<double, ServiceCache::block> span_s{};
      fill_variates(station.cycle, stream(station, Purpose::service), n, span_s);
      for (std::size_t i = 0; i < span_s.size(); ++i) cache.ticks[i] = to_us(span_s[i] / station.speed);
    }
    return {cache.ticks[n - cache.first]};
  }

  void begin_work(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    enter(station, server, Mode::busy);
    server.run_from = s_.now;
    schedule(station, slot, s_.now + std::min(server.remaining, server.life));
  }

  /// Ends the running stretch: what it did comes off the remaining work and the life.
  void end_stretch(Server& server) {
    const Ticks ran = s_.now - server.run_from;
    server.remaining = server.remaining - ran;
    if (server.life != endless_life) server.life = server.life - ran;
  }

  void on_server(std::uint32_t slot) {
    const Station& station = plant_.stations[group_.station_of_server[slot]];
    Server& server = s_.servers[slot];
    switch (server.mode) {
      case Mode::busy:
        end_stretch(server);
        if (server.remaining.us == 0) {
          finish(station, slot);
        } else {
          fail(station, slot);
        }
        break;
      case Mode::thawing:
        server.thaw_left = server.thaw_left - (s_.now - server.run_from);
        if (server.thaw_left.us == 0) {
          server.icy = 0;
          settle_in(station, slot);
        } else {
          fail(station, slot);
        }
        break;
      case Mode::down:
        repaired(station, slot);
        break;
      default:
        fail(station, slot);
        break;  // only the calendar clock reaches a server that is not at work
    }
  }

  void finish(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    server.done = 1;
    if (station.route != no_route) return depart(station, slot);
    if (!hand_over(station, slot)) {
      enter(station, server, Mode::blocked);
      server.run_from = s_.now;  // its place in the queue for room
      schedule(station, slot, never);
    }
  }

  void fail(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    StationState& state = state_of(station);
    ++state.failures;
    const auto server_number = static_cast<std::uint64_t>(slot - station.first_server);
    const std::uint64_t n = server_number << 32 | server.failures++;
    enter(station, server, Mode::down);
    const double repair_s =
        variate(station.failures.time_to_repair, stream(station, Purpose::time_to_repair), n);
    const Tick repaired_at = s_.now + Ticks{std::max<std::int64_t>(to_us(repair_s), 1)};
    s_.calendar.set(slot, repaired_at);
    draw_life(station, slot - station.first_server, server, repaired_at, key_);
    power_freed(station);
  }

  void repaired(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    const StationState& state = state_of(station);
    if (station.power.any() && state.powered >= state.allowed) return lose_power(station, slot);
    enter(station, server, Mode::starved);
    settle_in(station, slot);
  }

  /// A powered server decides what to do next: thaw, go on, hand over, or look for work.
  void settle_in(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    if (server.icy != 0) {
      enter(station, server, Mode::thawing);
      server.run_from = s_.now;
      schedule(station, slot, s_.now + server.thaw_left);
    } else if (server.done != 0) {
      finish(station, slot);
    } else if (server.loaded != 0) {
      begin_work(station, slot);
    } else {
      enter(station, server, Mode::starved);
      schedule(station, slot, never);
      start_waiting(index_of(station));
    }
  }

  std::uint32_t index_of(const Station& station) const {
    return static_cast<std::uint32_t>(&station - plant_.stations.data());
  }

  // ---- starting work
  // ---------------------------------------------------------------------------------------------

  std::uint32_t next_operation(const Station& station) {
    if (station.mix.size() == 1) return 0;
    const StationState& state = state_of(station);
    std::uint32_t best = 0;
    Int128 largest = 0;
    for (std::uint32_t op = 0; op < station.mix.size(); ++op) {  // the operation furthest behind its share
      const Int128 behind = static_cast<Int128>(state.starts + 1) * station.mix[op].weight -
                            static_cast<Int128>(state.firings[op].started) * 1'000'000;
      if (op == 0 || behind > largest) {
        largest = behind;
        best = op;
      }
    }
    return best;
  }

  bool has_inputs(const Operation& op) {
    for (const Leg& leg : op.take) {
      if (is_store(leg.place) && store_state(leg.place).amount < leg.amount) return false;
    }
    return true;
  }

  /// Lets starved servers of a station begin, as long as inputs last.
  void start_waiting(std::uint32_t station_index) {
    const Station& station = plant_.stations[station_index];
    StationState& state = state_of(station);
    while (state.starved > 0) {
      const std::uint32_t op_index = next_operation(station);
      const Operation& op = station.mix[op_index];
      if (!has_inputs(op)) {
        if (!pull_blocked(op)) return;
        continue;  // what moved may have started this station already
      }
      start(station, op_index);
    }
  }

  /// Asks waiting vehicles and finished producers for what is missing; true if something moved.
  bool pull_blocked(const Operation& op) {
    for (const Leg& leg : op.take) {
      if (!is_store(leg.place) || store_state(leg.place).amount >= leg.amount) continue;
      if (unload_first(leg.place) || admit_blocked(leg.place)) return true;
    }
    return false;
  }

  /// The first starved server begins.
  void start(const Station& station, std::uint32_t op_index) {
    begin(station, op_index);
    for (const Leg& leg : station.mix[op_index].take) {
      if (is_store(leg.place)) room_in(leg.place);
    }
  }

  /// The same without a word to those who wait for the room it leaves.
  void begin(const Station& station, std::uint32_t op_index) {
    std::uint32_t slot = station.first_server;
    while (s_.servers[slot].mode != Mode::starved) ++slot;
    Server& server = s_.servers[slot];
    StationState& state = state_of(station);
    const Operation& op = station.mix[op_index];
    server.op = static_cast<std::uint16_t>(op_index);
    server.loaded = 1;
    server.done = 0;
    server.piece = 0;
    const std::uint64_t n = state.starts++;
    ++state.firings[op_index].started;
    server.good = static_cast<std::uint8_t>(station.yield >= 1.0 ||
                                            uniform(stream(station, Purpose::yield), n) < station.yield);
    server.remaining = service_time(station, n);
    for (const Leg& leg : op.take) {
      if (is_store(leg.place)) take_from(leg, server);
    }
    if (op.makes_satellite != 0) {
      server.piece = static_cast<std::uint64_t>(group_index_) << 40 | ++s_.satellites_begun;
      out_.push_back({.tick = s_.now,
                      .kind = SiteMessage::Kind::building,
                      .material = op.put.front().material,
                      .id = server.piece});
    }
    begin_work(station, slot);
  }

  void take_from(const Leg& leg, Server& server) {
    StoreState& store = store_state(leg.place);
    store.issued += leg.amount;
    change_level(store, -leg.amount);
    if (!plant_.tracks_pieces(leg.place)) return;
    for (std::int64_t i = 0; i < leg.amount; ++i) {
      const Piece piece = store.pieces.pop();
      ++store.waits;
      store.wait_us += (s_.now - piece.since).us;
      if (piece.id != 0) server.piece = piece.id;
    }
  }

  void change_level(StoreState& store, std::int64_t change) {
    store.amount += change;
    store.level.set(s_.now, store.amount);
  }

  // ---- finishing work
  // --------------------------------------------------------------------------------------------

  // A hand-over may pass more through a store than it can hold, if starved consumers take the excess at once
  // (a store without places only ever passes on). Who takes part is found before anything moves: the plan
  // starts with what one server or vehicle brings; while a store would be left above its capacity, a consumer
  // of it is added, with the blocked servers and waiting vehicles that bring what this consumer still lacks.

  struct Change {
    std::uint32_t place;
    std::int64_t amount;
  };
  struct Actor {
    enum class Kind : std::uint8_t { server, vehicle, consumer } kind;
    std::uint32_t of;  ///< slot; store where the vehicle waits; station
    friend bool operator==(Actor, Actor) = default;
  };
  /// Where the plans under way began: they nest, as what one moves lets others move.
  struct Plan {
    std::size_t changes, actors;
  };

  Plan open_plan() const { return {changes_.size(), actors_.size()}; }
  void drop(Plan plan) {
    changes_.resize(plan.changes);
    actors_.resize(plan.actors);
  }

  /// Puts a plan made above another in its place.
  void replace(Plan plan, Plan by) {
    const auto at = [](auto& list, std::size_t i) {
      return list.begin() + static_cast<std::ptrdiff_t>(i);
    };
    changes_.erase(at(changes_, plan.changes), at(changes_, by.changes));
    actors_.erase(at(actors_, plan.actors), at(actors_, by.actors));
  }

  /// Level of a store once the plan's servers and vehicles have put, and its consumers have taken.
  std::int64_t planned(Plan plan, std::uint32_t place) {
    std::int64_t full = store_state(place).amount, taken = 0;
    for (std::size_t i = plan.changes; i < changes_.size(); ++i) {
      if (changes_[i].place == place) (changes_[i].amount > 0 ? full : taken) += changes_[i].amount;
    }
    const Store& store = plant_.stores[place];
    if (store.when_full != WhenFull::block) full = std::min(full, store.capacity);
    return full + taken;
  }
  std::int64_t times_in(Plan plan, Actor actor) const {
    return std::count(actors_.begin() + static_cast<std::ptrdiff_t>(plan.actors), actors_.end(), actor);
  }

  void add_server(const Station& station, std::uint32_t slot) {
    const Server& server = s_.servers[slot];
    const Operation& op = station.mix[server.op];
    actors_.push_back({Actor::Kind::server, slot});
    if (server.good == 0) return note_change(station.scrap, op.scrap_mg);
    for (const Leg& leg : op.put) note_change(leg.place, leg.amount);
  }
  void add_vehicle(std::uint32_t store) {
    actors_.push_back({Actor::Kind::vehicle, store});
    note_change(store, store_state(store).inbound.front().amount);
  }
  void note_change(std::uint32_t place, std::int64_t amount) {
    if (is_store(place)) changes_.push_back({place, amount});
  }

  /// Adds consumers until no store is left above its capacity; drops the plan where that cannot be.
  bool complete(Plan plan) {
    for (std::size_t i = plan.changes; i < changes_.size(); ++i) {
      const std::uint32_t place = changes_[i].place;
      const Store& store = plant_.stores[place];
      if (store.when_full != WhenFull::block || changes_[i].amount < 0) continue;
      while (planned(plan, place) > store.capacity) {
        if (add_any_consumer(plan, place, Choice::settles) || add_any_consumer(plan, place, Choice::takes) ||
            add_any_consumer(plan, place, Choice::gathers)) {
          continue;
        }
        drop(plan);
        return false;
      }
    }
    return true;
  }

  /// Which consumers are looked for, the simplest first.
  enum class Choice : std::uint8_t {
    settles,  ///< leaves no more than the capacity
    takes,    ///< has all it needs
    gathers   ///< gets what it lacks from waiting servers and vehicles
  };

  bool add_any_consumer(Plan plan, std::uint32_t place, Choice choice) {
    const auto& consumers = plant_.stores[place].consumers;
    return std::any_of(consumers.begin(), consumers.end(),
                       [&](std::uint32_t consumer) { return add_consumer(plan, consumer, place, choice); });
  }

  /// Adds a starved server of `consumer` that takes from `place`, if all it needs comes together.
  bool add_consumer(Plan plan, std::uint32_t consumer, std::uint32_t place, Choice choice) {
    const Station& station = plant_.stations[consumer];
    const Actor actor{Actor::Kind::consumer, consumer};
    const std::int64_t claimed = times_in(plan, actor);
    if (state_of(station).starved <= claimed) return false;
    if (claimed > 0 && station.mix.size() > 1) return false;  // its next operation may be another
    const Operation& op = station.mix[next_operation(station)];
    if (std::none_of(op.take.begin(), op.take.end(), [&](const Leg& leg) { return leg.place == place; }))
      return false;
    const Plan before = open_plan();
    for (const Leg& leg : op.take) {
      if (!is_store(leg.place)) continue;
      while (planned(plan, leg.place) < leg.amount) {
        if (choice == Choice::gathers && add_giver(plan, leg.place)) continue;
        drop(before);
        return false;
      }
      note_change(leg.place, -leg.amount);
    }
    if (choice == Choice::settles && planned(plan, place) > plant_.stores[place].capacity) {
      drop(before);
      return false;
    }
    actors_.push_back(actor);
    return true;
  }

  /// Adds the vehicle, or else the longest blocked server, that waits to bring more to `place`.
  bool add_giver(Plan plan, std::uint32_t place) {
    if (!store_state(place).inbound.empty() && times_in(plan, {Actor::Kind::vehicle, place}) == 0) {
      add_vehicle(place);
      return true;
    }
    const auto slot = longest_blocked(place, [&](const Station& station, std::uint32_t candidate) {
      return brings(station, s_.servers[candidate], place) &&
             times_in(plan, {Actor::Kind::server, candidate}) == 0;
    });
    if (!slot) return false;
    add_server(station_of(*slot), *slot);
    return true;
  }

  static bool brings(const Station& station, const Server& server, std::uint32_t place) {
    if (server.good == 0) return station.scrap == place;
    const auto& put = station.mix[server.op].put;
    return std::any_of(put.begin(), put.end(), [&](const Leg& leg) { return leg.place == place; });
  }

  /// The blocked producer of a store that has waited longest, among those that `accept` takes.
  std::optional<std::uint32_t> longest_blocked(std::uint32_t store, auto&& accept) {
    std::optional<std::uint32_t> best;
    for (const std::uint32_t producer : plant_.stores[store].producers) {
      const Station& station = plant_.stations[producer];
      if (state_of(station).blocked == 0) continue;
      const std::uint32_t end = station.first_server + static_cast<std::uint32_t>(station.servers);
      for (std::uint32_t slot = station.first_server; slot < end; ++slot) {
        const Server& server = s_.servers[slot];
        if (server.mode != Mode::blocked) continue;
        if (best && server.run_from >= s_.servers[*best].run_from) continue;
        if (accept(station, slot)) best = slot;
      }
    }
    return best;
  }

  const Station& station_of(std::uint32_t slot) const {
    return plant_.stations[group_.station_of_server[slot]];
  }

  /// Carries out a completed plan: all put, all take, and only then do others hear of it.
  void carry_out(Plan plan) {
    const std::size_t end = actors_.size();
    for (std::size_t i = plan.actors; i < end; ++i) {
      if (actors_[i].kind == Actor::Kind::server) put_outputs(station_of(actors_[i].of), actors_[i].of);
      if (actors_[i].kind == Actor::Kind::vehicle) unload(actors_[i].of);
    }
    for (std::size_t i = plan.actors; i < end; ++i) {
      if (actors_[i].kind != Actor::Kind::consumer) continue;
      const Station& station = plant_.stations[actors_[i].of];
      begin(station, next_operation(station));
    }
    const std::size_t last_change = changes_.size();
    for (std::size_t i = plan.changes; i < last_change; ++i) {
      if (changes_[i].amount < 0) room_in(changes_[i].place);
    }
    for (std::size_t i = plan.changes; i < last_change; ++i) {
      if (changes_[i].amount > 0) wake_consumers(changes_[i].place);
    }
    for (std::size_t i = plan.actors; i < end; ++i) {
      if (actors_[i].kind == Actor::Kind::server) start_waiting(index_of(station_of(actors_[i].of)));
    }
    drop(plan);
  }

  void put_in(std::uint32_t place, std::int64_t amount, std::uint64_t id) {
    if (!is_store(place)) return;
    const Store& store = plant_.stores[place];
    StoreState& state = store_state(place);
    state.received += amount;
    std::int64_t kept = amount;
    if (store.when_full != WhenFull::block)
      kept = std::min(amount, std::max<std::int64_t>(store.capacity - state.amount, 0));
    state.overflowed += amount - kept;
    change_level(state, kept);
    if (plant_.tracks_pieces(place)) {
      for (std::int64_t i = 0; i < kept; ++i) state.pieces.push({s_.now, id});
    }
  }

  /// Hands a finished firing over if there is room for every output; the server then looks for new work.
  bool hand_over(const Station& station, std::uint32_t slot) {
    if (fits(station, s_.servers[slot])) {  // what is nearly always so needs no plan
      hand_over_plainly(station, slot);
      return true;
    }
    const Plan plan = open_plan();
    add_server(station, slot);
    if (!complete(plan)) return false;
    carry_out(plan);
    return true;
  }

  bool fits(const Station& station, const Server& server) {
    const Operation& op = station.mix[server.op];
    if (server.good == 0) return has_room(station.scrap, op.scrap_mg);
    return std::all_of(op.put.begin(), op.put.end(),
                       [&](const Leg& leg) { return has_room(leg.place, leg.amount); });
  }
  bool has_room(std::uint32_t place, std::int64_t amount) {
    if (!is_store(place)) return true;
    const Store& store = plant_.stores[place];
    return store.when_full != WhenFull::block || amount <= store.capacity - store_state(place).amount;
  }

  void hand_over_plainly(const Station& station, std::uint32_t slot) {
    const Server& server = s_.servers[slot];
    const bool good = server.good != 0;
    const Operation& op = station.mix[server.op];
    put_outputs(station, slot);
    if (!good && is_store(station.scrap)) wake_consumers(station.scrap);
    if (good) {
      for (const Leg& leg : op.put) {
        if (is_store(leg.place)) wake_consumers(leg.place);
      }
    }
    start_waiting(index_of(station));
  }

  /// Empties a finished server into its outputs.
  void put_outputs(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    Firings& firings = state_of(station).firings[server.op];
    const Operation& op = station.mix[server.op];
    if (server.good == 0) {
      put_in(station.scrap, op.scrap_mg, 0);
      ++firings.scrapped;
    } else {
      for (const Leg& leg : op.put)
        put_in(leg.place, leg.amount, plant_.is_satellite[leg.material] != 0 ? server.piece : 0);
      ++firings.good;
    }
    tell_satellite(op, server);
    server.loaded = server.done = 0;
    server.piece = 0;
    enter(station, server, Mode::starved);
    schedule(station, slot, never);
  }

  void tell_satellite(const Operation& op, const Server& server) {
    if (server.piece == 0) return;
    if (server.good != 0 && op.makes_satellite == 0) return;  // passes through unchanged
    const auto kind = server.good != 0 ? SiteMessage::Kind::built : SiteMessage::Kind::scrapped;
    out_.push_back({.tick = s_.now, .kind = kind, .material = op.put.front().material, .id = server.piece});
  }

  void wake_consumers(std::uint32_t store) {
    for (const std::uint32_t consumer : plant_.stores[store].consumers) start_waiting(consumer);
  }

  /// A store has room again: waiting vehicles first, then blocked servers, longest wait first.
  void room_in(std::uint32_t store) {
    while (unload_first(store)) {
    }
    while (admit_blocked(store)) {
    }
  }

  /// Lets the longest blocked producer of a store that can hand over do so; false if none can.
  bool admit_blocked(std::uint32_t store) {
    const Plan plan = open_plan();
    const auto slot = longest_blocked(store, [&](const Station& station, std::uint32_t candidate) {
      const Plan trial = open_plan();
      add_server(station, candidate);
      if (!complete(trial)) return false;
      replace(plan, trial);
      return true;
    });
    if (!slot) return false;
    carry_out(plan);
    return true;
  }

  // ---- vehicles
  // --------------------------------------------------------------------------------------------------

  void depart(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    const Leg& load = station.mix[server.op].take.front();
    SiteMessage message{.tick = s_.now,
                        .kind = SiteMessage::Kind::departed,
                        .route = station.route,
                        .server = slot,
                        .amount = load.amount};
    if (server.piece != 0) message.ids.push_back(server.piece);
    out_.push_back(std::move(message));
    ++state_of(station).firings[server.op].good;
    server.loaded = server.done = 0;
    server.piece = 0;
    enter(station, server, Mode::away);
    s_.calendar.set(slot, never);
    power_freed(station);
  }

  /// Unloads the vehicle that has waited longest at a store, if there is room for its load.
  bool unload_first(std::uint32_t store) {
    if (store_state(store).inbound.empty()) return false;
    const Plan plan = open_plan();
    add_vehicle(store);
    if (!complete(plan)) return false;
    carry_out(plan);
    return true;
  }

  void unload(std::uint32_t store) {
    StoreState& state = store_state(store);
    const Inbound load = std::move(state.inbound.front());
    state.inbound.erase(state.inbound.begin());
    if (load.ids.empty()) {
      put_in(store, load.amount, 0);
    } else {
      for (const std::uint64_t id : load.ids) put_in(store, 1, id);
    }
    state.arrived += load.amount;
    if (load.route == no_route) return;
    out_.push_back({.tick = s_.now,
                    .kind = SiteMessage::Kind::unloaded,
                    .route = load.route,
                    .server = load.server,
                    .ids = {}});
  }

  void vehicle_back(const GroupMessage& message) {
    const Station& station = plant_.stations[message.station];
    const std::uint32_t slot = message.load.server;
    Server& server = s_.servers[slot];
    if (station.failures.clock == FailureClock::operating) {  // the road wears the vehicle too
      server.life = server.life - message.trip;
      if (server.life.us <= 0) return fail(station, slot);
    }
    if (station.failures.clock == FailureClock::calendar && server.fails_at <= s_.now)
      return fail(station, slot);
    repaired(station, slot);
  }

  // ---- power
  // -----------------------------------------------------------------------------------------------------

  /// Takes power from a server, keeping it alive if hold power is left.
  void lose_power(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    if (server.mode == Mode::busy) end_stretch(server);
    if (server.mode == Mode::thawing) server.thaw_left = server.thaw_left - (s_.now - server.run_from);
    if (station.power.hold_mW == 0) {
      enter(station, server, Mode::no_power);
    } else if (held_servers(station) < state_of(station).held_allowed && server.icy == 0) {
      enter(station, server, Mode::held);
    } else {
      freeze(station, server);
    }
    schedule(station, slot, never);
  }

  std::int32_t held_servers(const Station& station) const {
    const auto first = s_.servers.begin() + station.first_server;
    return static_cast<std::int32_t>(std::count_if(
        first, first + station.servers, [](const Server& server) { return server.mode == Mode::held; }));
  }

  /// Gives a server's power back to the waiting ones of its station.
  void power_freed(const Station& station) {
    if (station.power.any()) hand_out_power(station);
  }

  void apply_grant(const GroupMessage::Grant& grant) {
    const Station& station = plant_.stations[grant.station];
    StationState& state = state_of(station);
    state.allowed = grant.running;
    state.held_allowed = grant.held;
    for (const Mode victim : {Mode::starved, Mode::blocked, Mode::thawing, Mode::busy}) {
      for (std::int32_t i = station.servers; i-- > 0 && state.powered > state.allowed;) {
        const std::uint32_t slot = station.first_server + static_cast<std::uint32_t>(i);
        if (s_.servers[slot].mode == victim) lose_power(station, slot);
      }
    }
    hand_out_power(station);
    freeze_beyond_hold(station);
  }

  /// Gives free grants to unpowered servers, those with work in hand first.
  void hand_out_power(const Station& station) {
    const StationState& state = state_of(station);
    for (const bool with_work : {true, false}) {
      for (std::int32_t i = 0; i < station.servers && state.powered < state.allowed; ++i) {
        const std::uint32_t slot = station.first_server + static_cast<std::uint32_t>(i);
        Server& server = s_.servers[slot];
        const bool waiting =
            server.mode == Mode::no_power || server.mode == Mode::held || server.mode == Mode::frozen;
        if (!waiting || (server.loaded != 0) != with_work) continue;
        enter(station, server, Mode::starved);
        settle_in(station, slot);
      }
    }
  }

  void freeze_beyond_hold(const Station& station) {
    if (station.power.hold_mW == 0) return;
    std::int32_t excess = held_servers(station) - state_of(station).held_allowed;
    for (std::int32_t i = station.servers; i-- > 0 && excess > 0;) {
      const std::uint32_t slot = station.first_server + static_cast<std::uint32_t>(i);
      if (s_.servers[slot].mode != Mode::held) continue;
      freeze(station, s_.servers[slot]);
      --excess;
    }
  }

  void freeze(const Station& station, Server& server) {
    server.icy = 1;
    server.thaw_left = station.thaw;
    enter(station, server, Mode::frozen);
  }

  // ---- messages
  // --------------------------------------------------------------------------------------------------

  void take_message() {
    std::pop_heap(s_.inbox.begin(), s_.inbox.end(), later);
    const GroupMessage message = std::move(s_.inbox.back());
    s_.inbox.pop_back();
    switch (message.kind) {
      case GroupMessage::Kind::grant:
        for (const auto& grant : message.grants) apply_grant(grant);
        break;
      case GroupMessage::Kind::arrival:
        store_state(message.store).inbound.push_back(message.load);
        while (unload_first(message.store)) {
        }
        break;
      case GroupMessage::Kind::vehicle_back:
        vehicle_back(message);
        break;
    }
  }

  const Plant& plant_;
  const Group& group_;
  std::uint32_t group_index_;
  GroupState& s_;
  RunKey key_;
  std::vector<ServiceCache>& cache_;
  std::vector<SiteMessage>& out_;
  std::vector<Change> changes_;  ///< of the plans under way, innermost last
  std::vector<Actor> actors_;
};

}  // namespace

void start_up(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key,
              std::vector<ServiceCache>& cache, std::vector<SiteMessage>& out) {
  Engine(plant, group, state, key, cache, out).start_all();
}

void advance(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
             std::vector<ServiceCache>& cache, std::vector<SiteMessage>& out) {
  expects(until >= state.now, "engine: time runs forwards");
  Engine(plant, group, state, key, cache, out).run(until);
}

}  // namespace lunafab::factory
