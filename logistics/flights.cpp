#include "logistics/flights.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/integer.hpp"

namespace lunafab::logistics {
namespace {

struct Order {
  std::int64_t amount = 0;   // pieces, or milligrams of bulk
  std::int64_t unit_mg = 1;  // of one of these
  Int128 mass_mg() const { return Int128{amount} * unit_mg; }
};

Order place_order(const ManifestItem& item, std::int64_t position) {
  expects(0 <= item.reorder_at && item.reorder_at <= item.order_up_to,
          "manifest: 0 <= reorder point <= base stock");
  expects(position >= 0, "manifest: stock and goods under way are never negative");
  const Order order{.amount = position <= item.reorder_at ? item.order_up_to - position : 0,
                    .unit_mg = item.piece_mg == 0 ? 1 : item.piece_mg};
  expects(order.mass_mg() <= std::numeric_limits<std::int64_t>::max(), "manifest: an order beyond 9 Gt");
  return order;
}

/// Cuts orders that together outweigh `room_mg` down to it, by largest remainder. A share is amount · room /
/// mass, so its remainder is a whole number of (1/mass)-ths of a piece and every comparison is exact.
void cut_to_fit(std::vector<Order>& orders, Int128 mass_mg, std::int64_t room_mg) {
  std::vector<std::pair<Int128, std::size_t>> remainders;
  std::int64_t left_mg = room_mg;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const Int128 share = Int128{orders[i].amount} * room_mg;
    orders[i].amount = static_cast<std::int64_t>(share / mass_mg);
    if (share % mass_mg != 0) remainders.emplace_back(share % mass_mg, i);
    left_mg -= orders[i].amount * orders[i].unit_mg;
  }
  std::ranges::stable_sort(remainders, std::ranges::greater{}, &std::pair<Int128, std::size_t>::first);
  for (const auto& [remainder, i] : remainders) {
    if (orders[i].unit_mg > left_mg) continue;
    ++orders[i].amount;
    left_mg -= orders[i].unit_mg;
  }
}

}  // namespace

Tick departure(const FlightPlan& plan, std::int64_t number) {
  expects(number >= 0, "flight: numbers start at 0");
  constexpr Int128 horizon_us{static_cast<std::int64_t>(longest_span_s * 1e6)};
  const Int128 us = Int128{plan.interval.us} * number + plan.first_departure.us;
  expects(-horizon_us <= us && us <= horizon_us, "flight: departure beyond the clock");
  return {static_cast<std::int64_t>(us)};
}

std::vector<std::int64_t> load_manifest(std::span<const ManifestItem> items,
                                        std::span<const std::int64_t> position, std::int64_t payload_mg) {
  expects(items.size() == position.size(), "manifest: one position per item");
  for (const ManifestItem& item : items)
    expects(0 <= item.piece_mg && item.piece_mg <= payload_mg, "manifest: each piece must fit the ship");
  std::vector<std::size_t> by_rank(items.size());
  std::iota(by_rank.begin(), by_rank.end(), std::size_t{0});
  const auto priority = [&](std::size_t i) {
    return items[i].priority;
  };
  std::ranges::stable_sort(by_rank, {}, priority);

  std::vector<std::int64_t> loaded(items.size(), 0);
  std::int64_t room_mg = payload_mg;
  for (auto first = by_rank.begin(); first != by_rank.end();) {
    const auto last = std::ranges::upper_bound(first, by_rank.end(), priority(*first), {}, priority);
    std::vector<Order> orders;
    Int128 mass_mg = 0;
    for (auto i = first; i != last; ++i)
      mass_mg += orders.emplace_back(place_order(items[*i], position[*i])).mass_mg();
    const bool fits = mass_mg <= room_mg;
    if (!fits) cut_to_fit(orders, mass_mg, room_mg);
    for (std::size_t k = 0; k < orders.size(); ++k)
      loaded[first[static_cast<std::ptrdiff_t>(k)]] = orders[k].amount;
    if (!fits) break;
    room_mg -= static_cast<std::int64_t>(mass_mg);
    first = last;
  }
  return loaded;
}

Flight draw_flight(const FlightPlan& plan, std::int64_t number, std::uint64_t seed,
                   std::uint32_t replication) {
  expects(0.0 <= plan.loss_probability && plan.loss_probability <= 1.0, "flight: loss is a probability");
  const auto n = static_cast<std::uint64_t>(number);
  const StreamKey delay{seed, replication, plan.entity, Purpose::flight_delay};
  const StreamKey loss{seed, replication, plan.entity, Purpose::flight_loss};
  Flight flight;
  flight.number = number;
  flight.departure = departure(plan, number);
  flight.arrival = flight.departure + plan.transit + ticks_from_seconds(variate(plan.delay, delay, n));
  flight.lost = uniform(loss, n) < plan.loss_probability;
  return flight;
}

double propellant_per_landing_kg(double payload_kg, double dry_kg, double delta_v_mps,
                                 double specific_impulse_s) {
  expects(specific_impulse_s > 0.0, "propellant: specific impulse must be positive");
  const double exhaust_mps = specific_impulse_s * constants::standard_gravity_mps2;
  return (payload_kg + dry_kg) * std::expm1(delta_v_mps / exhaust_mps);
}

}  // namespace lunafab::logistics
