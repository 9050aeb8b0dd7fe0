#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>
#include "core/integer.hpp"
#include "core/tick.hpp"
#include "factory/state.hpp"
#include "logistics/flights.hpp"
#include "logistics/power.hpp"
#include "orbit/constellation.hpp"
#include "orbit/slots.hpp"

// The whole state of a run: plain data. A copy is a branch, its bytes a checkpoint, its hash the identity of
// the result.
namespace lunafab::campaign {

/// Something the site has to do at a tick. Events of one tick run in the order of their kinds, then of their
/// keys; keys say what the event is about and never depend on when it was noted, so that the order is the
/// same for every window.
struct SiteEvent {
  enum class Kind : std::uint8_t {
    order,
    satellite_begun,
    satellite_built,
    satellite_scrapped,
    vehicle_departed,
    vehicle_unloaded,
    at_driver,
    manifest,
    landing,
    recovered,
    arrival,
    in_slot,
    degradation,
    orbit_failure,
    retirement,
    fallen,
    power,
    launch
  };
  Tick tick{};
  Kind kind = Kind::order;
  std::uint64_t key = 0;
  std::uint64_t value = 0;  ///< meaning by kind
  std::int64_t amount = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("tick", self.tick), visit("kind", self.kind), visit("key", self.key), visit("value", self.value);
    visit("amount", self.amount);
  }
};

/// One satellite by serial number (serial − 1 is its place).
struct SatelliteRecord {
  std::uint32_t design = 0;
  orbit::LifeState state = orbit::LifeState::ordered;
  std::uint32_t attempts = 0;  ///< launches tried
  Tick launched_at{};
  Tick operational_at{};
  std::int64_t power_W = 0;  ///< at `power_from`; fades from there
  Tick power_from{};
  std::int64_t left_mmps = 0;           ///< Δv, as last posted
  Tick kept_to{};                       ///< until when it pays for upkeep
  double dose_Gy = 0.0;                 ///< when it entered service
  std::int32_t plane = -1, place = -1;  ///< of its shell; plane −1: no slot; place −1: a spare
  static void visit_fields(auto& self, auto&& visit) {
    visit("design", self.design), visit("state", self.state), visit("attempts", self.attempts);
    visit("launched_at", self.launched_at), visit("operational_at", self.operational_at);
    visit("power_W", self.power_W), visit("power_from", self.power_from);
    visit("left_mmps", self.left_mmps), visit("kept_to", self.kept_to), visit("dose_Gy", self.dose_Gy);
    visit("plane", self.plane), visit("place", self.place);
  }
};

struct QueuedSatellite {
  std::uint64_t serial = 0;
  Tick ready{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("serial", self.serial), visit("ready", self.ready);
  }
};

/// A vehicle that found the launch queue full.
struct WaitingVehicle {
  std::uint32_t route = 0, server = 0;
  std::uint64_t serial = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("route", self.route), visit("server", self.server), visit("serial", self.serial);
  }
};

struct DriverState {
  Int128 stored_nJ = 0;
  Tick stored_at{};
  std::int64_t charging_mW = 0;  ///< granted now
  std::vector<Tick> bucket_free;
  Tick track_free{};
  std::vector<QueuedSatellite> queue;
  std::vector<WaitingVehicle> waiting;
  Tick next_attempt = never;
  Int128 charged_nJ = 0, kinetic_nJ = 0, heat_nJ = 0, residual_nJ = 0;
  std::int64_t launches = 0, misfires = 0, failed_banks = 0, audits = 0;
  std::int64_t overloaded = 0;                          ///< launches above the limit of acceleration
  std::int64_t spares_mg = 0;                           ///< of parts of the driver exchanged so far
  double worst_audit_mps = 0.0, worst_audit_bus = 0.0;  ///< the table against full solutions
  std::int64_t flights_audited = 0;                     ///< insertions flown in full beside the table
  double worst_insertion_mps = 0.0;                     ///< corrections and burns of the table against those
  double coil_K = 0.0;  ///< mean of the drive coils just after the last launch; 0 at fidelity `ideal`
  Tick coil_at{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("stored_nJ", self.stored_nJ), visit("stored_at", self.stored_at),
        visit("charging_mW", self.charging_mW);
    visit("bucket_free", self.bucket_free), visit("track_free", self.track_free), visit("queue", self.queue),
        visit("waiting", self.waiting);
    visit("next_attempt", self.next_attempt), visit("charged_nJ", self.charged_nJ),
        visit("kinetic_nJ", self.kinetic_nJ);
    visit("heat_nJ", self.heat_nJ), visit("residual_nJ", self.residual_nJ), visit("launches", self.launches);
    visit("misfires", self.misfires), visit("failed_banks", self.failed_banks), visit("audits", self.audits),
        visit("overloaded", self.overloaded), visit("spares_mg", self.spares_mg);
    visit("worst_audit_mps", self.worst_audit_mps), visit("worst_audit_bus", self.worst_audit_bus);
    visit("flights_audited", self.flights_audited), visit("worst_insertion_mps", self.worst_insertion_mps);
    visit("coil_K", self.coil_K), visit("coil_at", self.coil_at);
  }
};

struct FlightLineState {
  std::vector<logistics::Flight> flights;  ///< every flight so far
  std::vector<std::int64_t> landed, lost;  ///< by manifest item
  static void visit_fields(auto& self, auto&& visit) {
    visit("flights", self.flights), visit("landed", self.landed), visit("lost", self.lost);
  }
};

struct LaunchRecord {
  Tick tick{};
  std::uint64_t serial = 0;
  std::uint8_t misfire = 0;
  std::uint8_t outcome = 0;  ///< orbit::InsertionOutcome, once launched
  double speed_mps = 0.0, bus_energy_J = 0.0, kinetic_energy_J = 0.0, correction_mps = 0.0,
         insertion_mps = 0.0, margin_mps = 0.0;
  Tick arrival{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("tick", self.tick), visit("serial", self.serial), visit("misfire", self.misfire),
        visit("outcome", self.outcome);
    visit("speed_mps", self.speed_mps), visit("bus_energy_J", self.bus_energy_J);
    visit("kinetic_energy_J", self.kinetic_energy_J), visit("correction_mps", self.correction_mps);
    visit("insertion_mps", self.insertion_mps), visit("margin_mps", self.margin_mps),
        visit("arrival", self.arrival);
  }
};

/// One row of series.csv: levels and running totals at a sampling tick.
struct SeriesRow {
  Tick tick{};
  std::int64_t ordered = 0, built = 0, launched = 0, inserted = 0, lost = 0, queued = 0;
  double active_kW = 0.0, stored_MWh = 0.0, supply_MW = 0.0, used_MW = 0.0, sunlit = 0.0, used_total_J = 0.0;
  double dug_kg = 0.0;  ///< regolith, since the start
  static void visit_fields(auto& self, auto&& visit) {
    visit("tick", self.tick), visit("ordered", self.ordered), visit("built", self.built),
        visit("launched", self.launched);
    visit("inserted", self.inserted), visit("lost", self.lost), visit("queued", self.queued);
    visit("active_kW", self.active_kW), visit("stored_MWh", self.stored_MWh),
        visit("supply_MW", self.supply_MW);
    visit("used_MW", self.used_MW), visit("sunlit", self.sunlit), visit("used_total_J", self.used_total_J);
    visit("dug_kg", self.dug_kg);
  }
};

struct SiteState {
  std::vector<SiteEvent> events;  ///< heap, earliest first
  logistics::PowerState power;
  std::int64_t granted_now_mW = 0,
               granted_next_mW = 0;  ///< all grants of the running and the coming interval
  std::int64_t charger_now_mW = 0, charger_next_mW = 0;
  std::int64_t base_now_mW = 0, base_next_mW = 0;
  Tick settled{};                       ///< energy is settled up to here
  std::vector<Int128> group_energy_nJ;  ///< booked up to `settled`
  Int128 base_nJ = 0, charger_settled_nJ = 0;
  Int128 unserved_base_nJ = 0;
  std::vector<std::int64_t> depot_level;  ///< by store of the plant, as last reported
  std::vector<FlightLineState> flights;
  std::vector<SatelliteRecord> satellites;
  std::vector<orbit::SlotBook> slots;  ///< by shell of the scenario
  std::int64_t without_slot = 0;       ///< came to a shell that had no room they could reach
  std::int64_t scrapped_after_built = 0;
  std::int64_t built_to_stock = 0;                      ///< satellites begun without an open order
  std::vector<std::vector<std::uint64_t>> open_orders;  ///< by design, serials, oldest first
  std::vector<std::uint64_t> next_open;                 ///< by design: first one still open
  std::vector<std::vector<std::uint64_t>> serial_of;    ///< by group, by number begun − 1
  DriverState driver;
  std::vector<LaunchRecord> launches;
  std::vector<SeriesRow> series;
  std::vector<std::int64_t> begun_of, launched_of, scrapped_of;  ///< by design
  std::array<std::int64_t, orbit::life_state_count> ever{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("events", self.events), visit("power", self.power), visit("granted_now_mW", self.granted_now_mW);
    visit("granted_next_mW", self.granted_next_mW), visit("charger_now_mW", self.charger_now_mW);
    visit("charger_next_mW", self.charger_next_mW), visit("base_now_mW", self.base_now_mW);
    visit("base_next_mW", self.base_next_mW), visit("settled", self.settled);
    visit("group_energy_nJ", self.group_energy_nJ), visit("base_nJ", self.base_nJ);
    visit("charger_settled_nJ", self.charger_settled_nJ), visit("unserved_base_nJ", self.unserved_base_nJ);
    visit("depot_level", self.depot_level), visit("flights", self.flights),
        visit("satellites", self.satellites), visit("slots", self.slots);
    visit("without_slot", self.without_slot);
    visit("scrapped_after_built", self.scrapped_after_built), visit("built_to_stock", self.built_to_stock),
        visit("open_orders", self.open_orders), visit("next_open", self.next_open),
        visit("serial_of", self.serial_of);
    visit("driver", self.driver), visit("launches", self.launches), visit("series", self.series);
    visit("begun_of", self.begun_of), visit("launched_of", self.launched_of),
        visit("scrapped_of", self.scrapped_of), visit("ever", self.ever);
  }
};

/// Statistics that count from the end of the warm-up: what stood there is subtracted.
struct WarmupMark {
  std::uint8_t taken = 0;
  std::vector<std::vector<factory::StationState>> stations;  ///< by group
  std::vector<std::vector<factory::StoreState>> stores;
  std::vector<std::vector<factory::ProductState>> products;
  std::vector<std::vector<factory::UnitState>> units;
  std::vector<SpanTally> cycles;
  std::vector<std::vector<factory::Activity>> activities;
  static void visit_fields(auto& self, auto&& visit) {
    visit("taken", self.taken), visit("stations", self.stations), visit("stores", self.stores);
    visit("products", self.products), visit("units", self.units), visit("cycles", self.cycles);
    visit("activities", self.activities);
  }
};

/// Totals of the whole plant since the start.
struct FlowSample {
  Tick tick{};
  std::int64_t shipped = 0;   ///< pieces, those of finished lots included
  std::int64_t built = 0;     ///< satellites
  std::int64_t finished = 0;  ///< lots
  Int128 cycle_us = 0;        ///< of the lots finished
  Int128 stored_us = 0;       ///< counted pieces in stores × µs
  Int128 lots_us = 0;         ///< lots on their way × µs
  static void visit_fields(auto& self, auto&& visit) {
    visit("tick", self.tick), visit("shipped", self.shipped), visit("built", self.built);
    visit("finished", self.finished), visit("cycle_us", self.cycle_us);
    visit("stored_us", self.stored_us), visit("lots_us", self.lots_us);
  }
};

struct CampaignState {
  Tick now{};
  std::vector<factory::GroupState> groups;
  SiteState site;
  WarmupMark warmup;
  std::vector<FlowSample> ramp;  ///< at even distances from the start to the warm-up, without a site
  std::vector<FlowSample> flow;  ///< … from the warm-up to the end
  static void visit_fields(auto& self, auto&& visit) {
    visit("now", self.now), visit("groups", self.groups), visit("site", self.site),
        visit("warmup", self.warmup);
    visit("ramp", self.ramp), visit("flow", self.flow);
  }
};

}  // namespace lunafab::campaign
