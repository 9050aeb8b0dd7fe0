#include <catch2/catch.hpp>
#include "campaign/balance.hpp"
#include "campaign/run.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::campaign;
using namespace lunafab::test;

namespace {

/// A scenario run to its end.
struct Finished {
  Scenario scenario;
  CampaignState state;
};

Finished finished(const std::string& file, const Arguments& settings) {
  Findings warnings;
  Finished run{load_scenario(file, settings, warnings), {}};
  Campaign campaign(run.scenario, 0);
  campaign.run_to_end();
  run.state = campaign.state();
  return run;
}

void check_balanced(const Finished& run) {
  const MaterialBalance material = material_balance(run.scenario, run.state);
  const EnergyBalance energy = energy_balance(run.scenario, run.state);
  CHECK(material.mass_residual_mg == 0);
  CHECK(material.element_residual_mg == 0);
  CHECK(energy.used() > 0);
  CHECK(energy.residual_rel() <= 1e-9);
}

std::int64_t scrapped(const Finished& run) {
  std::int64_t count = 0;
  for (const auto& group : run.state.groups) {
    for (const auto& station : group.stations) {
      for (const auto& firings : station.firings) count += firings.scrapped;
    }
  }
  return count;
}

Int128 overflowed(const Finished& run) {
  Int128 amount = 0;
  for (const auto& group : run.state.groups) {
    for (const auto& store : group.stores) amount += store.overflowed;
  }
  return amount;
}

}  // namespace

TEST_CASE("Balances: no milligram and no joule is left over, at any horizon", "[campaign]") {
  for (const std::string& file : {coupled, baseline}) {
    for (const char* duration : {"1 s", "29 min", "1 h", "13.37 d", "47.11 d", "100 d"}) {
      INFO(file << " " << duration);
      check_balanced(finished(file, {"warmup=0 d", std::string("duration=") + duration}));
    }
  }
}

TEST_CASE("Balances: they close over years, with satellites that fail and retire", "[campaign]") {
  const Finished run = finished(coupled, {"duration=3.3 yr"});
  CHECK(run.state.site.ever[static_cast<std::size_t>(orbit::LifeState::retired)] > 0);
  CHECK(run.state.site.ever[static_cast<std::size_t>(orbit::LifeState::failed)] > 0);
  check_balanced(run);
}

TEST_CASE("Balances: they close where much is scrapped, spilt, lost and misfired", "[campaign]") {
  const Finished run =
      finished(coupled, {"duration=61.7 d", "lines.assembly.stations.benders.yield=0.4",
                         "lines.assembly.stations.fitters.yield=0.5", "lines.mine.stations.cells.yield=0.7",
                         "lines.mine.stations.cells.scrap=dump", "lines.mine.stores.oxygen.capacity=50 kg",
                         "lines.assembly.stores.bin.capacity=10 kg", "flights.lander.loss=0.5",
                         "driver.misfire=0.6", "destinations.deep_space.arrival_loss=0.5",
                         "depot.stores.gas.when_full=dump", "depot.stores.gas.capacity=220 kg"});
  CHECK(scrapped(run) > 50);
  CHECK(overflowed(run) > 0);
  CHECK(run.state.site.driver.misfires > 10);
  CHECK(run.state.site.flights[0].lost[0] > 0);
  CHECK(run.state.site.flights[0].landed[0] > 0);
  check_balanced(run);
}

TEST_CASE("Balances: a milligram taken from any store is missed", "[campaign]") {
  const Finished run = finished(coupled, {"duration=30 d"});
  int tried = 0;
  for (std::size_t g = 0; g < run.state.groups.size(); ++g) {
    for (std::size_t s = 0; s < run.state.groups[g].stores.size(); ++s) {
      const std::uint32_t store = run.scenario.plant.groups[g].stores[s];
      CampaignState state = run.state;
      state.groups[g].stores[s].amount -= 1;  // a milligram, or a piece
      const factory::Material& material = run.scenario.plant.material_of(store);
      const Int128 taken = material.measure == factory::Measure::bulk ? 1 : material.piece_mg;
      CHECK(material_balance(run.scenario, state).mass_residual_mg == taken);
      ++tried;
    }
  }
  CHECK(tried == 12);
}

TEST_CASE("Balances: a satellite that no firing made is missed", "[campaign]") {
  const Finished run = finished(coupled, {"duration=30 d"});
  CampaignState state = run.state;
  state.groups[1].stations[1].firings[0].good += 1;  // its inputs count as used, itself is nowhere
  const std::uint32_t satellite = run.scenario.satellites[0].material;
  CHECK(material_balance(run.scenario, state).mass_residual_mg ==
        run.scenario.plant.chemistry.materials[satellite].piece_mg);
}

TEST_CASE("Balances: what counts as on the road or before the driver is found there, load by load",
          "[campaign]") {
  // The balance takes both as departures less arrivals; here vehicles, landings and the queue are counted.
  for (const char* duration : {"13.37 d", "30.03 d", "44.2 d", "71.9 d"}) {
    const Finished run = finished(coupled, {"driver.misfire=0.3", std::string("duration=") + duration});
    const factory::Plant& plant = run.scenario.plant;
    const auto& materials = plant.chemistry.materials;
    std::vector<Int128> road(materials.size()), driver(materials.size());
    const auto add = [&](std::vector<Int128>& to, std::uint32_t material, std::int64_t amount) {
      to[material] += factory::mass_mg(materials[material], amount);
    };
    for (std::size_t g = 0; g < run.state.groups.size(); ++g) {
      for (const auto& message : run.state.groups[g].inbox) {
        if (message.kind == factory::GroupMessage::Kind::arrival)
          add(road, plant.stores[message.store].material, message.load.amount);
      }
      for (std::size_t s = 0; s < run.state.groups[g].stores.size(); ++s) {
        for (const auto& waiting : run.state.groups[g].stores[s].inbound)
          add(road, plant.stores[plant.groups[g].stores[s]].material, waiting.amount);
      }
    }
    const SiteState& site = run.state.site;
    const auto add_satellite = [&](std::uint64_t serial) {
      add(driver, run.scenario.satellites[site.satellites[serial - 1].design].material, 1);
    };
    for (const auto& queued : site.driver.queue) add_satellite(queued.serial);
    for (const auto& waiting : site.driver.waiting) add_satellite(waiting.serial);
    for (const SiteEvent& event : site.events) {
      if (event.kind == SiteEvent::Kind::at_driver || event.kind == SiteEvent::Kind::recovered)
        add_satellite(event.key);
    }
    const MaterialBalance balance = material_balance(run.scenario, run.state);
    for (std::size_t m = 0; m < materials.size(); ++m) {
      INFO(duration << " " << materials[m].name);
      CHECK(balance.materials[m].on_the_road == road[m]);
      CHECK(balance.materials[m].before_driver == driver[m]);
    }
  }
}

TEST_CASE("Balances: a recipe that makes a milligram of an element from nothing is missed, once a firing",
          "[campaign]") {
  const Finished run = finished(coupled, {"duration=30 d"});
  Scenario scenario = run.scenario;
  scenario.plant.chemistry.recipes[0].outputs[0].mg[0] += 1;
  Int128 firings = 0;
  for (std::uint32_t s = 0; s < scenario.plant.stations.size(); ++s) {
    const factory::Station& station = scenario.plant.stations[s];
    if (station.mix.front().recipe == 0u)
      firings += run.state.groups[station.group].stations[station.local].firings[0].good;
  }
  CHECK(firings > 10);
  CHECK(material_balance(scenario, run.state).element_residual_mg == firings);
}

TEST_CASE("Balances: a nanojoule from nowhere, or lost in the driver, is missed", "[campaign]") {
  const Finished run = finished(coupled, {"duration=30 d"});
  CampaignState state = run.state;
  CHECK(energy_balance(run.scenario, state).residual_nJ() == 0);
  state.site.power.flows.generated += 1;
  CHECK(energy_balance(run.scenario, state).residual_nJ() == 1);
  state.site.driver.stored_nJ -= 1;
  CHECK(energy_balance(run.scenario, state).residual_nJ() == 2);
}

TEST_CASE("Balances: the program states them in its summary", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "r", {"--limits", "-1", "--set", "duration=13.37 d"}, dir);
  const Json json = summary(dir / "r");
  CHECK(json["mass_residual_kg"] == 0.0);
  CHECK(json["element_residual_kg"] == 0.0);
  CHECK(json["energy_residual_rel"] <= 1e-9);
}
