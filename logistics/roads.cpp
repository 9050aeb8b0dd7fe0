#include "logistics/roads.hpp"
#include "core/contract.hpp"

namespace lunafab::logistics {
namespace {

double drive_s(const Road& road) {
  expects(road.distance_m >= 0.0 && road.speed_mps > 0.0,
          "road: distance must be at least 0, speed positive");
  return road.distance_m / road.speed_mps;
}

}  // namespace

Ticks outbound(const Road& road) {
  expects(road.unload_s >= 0.0, "road: unloading cannot take less than no time");
  return ticks_from_seconds(drive_s(road) + road.unload_s);
}

Ticks inbound(const Road& road) {
  return ticks_from_seconds(drive_s(road));
}

double trip_energy_J(const Road& road, double payload_kg) {
  return road.energy_J_per_kg_m * road.distance_m * (2.0 * road.vehicle_kg + payload_kg);
}

}  // namespace lunafab::logistics
