#include "campaign/flow_program.hpp"
#include <coin/Clp_C_Interface.h>
#include <algorithm>
#include <cmath>
#include <coin/CoinFinite.hpp>
#include <limits>
#include <memory>
#include "campaign/rough_lots.hpp"
#include "core/variates.hpp"

namespace lunafab::campaign {
namespace {

using factory::Leg;
using factory::Operation;
using factory::Place;
using factory::Station;

// Least time at the bottleneck counts first, then imported kilograms, then station hours.
constexpr double time_weight = 1e3, import_weight = 1e-3, work_weight = 1e-6;

constexpr double instant_per_h = 1e12;

/// Rows of a program, gathered by column as CLP wants them.
class Program {
 public:
  int add_column(double cost) {
    costs_.push_back(cost);
    columns_.emplace_back();
    return static_cast<int>(costs_.size()) - 1;
  }
  int add_row(double low, double high) {
    low_.push_back(low);
    high_.push_back(high);
    return static_cast<int>(low_.size()) - 1;
  }
  void add(int row, int column, double value) {
    columns_[static_cast<std::size_t>(column)].emplace_back(row, value);
  }

  /// Values of the columns at the optimum; empty where there is none.
  std::vector<double> solve() const {
    std::vector<CoinBigIndex> starts{0};
    std::vector<int> rows;
    std::vector<double> values;
    for (const auto& column : columns_) {
      for (const auto& [row, value] : merged(column)) {
        rows.push_back(row);
        values.push_back(value);
      }
      starts.push_back(static_cast<CoinBigIndex>(rows.size()));
    }
    const std::unique_ptr<Clp_Simplex, void (*)(Clp_Simplex*)> model(Clp_newModel(), Clp_deleteModel);
    Clp_setLogLevel(model.get(), 0);
    const std::vector<double> zero(costs_.size(), 0.0), top(costs_.size(), COIN_DBL_MAX);
    Clp_loadProblem(model.get(), static_cast<int>(costs_.size()), static_cast<int>(low_.size()),
                    starts.data(), rows.data(), values.data(), zero.data(), top.data(), costs_.data(),
                    low_.data(), high_.data());
    Clp_scaling(model.get(), 1);
    if (Clp_dual(model.get(), 0) != 0 || Clp_status(model.get()) != 0) return {};
    const double* solution = Clp_primalColumnSolution(model.get());
    return {solution, solution + costs_.size()};
  }

 private:
  static std::vector<std::pair<int, double>> merged(std::vector<std::pair<int, double>> column) {
    std::sort(column.begin(), column.end());
    std::vector<std::pair<int, double>> result;
    for (const auto& entry : column) {
      if (!result.empty() && result.back().first == entry.first) {
        result.back().second += entry.second;
      } else {
        result.push_back(entry);
      }
    }
    return result;
  }

  std::vector<double> costs_, low_, high_;
  std::vector<std::vector<std::pair<int, double>>> columns_;
};

class FlowProgram {
 public:
  FlowProgram(const Scenario& scenario, const std::vector<double>& powered_share)
      : sc_(scenario), plant_(scenario.plant), powered_share_(powered_share) {}

  FlowPlan run() {
    const int time = program_.add_column(time_weight);
    product_row_ = program_.add_row(1.0, 1.0);
    add_store_rows();
    std::vector<std::vector<int>> columns(plant_.stations.size());
    for (std::uint32_t s = 0; s < plant_.stations.size(); ++s) columns[s] = add_station(s, time);
    FlowPlan plan;
    const std::vector<double> solution = program_.solve();
    if (solution.empty()) return plan;
    plan.feasible = true;
    plan.hours_per_product = solution[static_cast<std::size_t>(time)];
    for (const auto& of_station : columns) {
      plan.starts.emplace_back();
      for (const int column : of_station)
        plan.starts.back().push_back(solution[static_cast<std::size_t>(column)]);
    }
    return plan;
  }

 private:
  void add_store_rows() {
    std::vector<std::uint8_t> filled(plant_.stores.size(), 0);
    for (std::size_t s = 0; s < plant_.stores.size(); ++s)
      filled[s] = plant_.stores[s].producers.empty() ? 0 : 1;
    for (const factory::Route& route : plant_.routes) {
      if (route.to) filled[*route.to] = 1;
    }
    for (const FlightLine& line : sc_.flights) {
      for (const std::uint32_t store : line.stores) filled[store] = 0;
    }
    for (std::size_t s = 0; s < plant_.stores.size(); ++s) {  // a stock that nothing refills is not a flow
      store_rows_.push_back(filled[s] != 0 ? program_.add_row(0.0, COIN_DBL_MAX) : -1);
    }
  }

  std::vector<int> add_station(std::uint32_t s, int time) {
    const Station& station = plant_.stations[s];
    const double rate = station.source ? instant_per_h : station_rate_per_h(sc_, s, powered_share_[s]);
    const int load = program_.add_row(-COIN_DBL_MAX, 0.0);  // hours for its starts ≤ the bottleneck's
    program_.add(load, time, -1.0);
    std::vector<int> columns;
    for (const Operation& op : station.mix) {
      const int column = program_.add_column(work_weight / rate + import_weight * imported_kg(op));
      program_.add(load, column, 1.0 / rate);
      for (const Leg& leg : op.take) flow(leg.place, leg, column, -1.0);
      put_outputs(station, op, column);
      columns.push_back(column);
    }
    for (std::size_t i = 1; i < columns.size(); ++i) {  // a mix keeps its shares
      const int share = program_.add_row(0.0, 0.0);
      program_.add(share, columns[0],
                   static_cast<double>(station.mix[i].weight) / static_cast<double>(station.mix[0].weight));
      program_.add(share, columns[i], -1.0);
    }
    return columns;
  }

  void put_outputs(const Station& station, const Operation& op, int column) {
    if (station.route != factory::no_route) {
      const factory::Route& route = plant_.routes[station.route];
      if (route.to) {
        flow(*route.to, op.take.front(), column, 1.0);
      } else {
        program_.add(product_row_, column, static_cast<double>(op.take.front().amount));
      }
      return;
    }
    for (const Leg& leg : op.put) {
      flow(leg.place, leg, column, station.yield);
      if (leg.place == factory::index(Place::shipped) && sc_.satellites.empty()) {
        program_.add(product_row_, column, station.yield * static_cast<double>(leg.amount));
      }
    }
  }

  /// Amounts in pieces or tonnes, so that coefficients stay near 1.
  void flow(std::uint32_t place, const Leg& leg, int column, double sign) {
    if (!factory::is_store(place) || store_rows_[place] < 0) return;
    const bool bulk = plant_.chemistry.materials[leg.material].measure == factory::Measure::bulk;
    program_.add(store_rows_[place], column, sign * static_cast<double>(leg.amount) * (bulk ? 1e-9 : 1.0));
  }

  double imported_kg(const Operation& op) const {
    double kg = 0.0;
    for (const Leg& leg : op.take) {
      const factory::Material& material = plant_.chemistry.materials[leg.material];
      if (material.imported) kg += static_cast<double>(factory::mass_mg(material, leg.amount)) * 1e-6;
    }
    return kg;
  }

  const Scenario& sc_;
  const factory::Plant& plant_;
  const std::vector<double>& powered_share_;
  Program program_;
  int product_row_ = 0;
  std::vector<int> store_rows_;
};

}  // namespace

double station_rate_per_h(const Scenario& scenario, std::uint32_t index, double powered_share) {
  const Station& station = scenario.plant.stations[index];
  double cycle_h = mean(station.cycle) / station.speed / 3600.0;
  if (station.route != factory::no_route) {
    const factory::Route& route = scenario.plant.routes[station.route];
    cycle_h += (seconds(route.outbound) + seconds(route.inbound)) / 3600.0;
  }
  double available = powered_share;
  available *= availability(scenario, station, cycle_h * 3600.0);
  available *= station.rules.batch.most;
  return cycle_h > 0.0 && !station.serves_lots
             ? std::min(available / cycle_h * station.servers, instant_per_h)
             : instant_per_h;
}

FlowPlan plan_flow(const Scenario& scenario, const std::vector<double>& powered_share) {
  return FlowProgram(scenario, powered_share).run();
}

}  // namespace lunafab::campaign
