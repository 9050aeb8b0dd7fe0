#include "massdriver/cadence.hpp"
#include <algorithm>
#include <limits>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();
constexpr double seconds_per_h = 3600.0, hours_per_year = 24.0 * 365.25;

double per_h(double count, double span_s) {
  return span_s > 0.0 ? seconds_per_h * count / span_s : unbounded;
}

}  // namespace

const char* name(RateBound bound) {
  switch (bound) {
    case RateBound::recharge:
      return "recharge";
    case RateBound::track:
      return "track";
    case RateBound::coils:
      return "coil temperature";
    case RateBound::buckets:
      return "buckets";
    case RateBound::bucket_cooling:
      break;
  }
  return "bucket cooling";
}

double recharge_per_h(double bus_W, double bus_J) {
  expects(bus_W > 0.0 && bus_J > 0.0, "cadence: bus power and energy must be positive");
  return per_h(bus_W, bus_J);
}

double track_per_h(double track_s, double clear_s) {
  expects(track_s >= 0.0 && clear_s >= 0.0, "cadence: times on the track must not be negative");
  return per_h(1.0, track_s + clear_s);
}

double buckets_per_h(int buckets, double cycle_s) {
  expects(buckets >= 1 && cycle_s >= 0.0, "cadence: there must be a bucket, its cycle not negative");
  return per_h(buckets, cycle_s);
}

double store_mass_kg(const Store& store, double energy_J) {
  expects(store.specific_energy_J_per_kg > 0.0, "cadence: the store's specific energy must be positive");
  return energy_J / store.specific_energy_J_per_kg;
}

Cadence find_cadence(const DriverDesign& design, const LaunchDemand& demand, double store_J) {
  expects(demand.coil_launches_per_h >= 0.0 && demand.down_s >= 0.0,
          "cadence: the coils' cadence and the standstill must not be negative");
  const Return& back = design.back;
  Cadence cadence;
  cadence.while_up_per_h = {recharge_per_h(design.bus_W - design.store.standby_W, demand.bus_J),
                            track_per_h(demand.track_s, back.clear_s), demand.coil_launches_per_h,
                            buckets_per_h(back.buckets, back.cycle_s),
                            buckets_per_h(back.buckets, demand.bucket_cooling_s)};
  const auto* const smallest = std::min_element(cadence.while_up_per_h.begin(), cadence.while_up_per_h.end());
  cadence.binding = static_cast<RateBound>(smallest - cadence.while_up_per_h.begin());
  cadence.up_per_h = *smallest;
  if (cadence.up_per_h == 0.0) return cadence;
  cadence.bus_W = cadence.up_per_h * demand.bus_J / seconds_per_h + design.store.standby_W;
  cadence.buckets_needed = cadence.up_per_h * std::max(back.cycle_s, demand.bucket_cooling_s) / seconds_per_h;
  cadence.sustained_per_h = 1.0 / (1.0 / cadence.up_per_h + demand.down_s / seconds_per_h);
  cadence.down_h_per_day = 24.0 * cadence.sustained_per_h * demand.down_s / seconds_per_h;
  if (demand.store_life_launches > 0.0) {
    cadence.store_kg_per_year = store_mass_kg(design.store, store_J) * cadence.sustained_per_h *
                                hours_per_year / demand.store_life_launches;
  }
  return cadence;
}

}  // namespace lunafab::massdriver
