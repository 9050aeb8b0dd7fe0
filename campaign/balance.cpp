#include "campaign/balance.hpp"
#include <algorithm>
#include <cmath>
#include "factory/engine.hpp"

namespace lunafab::campaign {
namespace {

using factory::ElementMasses;
using factory::Leg;
using factory::Measure;
using factory::Place;

Int128 absolute(Int128 value) {
  return value < 0 ? -value : value;
}

class Balancer {
 public:
  Balancer(const Scenario& scenario, const CampaignState& state)
      : sc_(scenario),
        plant_(scenario.plant),
        chemistry_(plant_.chemistry),
        state_(state),
        elements_(chemistry_.elements.size()) {
    balance_.materials.resize(chemistry_.materials.size());
    balance_.elements.resize(elements_);
    converted_.assign(chemistry_.materials.size(), std::vector<Int128>(elements_, 0));
  }

  MaterialBalance run() {
    for (std::uint32_t i = 0; i < plant_.stores.size(); ++i) count_store(i);
    for (std::uint32_t i = 0; i < plant_.stations.size(); ++i) count_station(i);
    count_flights();
    for (std::size_t i = 0; i < sc_.satellites.size(); ++i) {
      account(sc_.satellites[i].material).launched +=
          mass(sc_.satellites[i].material, state_.site.launched_of[i]);
      account(sc_.satellites[i].material).before_driver -=
          mass(sc_.satellites[i].material, state_.site.launched_of[i]);
    }
    for (std::uint32_t m = 0; m < chemistry_.materials.size(); ++m) close_material(m);
    for (const ElementAccount& element : balance_.elements)
      balance_.element_residual_mg += absolute(element.residual_mg());
    return std::move(balance_);
  }

 private:
  MaterialAccount& account(std::uint32_t material) { return balance_.materials[material]; }

  Int128 mass(std::uint32_t material, Int128 amount) const {
    const factory::Material& m = chemistry_.materials[material];
    if (m.measure == Measure::abstract) return 0;
    return m.measure == Measure::bulk ? amount : amount * m.piece_mg;
  }

  void count_store(std::uint32_t index) {
    const factory::Store& store = plant_.stores[index];
    const factory::StoreState& s = state_.groups[store.group].stores[store.local];
    MaterialAccount& a = account(store.material);
    a.opening += mass(store.material, store.initial);
    a.in_stores += mass(store.material, s.amount);
    a.on_the_road -= mass(store.material, s.arrived);  // departures and landings are added below
    (store.when_full == factory::WhenFull::vent ? a.vented : a.dumped) += mass(store.material, s.overflowed);
  }

  void count_station(std::uint32_t index) {
    const factory::Station& station = plant_.stations[index];
    const factory::StationState& s = state_.groups[station.group].stations[station.local];
    for (std::size_t i = 0; i < station.mix.size(); ++i)
      count_operation(station, station.mix[i], s.firings[i]);
  }

  void count_operation(const factory::Station& station, const factory::Operation& op,
                       const factory::Firings& fired) {
    const std::int64_t finished = fired.good + fired.scrapped + fired.reworked;
    for (const Leg& leg : op.take) {
      if (leg.place == factory::index(Place::ground))
        account(leg.material).dug += mass(leg.material, Int128{leg.amount} * fired.started);
      account(leg.material).in_process += mass(leg.material, Int128{leg.amount} * (fired.started - finished));
    }
    if (station.route != factory::no_route) return depart(station, op, fired.good);
    if (op.recipe) {
      convert(chemistry_.recipes[*op.recipe], station, fired);
    } else if (fired.scrapped > 0) {
      scrap_pieces(op.take.front(), station, fired.scrapped);
    }
    for (const Leg& leg : op.put)
      leave(leg.place, leg.material, mass(leg.material, Int128{leg.amount} * fired.good));
  }

  void depart(const factory::Station& station, const factory::Operation& op, std::int64_t departures) {
    const Leg& load = op.take.front();
    const Int128 moved = mass(load.material, Int128{load.amount} * departures);
    (plant_.routes[station.route].to ? account(load.material).on_the_road
                                     : account(load.material).before_driver) += moved;
  }

  void leave(std::uint32_t place, std::uint32_t material, Int128 amount) {
    MaterialAccount& a = account(material);
    if (place == factory::index(Place::dump)) a.dumped += amount;
    if (place == factory::index(Place::vent)) a.vented += amount;
    if (place == factory::index(Place::shipped)) a.shipped += amount;
  }

  void convert(const factory::Recipe& recipe, const factory::Station& station,
               const factory::Firings& fired) {
    const Int128 passed = fired.good + fired.reworked;  // sent back: whole pieces all the same
    const Int128 finished = passed + fired.scrapped;
    for (const factory::RecipeLeg& leg : recipe.inputs) {
      account(leg.material).used += mass(leg.material, leg.amount * finished);
      add(converted_[leg.material], leg.mg, -finished);
    }
    for (const factory::RecipeLeg& leg : recipe.outputs) {
      account(leg.material).made += mass(leg.material, leg.amount * passed);
      add(converted_[leg.material], leg.mg, passed);
      book_scrap(station, leg.material, leg.mg, mass(leg.material, leg.amount), fired.scrapped);
    }
  }

  void scrap_pieces(const Leg& leg, const factory::Station& station, std::int64_t count) {
    const ElementMasses piece = factory::element_masses(chemistry_.materials[leg.material], 1, elements_);
    account(leg.material).used += mass(leg.material, count);
    add(converted_[leg.material], piece, -Int128{count});
    book_scrap(station, leg.material, piece, mass(leg.material, 1), count);
  }

  /// A failed firing's output becomes scrap: of a store's mixed material, or it is dumped as what it would
  /// have been.
  void book_scrap(const factory::Station& station, std::uint32_t output, const ElementMasses& mg,
                  Int128 each_mg, std::int64_t count) {
    if (count == 0) return;
    const bool kept = factory::is_store(station.scrap);
    const std::uint32_t material = kept ? station.scrap_material : output;
    account(material).made += each_mg * count;
    if (!kept) account(material).dumped += each_mg * count;
    add(converted_[material], mg, count);
  }

  static void add(std::vector<Int128>& to, const ElementMasses& mg, Int128 times) {
    for (std::size_t e = 0; e < mg.size(); ++e) to[e] += mg[e] * times;
  }

  void count_flights() {
    for (std::size_t i = 0; i < sc_.flights.size(); ++i) {
      for (std::size_t item = 0; item < sc_.flights[i].stores.size(); ++item) {
        const std::uint32_t material = plant_.stores[sc_.flights[i].stores[item]].material;
        const Int128 landed = mass(material, state_.site.flights[i].landed[item]);
        account(material).imported += landed;
        account(material).on_the_road += landed;
      }
    }
  }

  /// Elements of a material's boundary flows; what is left on site follows from them and the conversions.
  void close_material(std::uint32_t material) {
    const MaterialAccount& a = account(material);
    balance_.mass_residual_mg += absolute(a.residual_mg());
    if (chemistry_.materials[material].measure == Measure::abstract) return;
    const std::vector<Int128> in = split(material, a.opening + a.dug + a.imported, {});
    std::vector<Int128> present(elements_);
    for (std::size_t e = 0; e < elements_; ++e) present[e] = in[e] + converted_[material][e];
    const std::vector<Int128> out = split(material, a.dumped + a.vented + a.shipped + a.launched, present);
    for (std::size_t e = 0; e < elements_; ++e) {
      balance_.elements[e].in += in[e];
      balance_.elements[e].out += out[e];
      balance_.elements[e].on_site += present[e] - out[e];
    }
  }

  /// Elements of an amount: by composition, by whole pieces, or in proportion to what is there for mixed
  /// materials.
  std::vector<Int128> split(std::uint32_t material, Int128 amount, const std::vector<Int128>& present) const {
    const factory::Material& m = chemistry_.materials[material];
    std::vector<Int128> parts(elements_, 0);
    if (amount == 0) return parts;
    if (m.measure == Measure::pieces) {
      for (std::size_t e = 0; e < elements_; ++e) parts[e] = amount / m.piece_mg * m.piece_elements[e];
      return parts;
    }
    std::vector<double> fraction = m.fraction;
    if (m.composition == factory::Composition::mixed) {
      double total = 0.0;
      for (const Int128 mass_of_element : present)
        total += static_cast<double>(std::max<Int128>(mass_of_element, 0));
      fraction.assign(elements_, 0.0);
      for (std::size_t e = 0; e < elements_ && total > 0.0; ++e)
        fraction[e] = static_cast<double>(std::max<Int128>(present[e], 0)) / total;
    }
    const ElementMasses whole = factory::split_exactly(static_cast<std::int64_t>(amount), fraction);
    std::copy(whole.begin(), whole.end(), parts.begin());
    return parts;
  }

  const Scenario& sc_;
  const factory::Plant& plant_;
  const factory::Chemistry& chemistry_;
  const CampaignState& state_;
  std::size_t elements_;
  MaterialBalance balance_;
  std::vector<std::vector<Int128>> converted_;  ///< by material and element: made less used
};

}  // namespace

MaterialBalance material_balance(const Scenario& scenario, const CampaignState& state) {
  return Balancer(scenario, state).run();
}

Int128 EnergyBalance::residual_nJ() const {
  const Int128 bus = generated - storage_change - storage_loss - used();
  const Int128 driver = charged - kinetic - launch_heat - solver_residual - driver_store;
  return absolute(bus) + absolute(driver);
}

double EnergyBalance::residual_rel() const {
  return used() == 0 ? 0.0 : static_cast<double>(residual_nJ()) / static_cast<double>(used());
}

EnergyBalance energy_balance(const Scenario& scenario, const CampaignState& state) {
  EnergyBalance balance;
  const factory::Plant& plant = scenario.plant;
  for (const factory::Station& station : plant.stations) {
    const factory::StationState& s = state.groups[station.group].stations[station.local];
    const Int128 energy = factory::energy_nJ(station, s);
    if (energy > 0) balance.stations.push_back({station.name, energy});
    balance.station_use += energy;
    for (std::size_t i = 0; i < station.mix.size(); ++i) {
      if (!station.mix[i].recipe) continue;
      const auto bound =
          static_cast<Int128>(plant.chemistry.recipes[*station.mix[i].recipe].enthalpy_J * 1e9);
      balance.chemical += bound * (s.firings[i].good + s.firings[i].reworked + s.firings[i].scrapped);
    }
  }
  const SiteState& site = state.site;
  if (scenario.power) {
    const logistics::PowerState initial = logistics::initial_power_state(scenario.power->storage);
    balance.generated = site.power.flows.generated;
    balance.curtailed = site.power.flows.curtailed;
    balance.storage_change = site.power.stored - initial.stored;
    balance.storage_loss = site.power.flows.storage_loss;
    balance.base_use = site.base_nJ;
    balance.unserved_base = site.unserved_base_nJ;
  } else {  // everything is supplied as it is used
    balance.generated = balance.station_use + site.driver.charged_nJ;
  }
  balance.charged = site.driver.charged_nJ;
  balance.kinetic = site.driver.kinetic_nJ;
  balance.launch_heat = site.driver.heat_nJ;
  balance.solver_residual = site.driver.residual_nJ;
  balance.driver_store = site.driver.stored_nJ;
  return balance;
}

namespace {

/// By material and element: the part that was imported.
using Shares = std::vector<std::vector<double>>;

/// Gives a recipe's outputs the mix of imported and local atoms of element e that goes into its firing.
void pass_on(const factory::Chemistry& chemistry, const factory::Recipe& recipe, std::size_t e,
             Shares& share) {
  double imported = 0.0, total = 0.0;
  for (const factory::RecipeLeg& leg : recipe.inputs) {
    imported += static_cast<double>(leg.mg[e]) * share[leg.material][e];
    total += static_cast<double>(leg.mg[e]);
  }
  if (total <= 0.0) return;
  for (const factory::RecipeLeg& leg : recipe.outputs) {
    const factory::Material& made = chemistry.materials[leg.material];
    if (!made.imported && !made.found_in_ground && leg.mg[e] > 0) share[leg.material][e] = imported / total;
  }
}

}  // namespace

std::vector<double> imported_shares(const factory::Chemistry& chemistry) {
  const std::size_t elements = chemistry.elements.size();
  Shares share(chemistry.materials.size(), std::vector<double>(elements, 0.0));
  for (std::size_t m = 0; m < share.size(); ++m) {
    if (chemistry.materials[m].imported) share[m].assign(elements, 1.0);
  }
  constexpr int rounds = 100;  // recycling loops settle geometrically
  for (int round = 0; round < rounds; ++round) {
    for (const factory::Recipe& recipe : chemistry.recipes) {
      for (std::size_t e = 0; e < elements; ++e) pass_on(chemistry, recipe, e, share);
    }
  }
  std::vector<double> result(share.size(), 0.0);
  for (std::size_t m = 0; m < share.size(); ++m) {
    const factory::Material& material = chemistry.materials[m];
    for (std::size_t e = 0; e < material.fraction.size(); ++e)
      result[m] += material.fraction[e] * share[m][e];
  }
  return result;
}

}  // namespace lunafab::campaign
