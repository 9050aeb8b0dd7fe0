#include "campaign/registry.hpp"

namespace lunafab::campaign {

std::uint64_t Registry::order(std::uint32_t design, const std::string& note, Tick now) {
  site_.satellites.push_back({.design = design, .power_W = sc_.satellites[design].power_W});
  const std::uint64_t serial = site_.satellites.size();
  change_life(serial, orbit::LifeState::ordered, note, now);
  return serial;
}

orbit::Posting& Registry::change_life(std::uint64_t serial, orbit::LifeState to, std::string note, Tick now,
                                      std::int64_t delta_v_mmps) {
  SatelliteRecord& satellite = record(serial);
  const bool again = satellite.state == to && to == orbit::LifeState::degraded;
  satellite.state = to;
  if (!again) ++site_.ever[static_cast<std::size_t>(to)];
  const SatelliteDesign& design = sc_.satellites[satellite.design];
  output_.postings.push_back({.seq = 0,
                              .tick = now,
                              .serial = serial,
                              .state = to,
                              .product = design.name,
                              .destination = sc_.orbit.destinations[design.destination].name,
                              .mass_mg = sc_.plant.chemistry.materials[design.material].piece_mg,
                              .power_W = satellite.power_W,
                              .delta_v_mmps = delta_v_mmps,
                              .note = std::move(note)});
  return output_.postings.back();
}

orbit::Posting& Registry::tell(std::uint64_t serial, std::string note, Tick now, std::int64_t delta_v_mmps) {
  output_.postings.push_back({.seq = 0,
                              .tick = now,
                              .serial = serial,
                              .state = record(serial).state,
                              .kind = orbit::PostingKind::note,
                              .delta_v_mmps = delta_v_mmps,
                              .note = std::move(note)});
  return output_.postings.back();
}

}  // namespace lunafab::campaign
