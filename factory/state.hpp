#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>
#include "core/calendar.hpp"
#include "core/integer.hpp"
#include "core/statistics.hpp"
#include "core/tick.hpp"
#include "factory/lot_state.hpp"
#include "factory/upkeep.hpp"
#include "factory/watch.hpp"

// The state of a line group: plain data, indices only, so that it can be copied, hashed and written.
namespace lunafab::factory {

/// What a server is doing; every moment of every server is booked under one of these.
enum class Mode : std::uint8_t {
  starved,  ///< powered, no input
  busy,
  blocked,   ///< finished, an output has no room
  down,      ///< failed, under repair
  no_power,  ///< not granted
  held,      ///< not granted, kept alive by hold power
  frozen,    ///< lost its hold power
  thawing,
  away,         ///< a vehicle on the road
  setup,        ///< changing over
  no_resource,  ///< has what it needs but for people, robots or tools
  maintenance,  ///< planned, waiting for its crew included
  off           ///< outside its working hours
};
inline constexpr std::size_t mode_count = 13;
constexpr bool is_one_of(Mode mode, std::initializer_list<Mode> modes) {
  std::uint32_t bits = 0;
  for (const Mode each : modes) bits |= 1u << static_cast<unsigned>(each);
  return (bits >> static_cast<unsigned>(mode) & 1u) != 0;
}
constexpr bool is_powered(Mode mode) {
  return is_one_of(mode,
                   {Mode::starved, Mode::busy, Mode::blocked, Mode::thawing, Mode::setup, Mode::no_resource});
}
/// At work, or being made ready for it: what comes has to wait.
constexpr bool is_active(Mode mode) {
  return is_one_of(mode, {Mode::busy, Mode::setup, Mode::down, Mode::maintenance, Mode::thawing, Mode::away});
}
inline constexpr std::array<const char*, mode_count> mode_names{
    "starved", "busy", "blocked", "down",        "no_power",    "held", "frozen",
    "thawing", "away", "setup",   "no_resource", "maintenance", "off"};

struct Server {
  Mode mode = Mode::starved;
  std::uint8_t loaded = 0;  ///< has taken its inputs
  std::uint8_t done = 0;    ///< … and finished the work
  std::uint8_t gated = 0;   ///< blocked before service
  std::uint8_t icy = 0;     ///< froze and has to thaw before anything else
  enum class Crew : std::uint8_t { none, coming, here } crew = Crew::none;  ///< the units it asked for
  std::uint16_t op = 0;
  std::uint16_t setup = no_setup, setup_to = no_setup;  ///< states of its matrix
  std::uint16_t upkeep = 0;                             ///< under way, or waiting for its crew
  std::int32_t batch = 1;                               ///< firings at a time
  std::int32_t good = 1;                                ///< … of which so many pass
  std::int32_t reworks = 0;                             ///< of the piece carried
  Tick since{};                                         ///< when the mode began, or was last booked
  Tick run_from{};                                      ///< start of the running stretch, or of being blocked
  Tick fails_at = never;                                ///< calendar clock
  Ticks remaining{};                                    ///< work left in this firing
  Ticks whole{};                                        ///< … of so much
  Ticks thaw_left{}, setup_left{};
  Ticks life{};                ///< operating time until the next failure
  Ticks worked{};              ///< operating time since the start
  std::int64_t fired = 0;      ///< pieces since the start
  Tick maintain_at = never;    ///< next planned upkeep, if it is free then
  Tick born{};                 ///< of the oldest piece taken
  std::uint64_t piece = 0;     ///< satellite identity carried, 0: none
  std::uint32_t lot = no_lot;  ///< first of those it works on
  static void visit_fields(auto& self, auto&& visit) {
    visit("mode", self.mode), visit("loaded", self.loaded), visit("done", self.done),
        visit("good", self.good);
    visit("gated", self.gated), visit("icy", self.icy), visit("crew", self.crew);
    visit("op", self.op), visit("setup", self.setup), visit("setup_to", self.setup_to),
        visit("upkeep", self.upkeep);
    visit("batch", self.batch), visit("reworks", self.reworks), visit("since", self.since);
    visit("run_from", self.run_from), visit("fails_at", self.fails_at), visit("remaining", self.remaining);
    visit("whole", self.whole), visit("thaw_left", self.thaw_left), visit("setup_left", self.setup_left);
    visit("life", self.life), visit("worked", self.worked), visit("fired", self.fired);
    visit("maintain_at", self.maintain_at), visit("born", self.born), visit("piece", self.piece);
    visit("lot", self.lot);
  }
};

/// When an upkeep of a server falls due next: µs of operation, µs of the calendar, or pieces.
struct UpkeepDue {
  std::int64_t at = 0;
  std::uint32_t done = 0;  ///< so often so far
  static void visit_fields(auto& self, auto&& visit) { visit("at", self.at), visit("done", self.done); }
};

/// Firings of one operation since the start.
struct Firings {
  std::int64_t started = 0, good = 0, scrapped = 0, reworked = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("started", self.started), visit("good", self.good), visit("scrapped", self.scrapped),
        visit("reworked", self.reworked);
  }
};

struct StationState {
  std::uint64_t starts = 0;   ///< services begun
  std::uint64_t begun = 0;    ///< firings begun
  std::uint64_t changes = 0;  ///< set-ups begun
  std::uint64_t redone = 0;   ///< times drawn anew after an interruption
  std::uint8_t off = 0;       ///< outside its working hours
  std::int32_t allowed = 0;   ///< servers granted running power
  std::int32_t held_allowed = 0;
  std::int32_t powered = 0;  ///< servers in starved, busy, blocked, thawing
  std::int32_t starved = 0, blocked = 0;
  std::int32_t gated = 0;  ///< blocked before service: inputs at hand, no room for what they become
  std::int64_t failures = 0, maintenances = 0;
  std::vector<Firings> firings;  ///< by operation of the mix
  LotQueue lots;
  std::array<std::int64_t, mode_count> mode_us{};  ///< booked server time
  static void visit_fields(auto& self, auto&& visit) {
    visit("starts", self.starts), visit("begun", self.begun), visit("changes", self.changes);
    visit("redone", self.redone), visit("off", self.off), visit("gated", self.gated);
    visit("maintenances", self.maintenances), visit("lots", self.lots);
    visit("allowed", self.allowed), visit("held_allowed", self.held_allowed);
    visit("powered", self.powered), visit("starved", self.starved), visit("blocked", self.blocked);
    visit("failures", self.failures), visit("firings", self.firings), visit("mode_us", self.mode_us);
  }
};

/// A counted piece in a store: when it came, and which satellite it is (0: none).
struct Piece {
  Tick since{};
  std::uint64_t id = 0;
  Tick born{};  ///< when the oldest of what it was made of came into the group
  std::int32_t reworks = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("since", self.since), visit("id", self.id), visit("born", self.born),
        visit("reworks", self.reworks);
  }
};

/// First-in-first-out queue of pieces in a growing ring.
class PieceQueue {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  void push(const Piece& piece) {
    if (count_ == ring_.size()) [[unlikely]]
      grow();
    // Field by field: copied as a whole, it would wait for the fields to be written first.
    Piece& last = ring_[(head_ + count_++) & (ring_.size() - 1)];
    last.since = piece.since, last.id = piece.id, last.born = piece.born, last.reworks = piece.reworks;
  }
  const Piece& front() const { return ring_[head_]; }
  Piece pop() {
    const Piece piece = ring_[head_];
    head_ = (head_ + 1) & (ring_.size() - 1);
    --count_;
    return piece;
  }
  /// Calls `body(piece)` from the first to the last.
  template <class Body>
  void each(Body body) const {
    for (std::size_t i = 0; i < count_; ++i) body(ring_[(head_ + i) & (ring_.size() - 1)]);
  }
  /// The pieces in their order are the state, not where they lie in the ring.
  static void visit_fields(auto& self, auto&& visit) {
    std::vector<Piece> pieces = self.in_order(self.count_);
    visit("pieces", pieces);
    if constexpr (requires { self.fill(pieces); }) self.fill(pieces);
  }

 private:
  std::vector<Piece> in_order(std::size_t size) const {
    std::vector<Piece> pieces;
    pieces.reserve(size);
    each([&](const Piece& piece) { pieces.push_back(piece); });
    pieces.resize(size);
    return pieces;
  }
  void grow() {
    ring_ = in_order(ring_.empty() ? 8 : 2 * ring_.size());
    head_ = 0;
  }
  void fill(const std::vector<Piece>& pieces) {
    *this = {};
    for (const Piece& piece : pieces) push(piece);
  }
  std::vector<Piece> ring_;
  std::uint64_t head_ = 0, count_ = 0;
};

/// A loaded vehicle waiting at a store without room.
struct Inbound {
  std::uint32_t route = 0xffffffff;  ///< none: a landed flight, nobody waits
  std::int64_t amount = 0;
  std::uint32_t server = 0;
  std::vector<std::uint64_t> ids;
  static void visit_fields(auto& self, auto&& visit) {
    visit("route", self.route), visit("amount", self.amount), visit("server", self.server),
        visit("ids", self.ids);
  }
};

struct StoreState {
  std::int64_t amount = 0;
  std::int64_t received = 0, issued = 0;  ///< since the start; received includes what was then dumped
  std::int64_t overflowed = 0;            ///< dumped or vented by `when_full`
  std::int64_t arrived = 0;               ///< by vehicle or flight, part of received
  std::int64_t reserved = 0;              ///< room kept for firings under way
  TimeWeighted level;
  std::int64_t waits = 0;  ///< pieces that left, and how long they had stayed
  Int128 wait_us = 0;
  PieceQueue pieces;
  std::vector<Inbound> inbound;
  static void visit_fields(auto& self, auto&& visit) {
    visit("amount", self.amount), visit("received", self.received), visit("issued", self.issued);
    visit("overflowed", self.overflowed), visit("arrived", self.arrived), visit("reserved", self.reserved),
        visit("level", self.level);
    visit("waits", self.waits), visit("wait_us", self.wait_us), visit("pieces", self.pieces);
    visit("inbound", self.inbound);
  }
};

/// What reaches a group from outside, at a tick it has not passed yet.
struct GroupMessage {
  enum class Kind : std::uint8_t { grant, arrival, vehicle_back };
  struct Grant {
    std::uint32_t station = 0;
    std::int32_t running = 0, held = 0;
    static void visit_fields(auto& self, auto&& visit) {
      visit("station", self.station), visit("running", self.running), visit("held", self.held);
    }
  };
  Tick tick{};
  std::uint64_t seq = 0;  ///< order among messages of one tick
  Kind kind = Kind::arrival;
  std::uint32_t store = 0;    ///< arrival
  std::uint32_t station = 0;  ///< vehicle_back: the loading place
  Ticks trip{};               ///< vehicle_back: time on the road, which ages the vehicle
  Inbound load;               ///< arrival; vehicle_back: its server
  std::vector<Grant> grants;
  static void visit_fields(auto& self, auto&& visit) {
    visit("tick", self.tick), visit("seq", self.seq), visit("kind", self.kind), visit("store", self.store);
    visit("station", self.station), visit("trip", self.trip), visit("load", self.load),
        visit("grants", self.grants);
  }
};

/// What a group tells the site.
struct SiteMessage {
  enum class Kind : std::uint8_t { departed, unloaded, building, built, scrapped };
  Tick tick{};
  Kind kind = Kind::departed;
  std::uint32_t route = 0;         ///< departed, unloaded
  std::uint32_t server = 0;        ///< the vehicle
  std::int64_t amount = 0;         ///< departed
  std::uint32_t material = 0;      ///< building, built, scrapped: which satellite
  std::uint64_t id = 0;            ///< … and its identity, unique in the plant
  std::vector<std::uint64_t> ids;  ///< departed: satellites on board
};

struct GroupState {
  Tick now{};
  std::uint64_t satellites_begun = 0;
  std::uint64_t events = 0;  ///< processed since the start
  std::vector<StationState> stations;
  std::vector<StoreState> stores;
  std::vector<Server> servers;
  SlotCalendar calendar;
  std::vector<GroupMessage> inbox;  ///< heap, earliest first
  std::vector<UpkeepDue> upkeep;    ///< by station, server, upkeep of the station
  std::vector<UnitState> units;
  std::vector<CrewRequest> requests;  ///< in the order in which they are served
  LotsState lots;
  WatchState watch;
  SpanTally cycle;  ///< of pieces shipped, from the first work on what they were made of
  static void visit_fields(auto& self, auto&& visit) {
    visit("now", self.now), visit("satellites_begun", self.satellites_begun), visit("events", self.events),
        visit("stations", self.stations);
    visit("stores", self.stores), visit("servers", self.servers), visit("calendar", self.calendar);
    visit("inbox", self.inbox), visit("upkeep", self.upkeep), visit("units", self.units);
    visit("requests", self.requests), visit("lots", self.lots), visit("cycle", self.cycle);
    visit("watch", self.watch);
  }
};

}  // namespace lunafab::factory
