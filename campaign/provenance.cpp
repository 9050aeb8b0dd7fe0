#include "campaign/provenance.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <vector>
#include "campaign/rough_cut.hpp"

namespace lunafab::campaign {
namespace {

constexpr double mg_per_kg = 1e6;

/// One parcel of an imported class, as it came.
struct Parcel {
  Tick arrival{};
  std::string name;
  Int128 mg = 0;
};

/// Mass of a class in an amount of a material.
Int128 class_mg(const factory::Material& material, std::size_t element, std::int64_t amount) {
  if (material.measure == factory::Measure::pieces) return Int128{amount} * material.piece_elements[element];
  const double share = material.fraction.empty() ? 0.0 : material.fraction[element];
  return static_cast<Int128>(share * static_cast<double>(amount));
}

/// Everything of a class that has come, in order: the opening stock of the depots first.
std::vector<Parcel> parcels(const Scenario& scenario, const SiteState& site, std::size_t element) {
  const factory::Plant& plant = scenario.plant;
  std::vector<Parcel> list;
  Parcel opening{.arrival = {}, .name = "stock at the start"};
  for (std::size_t l = 0; l < scenario.flights.size(); ++l) {
    const FlightLine& line = scenario.flights[l];
    for (std::size_t i = 0; i < line.stores.size(); ++i) {
      const factory::Store& store = plant.stores[line.stores[i]];
      opening.mg += class_mg(plant.chemistry.materials[store.material], element, store.initial);
    }
    for (const logistics::Flight& flight : site.flights[l].flights) {
      if (flight.lost) continue;
      Parcel parcel{.arrival = flight.arrival,
                    .name = fmt::format("flight {} {}", line.name, flight.number + 1)};
      for (std::size_t i = 0; i < line.stores.size(); ++i) {
        const factory::Store& store = plant.stores[line.stores[i]];
        parcel.mg += class_mg(plant.chemistry.materials[store.material], element, flight.amounts[i]);
      }
      if (parcel.mg > 0) list.push_back(std::move(parcel));
    }
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Parcel& a, const Parcel& b) { return a.arrival < b.arrival; });
  list.insert(list.begin(), std::move(opening));
  return list;
}

/// The parcels that `from` … `to` of a class came in.
std::string lot(const std::vector<Parcel>& parcels, Int128 from, Int128 to) {
  std::string text;
  Int128 end = 0;
  for (const Parcel& parcel : parcels) {
    const Int128 begin = end;
    end += parcel.mg;
    if (end > from && begin < to) text += (text.empty() ? "" : " + ") + parcel.name;
  }
  return text.empty() ? "not on the manifest" : text;
}

std::string chip_lot(const Scenario& scenario, const SiteState& site, std::uint32_t design) {
  const factory::Chemistry& chemistry = scenario.plant.chemistry;
  const auto piece = [&](std::size_t d) -> const factory::Material& {
    return chemistry.materials[scenario.satellites[d].material];
  };
  std::string text;
  for (std::size_t e = factory::known_elements().size(); e < chemistry.elements.size(); ++e) {
    const Int128 mine = class_mg(piece(design), e, 1);
    if (mine <= 0) continue;
    Int128 used = 0;
    for (std::size_t d = 0; d < scenario.satellites.size(); ++d)
      used += class_mg(piece(d), e, 1) * Int128{site.begun_of[d]};
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", chemistry.elements[e],
                        lot(parcels(scenario, site, e), used, used + mine));
  }
  return text;
}

std::string regolith_batch(const Scenario& scenario, const SiteState& site) {
  const double each_kg = scenario.dug_kg_per_satellite;
  if (each_kg <= 0.0) return {};
  double begun = 0.0;
  for (const std::int64_t n : site.begun_of) begun += static_cast<double>(n);
  // The first sample at which so much had been dug; the last, where that is yet to come.
  const auto day = [&](double kg) {
    const auto row = std::lower_bound(site.series.begin(), site.series.end(), kg,
                                      [](const SeriesRow& r, double wanted) { return r.dug_kg < wanted; });
    const Tick at = row != site.series.end() ? row->tick
                    : site.series.empty()    ? Tick{}
                                             : site.series.back().tick;
    return format_date(scenario.start, at).substr(0, 10);
  };
  const std::string first = day(begun * each_kg), last = day((begun + 1.0) * each_kg);
  return fmt::format("{:.1f} t dug by {}", each_kg / 1e3, first == last ? first : first + " to " + last);
}

/// Regolith that one firing of a station takes, the mean over its mix.
double dug_kg_per_firing(const factory::Station& station) {
  double mg = 0.0, weight = 0.0;
  for (const factory::Operation& op : station.mix) {
    weight += static_cast<double>(op.weight);
    for (const factory::Leg& leg : op.take) {
      if (leg.place == factory::index(factory::Place::ground))
        mg += static_cast<double>(op.weight) * static_cast<double>(leg.amount);
    }
  }
  return weight > 0.0 ? mg / weight / mg_per_kg : 0.0;
}

}  // namespace

orbit::Provenance provenance(const Scenario& scenario, const SiteState& site, std::uint32_t design) {
  return {.regolith_batch = regolith_batch(scenario, site), .chip_lot = chip_lot(scenario, site, design)};
}

double dug_kg_per_satellite(const Scenario& scenario) {
  const RoughCut cut = rough_cut(scenario);
  double kg = 0.0;
  for (const RoughStation& row : cut.stations) {
    for (const factory::Station& station : scenario.plant.stations)
      if (station.name == row.name) kg += row.per_product * dug_kg_per_firing(station);
  }
  return kg;
}

Int128 dug_mg(const factory::Plant& plant, const factory::Group& group, const factory::GroupState& state) {
  Int128 mg = 0;
  for (const std::uint32_t index : group.stations) {
    const factory::Station& station = plant.stations[index];
    for (std::size_t i = 0; i < station.mix.size(); ++i) {
      for (const factory::Leg& leg : station.mix[i].take) {
        if (leg.place == factory::index(factory::Place::ground))
          mg += Int128{leg.amount} * state.stations[station.local].firings[i].started;
      }
    }
  }
  return mg;
}

}  // namespace lunafab::campaign
