#pragma once
#include <array>
#include <cstdint>
#include <vector>
#include "core/integer.hpp"
#include "core/span_tally.hpp"
#include "core/statistics.hpp"
#include "core/tick.hpp"

// The state of lots and of the units of resources: plain data.
namespace lunafab::factory {

inline constexpr std::uint32_t no_lot = 0xffffffff, no_slot = 0xffffffff, nowhere = 0xffffffff;

/// What a lot remembers of a step: the server it was worked on by, and how often it was reworked there.
struct StepNote {
  std::uint32_t step = 0, slot = no_slot;
  std::int32_t reworks = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("step", self.step), visit("slot", self.slot), visit("reworks", self.reworks);
  }
};

/// By when a lot has to start a step.
struct StartBy {
  std::uint32_t step = 0, from = 0, limit = 0;  ///< steps of its route; which limit of `from`
  Tick latest{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("step", self.step), visit("from", self.from), visit("limit", self.limit),
        visit("latest", self.latest);
  }
};

struct Lot {
  std::uint32_t product = 0, release = 0;
  std::uint32_t step = 0;       ///< it waits for, is worked on by, or is on its way to
  std::uint32_t next = no_lot;  ///< on the same server; of the free ones
  std::uint32_t visits = 0;     ///< of steps, so far
  std::int32_t priority = 5;
  std::uint64_t serial = 0;  ///< of its product
  Tick released{}, due = never, since{};
  std::uint8_t passed = 0;    ///< on a server: the result is known, the next step is in `step`
  std::uint8_t scrapped = 0;  ///< … it is lost
  std::vector<StepNote> notes;
  std::vector<StartBy> limits;
  static void visit_fields(auto& self, auto&& visit) {
    visit("product", self.product), visit("release", self.release), visit("step", self.step);
    visit("next", self.next), visit("visits", self.visits), visit("priority", self.priority);
    visit("serial", self.serial), visit("released", self.released), visit("due", self.due);
    visit("since", self.since), visit("passed", self.passed), visit("scrapped", self.scrapped);
    visit("notes", self.notes), visit("limits", self.limits);
  }
};

/// Lots before a station, in the order of its rule where that does not change while they wait, else as they
/// came.
struct LotQueue {
  std::vector<std::uint32_t> waiting;
  std::int64_t coming = 0;             ///< on their way, with a place kept
  std::vector<std::uint32_t> blocked;  ///< slots whose lots want to come, longest first
  TimeWeighted level;
  std::int64_t waits = 0, served = 0, scrapped = 0, reworked = 0, skipped = 0, limits_broken = 0;
  Int128 wait_us = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("waiting", self.waiting), visit("coming", self.coming), visit("blocked", self.blocked),
        visit("level", self.level);
    visit("waits", self.waits), visit("served", self.served), visit("scrapped", self.scrapped);
    visit("reworked", self.reworked), visit("skipped", self.skipped);
    visit("limits_broken", self.limits_broken), visit("wait_us", self.wait_us);
  }
};

/// A lot on its way to a queue.
struct Moving {
  Tick at{};
  std::uint64_t order = 0;
  std::uint32_t lot = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("at", self.at), visit("order", self.order), visit("lot", self.lot);
  }
};

struct ReleaseState {
  std::int64_t released = 0;  ///< times
  std::int64_t outside = 0;   ///< lots that wait for the limit
  static void visit_fields(auto& self, auto&& visit) {
    visit("released", self.released), visit("outside", self.outside);
  }
};

/// What is on its way under a release limit.
struct LimitState {
  std::int64_t lots = 0;
  std::int64_t drum_us = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("lots", self.lots), visit("drum_us", self.drum_us);
  }
};

struct ProductState {
  std::uint64_t serials = 0;
  std::int64_t finished = 0, scrapped = 0, late = 0;
  Int128 tardy_us = 0;
  TimeWeighted wip;
  SpanTally cycle;  ///< from release to leaving, of those finished
  static void visit_fields(auto& self, auto&& visit) {
    visit("serials", self.serials), visit("finished", self.finished), visit("scrapped", self.scrapped);
    visit("late", self.late), visit("tardy_us", self.tardy_us), visit("wip", self.wip);
    visit("cycle", self.cycle);
  }
};

struct LotsState {
  std::vector<Lot> all;
  std::uint32_t free = no_lot;  ///< first of a list
  std::uint64_t moves = 0;
  std::vector<Moving> moving;  ///< heap, earliest first
  std::vector<ReleaseState> releases;
  std::vector<LimitState> limits;
  std::vector<ProductState> products;
  static void visit_fields(auto& self, auto&& visit) {
    visit("all", self.all), visit("free", self.free), visit("moves", self.moves);
    visit("moving", self.moving), visit("releases", self.releases), visit("limits", self.limits);
    visit("products", self.products);
  }
};

enum class UnitMode : std::uint8_t { idle, serving, down, charging, off };
inline constexpr std::size_t unit_mode_count = 5;
inline constexpr std::array<const char*, unit_mode_count> unit_mode_names{"idle", "serving", "down",
                                                                          "charging", "off"};

/// A unit of a resource.
struct UnitState {
  UnitMode mode = UnitMode::idle;
  std::uint32_t slot = no_slot;  ///< server it serves
  std::uint32_t at = nowhere;    ///< station where it was last
  std::uint32_t broken = 0;      ///< so often
  std::int64_t errands = 0;
  Tick since{};
  Ticks worked{}, travelled{};
  Ticks breaks_at{never.us}, charge_at{never.us};  ///< time worked
  std::array<std::int64_t, unit_mode_count> mode_us{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("mode", self.mode), visit("slot", self.slot), visit("at", self.at), visit("broken", self.broken);
    visit("errands", self.errands), visit("since", self.since), visit("worked", self.worked);
    visit("travelled", self.travelled), visit("breaks_at", self.breaks_at);
    visit("charge_at", self.charge_at), visit("mode_us", self.mode_us);
  }
};

enum class Errand : std::uint8_t { work, setup, upkeep };

/// A server that waits for units.
struct CrewRequest {
  std::int32_t priority = 5;
  Tick since{};
  std::uint32_t slot = 0;
  Errand errand = Errand::work;
  static void visit_fields(auto& self, auto&& visit) {
    visit("priority", self.priority), visit("since", self.since), visit("slot", self.slot),
        visit("errand", self.errand);
  }
};

}  // namespace lunafab::factory
