#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <vector>
#include "factory/draws.hpp"
#include "factory/engine.hpp"
#include "factory/store_flow.hpp"

// The rules of one group over its state; the parts of the engine share this, nobody else includes it.
namespace lunafab::factory {

/// All changes of a server's mode go through `enter`. What every firing passes through is in engine.cpp; what
/// only some stations know is in a file of its own.
class Engine {
 public:
  Engine(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Scratch& scratch,
         std::vector<SiteMessage>& out)
      : plant_(plant),
        group_(plant.groups[group]),
        group_index_(group),
        s_(state),
        key_(key),
        scratch_(scratch),
        out_(out) {
    if (scratch_.services.empty()) scratch_.services.resize(group_.stations.size());
  }

  void start_all();
  void run(Tick until);

 private:
  enum class Output : std::uint8_t { good, reworked, scrap };

  // ---- shared by all parts

  StreamKey stream(const Station& station, Purpose purpose) const {
    return stream_of(station, purpose, key_);
  }
  StreamKey stream(std::uint32_t entity, Purpose purpose) const {
    return {key_.seed, key_.replication, entity, purpose};
  }
  StationState& state_of(const Station& station) { return s_.stations[station.local]; }
  StoreState& store_state(std::uint32_t store) { return s_.stores[plant_.stores[store].local]; }
  std::uint32_t index_of(const Station& station) const {
    return static_cast<std::uint32_t>(&station - plant_.stations.data());
  }
  const Station& station_of(std::uint32_t slot) const {
    return plant_.stations[group_.station_of_server[slot]];
  }
  static std::uint32_t end_slot(const Station& station) {
    return station.first_server + static_cast<std::uint32_t>(station.servers);
  }

  void enter(const Station& station, Server& server, Mode mode) {
    if (watched_) note_mode(station, server, mode);
    StationState& state = state_of(station);
    state.mode_us[static_cast<std::size_t>(server.mode)] += (s_.now - server.since).us;
    state.starved += (mode == Mode::starved) - (server.mode == Mode::starved);
    state.blocked += (mode == Mode::blocked) - (server.mode == Mode::blocked);
    state.powered += is_powered(mode) - is_powered(server.mode);
    if (server.gated != 0) {
      --state.gated;
      server.gated = 0;
    }
    server.mode = mode;
    server.since = s_.now;
  }

  /// The server acts again at `due`, or when a failure of the calendar kind comes before.
  void schedule(std::uint32_t slot, Tick due) {
    s_.calendar.set(slot, std::min(due, s_.servers[slot].fails_at));
  }
  /// Sets the calendar of a server that has become free, if it still is.
  void stand_by(std::uint32_t slot) {
    const Server& server = s_.servers[slot];
    if (server.mode == Mode::starved || server.gated != 0) rest(slot);
  }
  /// A free server acts when it is called, or for its upkeep.
  void rest(std::uint32_t slot) { schedule(slot, s_.servers[slot].maintain_at); }

  /// Ends the running stretch of work: what it did comes off the remaining work and the life.
  void end_stretch(Server& server) {
    const Ticks ran = s_.now - server.run_from;
    server.run_from = s_.now;
    server.remaining = server.remaining - ran;
    server.worked = server.worked + ran;
    if (server.life != endless_life) server.life = server.life - ran;
  }

  // ---- engine.cpp: what every firing passes through

  void on_other_slot(std::uint32_t slot);
  Ticks service_time(const Station& station, std::uint64_t n) {
    ServiceCache& cache = scratch_.services[station.local];
    if (n - cache.first >= ServiceCache::block) draw_services(station, n, key_, cache);
    return {cache.ticks[n - cache.first]};
  }
  void begin_work(const Station& station, std::uint32_t slot) {
    Server& server = s_.servers[slot];
    enter(station, server, Mode::busy);
    server.run_from = s_.now;
    schedule(slot, s_.now + std::min(server.remaining, server.life));
  }
  void on_server(std::uint32_t slot);
  void finish(const Station& station, std::uint32_t slot);
  void settle_in(const Station& station, std::uint32_t slot);
  /// A server without work: off duty, under maintenance, or waiting. Its calendar is set once nothing starts
  /// on it: `stand_by`.
  void become_free(const Station& station, std::uint32_t slot) {
    if (state_of(station).off != 0) return go_off(station, slot);
    if (station.maintained && maintain(station, slot)) return;
    enter(station, s_.servers[slot], Mode::starved);
  }
  void go_off(const Station& station, std::uint32_t slot) {
    enter(station, s_.servers[slot], Mode::off);
    power_freed(station);
    rest(slot);
  }
  void proceed(const Station& station, std::uint32_t slot);

  std::uint32_t next_operation(const Station& station);
  bool has_inputs(const Operation& op);
  /// Lets free servers of a station begin, as long as inputs and, where it must be there before, room last.
  void start_waiting(const Station& station) {
    if (!station.simple) return start_any(station);
    if (state_of(station).starved > 0) start_simple(station);
  }
  void start_any(const Station& station);
  bool pull_blocked(const Operation& op);
  void start(const Station& station, std::uint32_t op_index, std::int32_t batch);
  void begin(const Station& station, std::uint32_t op_index, std::int32_t batch);
  std::uint32_t free_server(const Station& station, std::uint16_t setup) const;
  void take_from(const Leg& leg, Server& server) {
    if (!is_store(leg.place)) return;
    take(plant_.stores[leg.place], store_state(leg.place), leg.amount * server.batch, server, s_.now);
  }
  bool hand_over(const Station& station, std::uint32_t slot);
  bool fits(const Station& station, const Server& server);
  bool has_room(std::uint32_t place, std::int64_t amount) {
    return !is_store(place) || amount == 0 ||
           factory::has_room(plant_.stores[place], store_state(place), amount);
  }
  void hand_over_plainly(const Station& station, std::uint32_t slot);
  void put_outputs(const Station& station, std::uint32_t slot);
  void put_in(std::uint32_t place, std::int64_t amount, const Piece& piece) {
    if (is_store(place)) put(plant_.stores[place], store_state(place), amount, piece);
  }
  void wake_consumers(std::uint32_t store) {
    for (const std::uint32_t consumer : plant_.stores[store].consumers)
      start_waiting(plant_.stations[consumer]);
  }
  /// A store has room again: waiting vehicles first, then blocked servers, longest wait first.
  void room_in(std::uint32_t store) {
    if (anyone_waits(store)) let_in_those_who_wait(store);
  }
  /// Vehicles, or servers of its producers.
  bool anyone_waits(std::uint32_t store) {
    std::int32_t blocked = 0;
    for (const std::uint32_t producer : plant_.stores[store].producers)
      blocked += state_of(plant_.stations[producer]).blocked;
    return blocked > 0 || !store_state(store).inbound.empty();
  }
  void let_in_those_who_wait(std::uint32_t store);
  void tell_satellite(const Operation& op, const Server& server);
  /// Calls `body(place, amount, output)` for all that a server puts when it hands over.
  template <class Body>
  void each_output(const Station& station, const Server& server, Body body) const {
    const Operation& op = station.mix[server.op];
    const std::int32_t bad = server.batch - server.good;
    for (const Leg& leg : op.put) {
      if (server.good > 0) body(leg.place, leg.amount * server.good, Output::good);
    }
    if (bad == 0) return;
    if (goes_back(station, server)) {
      body(station.rules.rework.to, op.put.front().amount * bad, Output::reworked);
    } else {
      body(station.scrap, op.scrap_mg * bad, Output::scrap);
    }
  }
  static bool goes_back(const Station& station, const Server& server) {
    return server.reworks < station.rules.rework.limit;
  }

  // ---- simple_stations.cpp: the same for stations that need not be asked for more

  void start_simple(const Station& station);
  void begin_simple(const Station& station);
  /// With room for it, and no need of a plan.
  bool hands_over_simply(const Station& station, const Server& server) {
    if (!station.simple || server.good == 0) return false;
    const Leg& leg = station.mix.front().put.front();
    return has_room(leg.place, leg.amount);
  }
  bool anyone_takes(std::uint32_t store);
  bool hand_over_simply(const Station& station, std::uint32_t slot);

  // ---- firing_rules.cpp: batches, room before service, the choice of operations, sampling

  std::int32_t batch_of(const Station& station, const Operation& op);
  std::int64_t firings_at_hand(const Operation& op);
  bool reserve_room(const Operation& op, std::int32_t batch);
  void gate(const Station& station, const Operation& op);
  void ungate(const Station& station);
  void wake_gated(std::uint32_t store);
  std::uint32_t choose_operation(const Station& station);
  void prepare(const Station& station, std::uint32_t slot);
  void change_over(const Station& station, std::uint32_t slot, std::uint16_t to);
  void on_batch_timer(std::uint32_t local);

  // ---- hand_over.cpp: plans that move several at once

  using Actor = PlannedActor;
  /// Where the plans under way began: they nest, as what one moves lets others move.
  struct Plan {
    std::size_t changes, actors;
  };
  /// Which consumers are looked for, the simplest first.
  enum class Choice : std::uint8_t {
    settles,  ///< leaves no more than the capacity
    takes,    ///< has all it needs
    gathers   ///< gets what it lacks from waiting servers and vehicles
  };
  Plan open_plan() const { return {scratch_.changes.size(), scratch_.actors.size()}; }
  void drop(Plan plan);
  void replace(Plan plan, Plan by);
  std::int64_t planned(Plan plan, std::uint32_t place);
  std::int64_t times_in(Plan plan, Actor actor) const;
  void add_server(const Station& station, std::uint32_t slot);
  void add_vehicle(std::uint32_t store);
  void note_change(std::uint32_t place, std::int64_t amount);
  bool complete(Plan plan);
  bool add_any_consumer(Plan plan, std::uint32_t place, Choice choice);
  bool add_consumer(Plan plan, std::uint32_t consumer, std::uint32_t place, Choice choice);
  bool add_giver(Plan plan, std::uint32_t place);
  bool brings(const Station& station, const Server& server, std::uint32_t place) const;
  template <class Accept>
  std::optional<std::uint32_t> longest_blocked(std::uint32_t store, Accept&& accept);
  void carry_out(Plan plan);
  bool hand_over_by_plan(const Station& station, std::uint32_t slot);
  bool admit_blocked(std::uint32_t store);
  bool unload_first(std::uint32_t store);
  void unload(std::uint32_t store);

  // ---- interruptions.cpp: failures, maintenance, shifts

  UpkeepDue& due_of(const Station& station, std::uint32_t slot, std::size_t upkeep) {
    return s_.upkeep[upkeep_place(station, slot, upkeep)];
  }
  void refresh_dues(const Station& station, std::uint32_t slot);
  void fail(const Station& station, std::uint32_t slot);
  bool maintain(const Station& station, std::uint32_t slot);
  void begin_upkeep(const Station& station, std::uint32_t slot, Ticks travel);
  void upkeep_done(const Station& station, std::uint32_t slot);
  void come_back(const Station& station, std::uint32_t slot);
  Ticks firing_time_anew(const Station& station);
  void stop_work(const Station& station, std::uint32_t slot, Interruption policy);
  void on_calendar(std::uint32_t number);
  void end_shift(const Station& station);
  void begin_shift(const Station& station);

  // ---- crews.cpp: units of resources

  const std::vector<Need>& needs_of(const Station& station, const Server& server, Errand errand) const;
  void call_crew(const Station& station, std::uint32_t slot, Errand errand);
  void serve_requests();
  bool send_crew(const CrewRequest& request);
  std::optional<std::uint32_t> idle_unit(std::uint32_t skill, std::uint32_t station) const;
  bool preempt_for(const CrewRequest& request);
  std::int32_t priority_of(std::uint32_t slot) const;
  bool may_be_left(std::uint32_t slot) const;
  void crew_here(const Station& station, std::uint32_t slot, Errand errand, Ticks travel);
  void release_crew(std::uint32_t slot);
  void withdraw(std::uint32_t slot);
  void set_unit(std::uint32_t unit, UnitMode mode);
  void look_after(std::uint32_t unit);
  void on_unit(std::uint32_t unit);

  // ---- releases.cpp, lots.cpp: lots on their routes

  const Step& step_of(const Lot& lot) const { return plant_.products[lot.product].steps[lot.step]; }
  ProductState& product_state(const Lot& lot) { return s_.lots.products[plant_.products[lot.product].local]; }
  static std::uint64_t visit_number(const Lot& lot) { return lot.serial << 8 | (lot.visits & 0xff); }
  void on_release(std::uint32_t number);
  void let_in_waiting();
  bool admits(const Release& release) const;
  void let_in(const Release& release);
  void count_under_limit(const Lot& lot, std::uint32_t step, std::int64_t sign);
  void move_to(Lot& lot, std::uint32_t step);
  void send_on(std::uint32_t lot);
  void on_move();
  void join_queue(std::uint32_t lot);
  void leave_plant(std::uint32_t lot);
  void start_lots(const Station& station);
  void begin_lots(const Station& station, std::uint32_t slot);
  void drop_late(const Station& station);
  void let_go(std::size_t first);
  bool in_time(const Station& station, std::uint32_t lot);
  void take_parts(const Step& step);
  void finish_lots(const Station& station, std::uint32_t slot);
  bool room_for_parts(std::uint32_t slot);
  void retry_parts(const Station& station);
  void judge(const Station& station, std::uint32_t slot, Lot& lot);
  bool pass_on(const Station& station, std::uint32_t slot);
  void keep_place(const Lot& lot, std::int64_t sign);
  void wait_for_place(const Lot& lot, std::uint32_t slot);
  std::uint32_t waiting_for(std::uint32_t slot, const Station& station) const;
  bool has_place(const Lot& lot);
  void admit_lots(const Station& station);
  void scrap_lots(std::uint32_t slot);
  Ticks step_time(const Station& station, const Lot& lot, const StreamKey& key, std::uint64_t n) const;
  Ticks lots_time_anew(const Station& station, const Server& server);

  // ---- dispatch.cpp: which lots a free server takes

  using Score = DispatchScore;
  bool parts_at_hand(const Step& step);
  std::uint32_t server_for(const Station& station, const Lot& lot) const;
  Score score(const Station& station, const Lot& lot, const Server* server) const;
  void line_up(const Station& station, std::uint32_t index);
  bool choose_lots(const Station& station);
  bool choose_batch(const Station& station);

  // ---- power.cpp

  void lose_power(const Station& station, std::uint32_t slot);
  std::int32_t held_servers(const Station& station) const;
  void power_freed(const Station& station) {
    if (station.power.any()) hand_out_power(station);
  }
  void apply_grant(const GroupMessage::Grant& grant);
  void hand_out_power(const Station& station);
  void freeze_beyond_hold(const Station& station);
  void freeze(const Station& station, Server& server);

  // ---- watch.cpp: bottleneck and Gantt chart on request

  void note_mode(const Station& station, const Server& server, Mode mode) {
    if (plant_.watch.gantt.most > 0) draw_bar_of(server);
    const std::int32_t change = is_active(server.mode) - is_active(mode);
    if (change != 0 && plant_.watch.bottleneck) s_.watch.stations[station.local].count_idle(change, s_.now);
  }
  void draw_bar_of(const Server& server);
  void find_bottleneck();
  bool lacks_bottleneck() const {
    const WatchState& watch = s_.watch;
    return watch.bottleneck == no_station || watch.stations[watch.bottleneck].idle > 0;
  }

  // ---- messages, vehicles

  void take_message();
  void depart(const Station& station, std::uint32_t slot);
  void vehicle_back(const GroupMessage& message);

  const Plant& plant_;
  const Group& group_;
  std::uint32_t group_index_;
  GroupState& s_;
  RunKey key_;
  Scratch& scratch_;
  std::vector<SiteMessage>& out_;
  bool serving_requests_ = false;
  std::uint32_t chosen_slot_ = no_slot;
  bool letting_in_ = false;
  const bool watched_ = plant_.watch.any();
};

}  // namespace lunafab::factory
