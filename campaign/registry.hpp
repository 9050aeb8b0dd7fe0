#pragma once
#include <string>
#include "campaign/site.hpp"

namespace lunafab::campaign {

/// The satellites by serial number: every change of a life goes through here, to the counts and the ledger.
class Registry {
 public:
  Registry(const Scenario& scenario, SiteState& site, SiteOutput& output)
      : sc_(scenario), site_(site), output_(output) {}

  SatelliteRecord& record(std::uint64_t serial) { return site_.satellites[serial - 1]; }
  const SatelliteDesign& design_of(std::uint64_t serial) { return sc_.satellites[record(serial).design]; }

  /// A satellite is ordered; returns its serial number.
  std::uint64_t order(std::uint32_t design, const std::string& note, Tick now);
  /// The posting stands until the next one.
  orbit::Posting& change_life(std::uint64_t serial, orbit::LifeState to, std::string note, Tick now,
                              std::int64_t delta_v_mmps = 0);
  /// Something new of a satellite that stays in its state.
  orbit::Posting& tell(std::uint64_t serial, std::string note, Tick now, std::int64_t delta_v_mmps = 0);

 private:
  const Scenario& sc_;
  SiteState& site_;
  SiteOutput& output_;
};

}  // namespace lunafab::campaign
