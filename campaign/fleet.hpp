#pragma once
#include "campaign/registry.hpp"

namespace lunafab::campaign {

/// What becomes of satellites that have left the Moon: arrival, slot, ageing, end. All of it is drawn when a
/// satellite enters service, from streams of its own; a life has two or three events more.
class Fleet {
 public:
  Fleet(const Scenario& scenario, const factory::RunKey& key, SiteState& site, Registry& registry)
      : sc_(scenario), key_(key), site_(site), registry_(registry) {}

  /// `event.amount`: Δv of the way; `event.value`: the outcome.
  void arrive(const SiteEvent& event, Tick now);
  void reach_slot(const SiteEvent& event, Tick now);
  void degrade(const SiteEvent& event, Tick now);
  void fail(const SiteEvent& event, Tick now);
  void retire(const SiteEvent& event, Tick now);
  void fall(const SiteEvent& event, Tick now);

 private:
  const OrbitalLife* life_of(std::uint64_t serial);
  const ShellFleet* fleet_of(std::uint64_t serial);
  double arrival_node_rad(std::uint64_t serial, const OrbitalLife& life);
  orbit::Placement place(std::uint64_t serial, const OrbitalLife& life, Tick now);
  void take_slot(std::uint64_t serial, const OrbitalLife& life, Tick now);
  void enter_service(std::uint64_t serial, std::int64_t delta_v_mmps, const std::string& note, Tick now);
  void note_ends(std::uint64_t serial, Tick now);
  void note_degradation(std::uint64_t serial, const OrbitalLife& life, Tick end, Tick now);
  double dose_Gy(std::uint64_t serial, const OrbitalLife& life, Tick now);
  /// Pays the upkeep since it was last paid; returns it.
  std::int64_t pay_upkeep(std::uint64_t serial, const OrbitalLife& life, Tick now);
  void add_reserve(std::uint64_t serial, Tick now, orbit::Posting& posting);
  void leave_slot(std::uint64_t serial, Tick now);
  void replace(std::uint64_t serial, orbit::Replacement least, Tick now);

  const Scenario& sc_;
  factory::RunKey key_;
  SiteState& site_;
  Registry& registry_;
};

/// Power of all satellites in service, after fade, W: what the ledger says.
double active_power_W(const Scenario& scenario, const SiteState& site, Tick now);

}  // namespace lunafab::campaign
