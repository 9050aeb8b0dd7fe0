#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include "campaign/checkpoint.hpp"
#include "campaign/run.hpp"
#include "core/visit.hpp"
#include "orbit/radiation.hpp"
#include "orbit/snapshot.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
using orbit::LedgerStore, orbit::LifeState, orbit::Posting;

namespace {

const std::string satellite =
    "{mass: 100 kg, drag: {area: 8 m2}, array: {area: 30 m2, efficiency: 13 %, fade_per_year: 20 %, "
    "degraded_below: 95 %}, compute: {power: 5 kW}, battery: {energy: 5 kWh}, radiator: {area: 20 m2}, "
    "reliability: {failures: 0.5 yr-1, dose_limit: 30 Gy, dose_spread: 0.5}, propulsion: {delta_v: 300 m/s}}";

/// The coupled scenario with one destination in a shell of the Earth and one about the Moon; lives of 100 d.
std::string shelled(const std::string& earth = "planes: 12, per_plane: 2, spares_per_plane: 2") {
  std::string text = read_bytes(coupled);
  text = edited(text, "deep_space: {kind: heliocentric, c3: 0.9 km2/s2, ",
                "deep_space: {kind: sun_synchronous, altitude: 600 km, ");
  for (const char* name :
       {"deep: {power: 5 kW, destination: deep_space", "low: {power: 5 kW, destination: low_orbit"})
    text = edited(text, std::string(name) + ", life: 100 d, failure_rate: 0.5 yr-1, fade: 0.05 yr-1",
                  edited(name, "power: 5 kW, ", "") + ", life: 100 d");
  return text + "\nconstellation:\n  satellite: " + satellite +
         "\n  shells:\n    deep_space: {altitude: 600 km, sun_synchronous: {local_time: 6 h}, " + earth +
         ", arrival: {parking: 1000 km, longest_drift: 1 yr}}\n";
}

campaign::Scenario scenario_of(const std::string& text, const std::string& duration = "400 d") {
  Findings warnings, findings;
  Node document = parse_document(text, "shelled.yaml");
  apply_setting(document, "duration=" + duration, findings);
  return campaign::read_scenario(std::move(document), warnings);
}

struct RunAndLedger {
  campaign::CampaignState state;
  std::vector<Posting> postings;
};
RunAndLedger run(const campaign::Scenario& scenario) {
  TemporaryDirectory dir;
  campaign::Campaign campaign(scenario, 0);
  LedgerStore ledger(dir / "l", LedgerStore::Open::create, scenario.start);
  while (!campaign.done()) campaign.step(&ledger);
  ledger.commit();
  CHECK(ledger.verify().problem == "");
  RunAndLedger out{.state = campaign.state(), .postings = {}};
  ledger.each([&](const Posting& p) { out.postings.push_back(p); });
  return out;
}

}  // namespace

TEST_CASE("Slots: nobody shares one, every holder is where the shell says, at its node and altitude",
          "[campaign][fleet]") {
  const campaign::Scenario scenario = scenario_of(shelled());
  const RunAndLedger ran = run(scenario);
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> holder;
  std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> slot_of;
  int placed = 0, spares = 0;
  // Within a tick the ledger is in order of serials, not of what led to what: who leaves in it holds nothing.
  std::set<std::pair<Tick, std::uint64_t>> leavers;
  std::multimap<Tick, std::uint64_t> left_at;
  for (const Posting& p : ran.postings) {
    if (p.state < LifeState::failed) continue;
    leavers.emplace(p.tick, p.serial), left_at.emplace(p.tick, p.serial);
  }
  for (const Posting& p : ran.postings) {
    for (auto [at, end] = left_at.equal_range(p.tick); at != end; ++at) {
      if (const auto held = slot_of.find(at->second); held != slot_of.end()) {
        holder.erase(held->second);
        slot_of.erase(held);
      }
    }
    if (leavers.contains({p.tick, p.serial})) continue;
    if (!p.slot) continue;
    CHECK(p.slot->shell == "deep_space");
    CHECK((p.slot->plane >= 0 && p.slot->plane < 12 && p.slot->place >= -1 && p.slot->place < 2));
    if (p.slot->place < 0) {
      ++spares;
      continue;
    }
    ++placed;
    const std::pair key(p.slot->plane, p.slot->place);
    CHECK(!holder.contains(key));
    holder[key] = p.serial, slot_of[p.serial] = key;
    if (p.orbits.empty()) continue;
    const orbit::OrbitRecord& o = p.orbits.front();
    CHECK_THAT(o.r_m.norm(), WithinRel(6378137.0 + 600e3, 1e-9));
    const Eigen::Vector3d normal = o.r_m.cross(o.v_mps).normalized();
    CHECK_THAT(normal.z(), WithinAbs(std::cos(97.788 * M_PI / 180.0), 2e-4));
  }
  CHECK(placed > 20);
  CHECK(spares > 0);
}

TEST_CASE("Slots about the Moon: satellites bound for a lunar shell hold its slots, in orbits about the Moon",
          "[campaign][fleet]") {
  const campaign::Scenario scenario = scenario_of(
      shelled() +
      "    low_orbit: {body: moon, altitude: 100 km, inclination: 90 deg, planes: 3, per_plane: 40}\n");
  const RunAndLedger ran = run(scenario);
  std::set<std::pair<std::int64_t, std::int64_t>> taken;
  for (const Posting& p : ran.postings) {
    if (!p.slot || p.slot->shell != "low_orbit" || p.state != LifeState::operational) continue;
    taken.emplace(p.slot->plane, p.slot->place);
    REQUIRE(!p.orbits.empty());
    CHECK(p.orbits.front().centre == orbit::OrbitCentre::moon);
    CHECK_THAT(p.orbits.front().r_m.norm(), WithinRel(1737.4e3 + 100e3, 1e-9));
  }
  CHECK(taken.size() > 10);
}

TEST_CASE("Ageing: power at degradation is the share asked for, dose grows at the shell's rate",
          "[campaign][fleet]") {
  const campaign::Scenario scenario = scenario_of(shelled());
  const double rate = scenario.lives[1].dose_Gy_per_year + scenario.lives[0].dose_Gy_per_year;
  CHECK(rate > 0.0);
  const RunAndLedger ran = run(scenario);
  std::map<std::uint64_t, Posting> entered;
  int degraded = 0;
  for (const Posting& p : ran.postings) {
    if (p.kind == orbit::PostingKind::note) continue;
    if (p.state == LifeState::operational) entered[p.serial] = p;
    if (p.state != LifeState::degraded) continue;
    ++degraded;
    const Posting& before = entered.at(p.serial);
    const double years = seconds(p.tick - before.tick) / (365.25 * 86400.0);
    CHECK_THAT(static_cast<double>(p.power_W), WithinAbs(5000.0 * std::pow(0.8, years), 0.5));  // whole watts
    const bool by_power = p.note.find("power") != std::string::npos;
    if (by_power) CHECK(p.power_W == 4750);
    CHECK(*p.reserve->dose_Gy >= *before.reserve->dose_Gy);
  }
  CHECK(degraded > 20);
}

TEST_CASE("Ageing: lifetimes follow the survival that `lunafab constellation` states", "[campaign][fleet]") {
  // Failures of all satellites that entered service long enough ago, against exponential × lognormal.
  std::string text =
      edited(shelled("planes: 40, per_plane: 40"), "life: 100 d}\n  sat_low", "life: 20 yr}\n  sat_low");
  const campaign::Scenario scenario = scenario_of(text, "1000 d");
  const std::size_t there = scenario.orbit.destinations[0].name == "deep_space" ? 0 : 1;
  const campaign::OrbitalLife& life = scenario.lives[there];
  const RunAndLedger ran = run(scenario);
  std::map<std::uint64_t, Tick> entered;
  std::map<std::uint64_t, Tick> failed;
  std::map<std::uint64_t, double> dose;
  for (const Posting& p : ran.postings) {
    if (p.destination != "deep_space" || p.kind == orbit::PostingKind::note) continue;
    if (p.state == LifeState::operational) entered[p.serial] = p.tick, dose[p.serial] = *p.reserve->dose_Gy;
    if (p.state == LifeState::failed) failed[p.serial] = p.tick;
  }
  constexpr double age_d = 200.0;
  int seen = 0, dead = 0;
  double expected = 0.0;
  for (const auto& [serial, tick] : entered) {
    if (days(scenario.end) - days(tick) < age_d) continue;
    ++seen;
    dead += failed.contains(serial) && days(failed[serial]) - days(tick) < age_d;
    orbit::Reliability left = life.reliability;
    left.base_failures_per_year = 0.5;
    const double years = age_d / 365.2422, at_entry = dose[serial] / life.dose_Gy_per_year;
    orbit::Reliability ageless = left;
    ageless.base_failures_per_year = 0.0;
    // The dose of the drift counts from before: whoever would have died on the way dies on entering.
    expected +=
        1.0 - std::exp(-0.5 * years) * orbit::survival(ageless, life.dose_Gy_per_year, years + at_entry);
  }
  REQUIRE(seen > 100);
  // Four standard deviations of a binomial count.
  CHECK(std::abs(dead - expected) < 4.0 * std::sqrt(seen * 0.25));
}

TEST_CASE("Ledger and results agree on counts and power", "[campaign][fleet]") {
  TemporaryDirectory dir;
  write_bytes(dir / "s.yaml", shelled());
  run_scenario(dir / "s.yaml", "r", {"--limits", "-1", "--set", "duration=1200 d"}, dir);
  const Json result = summary(dir / "r");
  const Ran balance = call({"ledger", dir / "r", "balance", "--at", "1200 d", "--json"}, dir);
  CHECK(balance.code == 0);
  const Json ledger = Json::parse(balance.text);
  const auto ever = [&](const std::string& name) {
    for (const Json& state : ledger["states"])
      if (state["state"] == name) return state["ever"].get<std::int64_t>();
    return std::int64_t{-1};
  };
  CHECK(ever("operational") == result["satellites_inserted"]);
  CHECK(ever("degraded") == result["satellites_degraded"]);
  CHECK(ever("failed") == result["satellites_failed_in_orbit"]);
  CHECK(ever("decayed") == result["satellites_decayed"]);
  CHECK(ever("decayed") > 0);
  CHECK(ever("retired") == result["satellites_retired"]);
  CHECK(ever("lost") == result["satellites_lost"]);
  const LedgerStore store(dir / "r/ledger.sqlite", LedgerStore::Open::read);
  const Tick end = Tick{} + ticks_from_seconds(result["duration_s"].get<double>());
  double power_W = 0.0;
  const orbit::Snapshot states = store.states_at(never);
  states.each([&](const orbit::SatelliteState& s) {
    if (orbit::is_active(s.state)) power_W += orbit::capacity_at(s, end).power_W;
  });
  CHECK_THAT(power_W / 1e3, WithinRel(result["active_kW_end"].get<double>(), 1e-12));
  const Ran list =
      call({"ledger", dir / "r", "list", "--shell", "deep_space", "--state", "operational", "--json"}, dir);
  std::set<std::pair<int, int>> held;
  for (const Json& s : Json::parse(list.text)) {
    if (s["slot"]["place"] >= 0) CHECK(held.emplace(s["slot"]["plane"], s["slot"]["place"]).second);
  }
  CHECK(!held.empty());
}

TEST_CASE("A run with slots goes on from its checkpoint to the same state", "[campaign][fleet]") {
  TemporaryDirectory dir;
  const campaign::Scenario scenario = scenario_of(shelled(), "200 d");
  campaign::Campaign whole(scenario, 0);
  whole.run_to_end();
  campaign::Campaign half(scenario, 0);
  while (half.state().now < Tick{} + ticks_from_seconds(120.0 * 86400.0)) half.step(nullptr);
  campaign::write_checkpoint(dir / "c", scenario, {.state = half.state()});
  campaign::Campaign rest(scenario, 0, campaign::read_checkpoint(dir / "c", scenario)->state);
  rest.run_to_end();
  CHECK(state_hash(rest.state()) == state_hash(whole.state()));
}

TEST_CASE("Replacements: each failure in the shell orders one satellite more", "[campaign][fleet]") {
  const RunAndLedger plain = run(scenario_of(shelled())),
                     more = run(scenario_of(shelled("planes: 12, per_plane: 2, replace: failed")));
  const auto replacements = [](const RunAndLedger& ran) {
    return std::count_if(ran.postings.begin(), ran.postings.end(), [](const Posting& p) {
      return p.state == LifeState::ordered && p.note.starts_with("replaces satellite ");
    });
  };
  const auto failures = std::count_if(more.postings.begin(), more.postings.end(), [](const Posting& p) {
    return p.state == LifeState::failed && p.destination == "deep_space" &&
           p.kind == orbit::PostingKind::step;
  });
  CHECK(replacements(plain) == 0);
  CHECK(failures > 0);
  CHECK(replacements(more) == failures);
}

TEST_CASE("A section that contradicts the satellites or the destination is refused at its place",
          "[campaign][fleet]") {
  CHECK_THROWS_WITH(
      scenario_of(edited(shelled(), "life: 100 d}\n  sat_low", "life: 100 d, fade: 0.3 yr-1}\n  sat_low")),
      Contains("satellites.sat_deep.fade") && Contains("constellation"));
  CHECK_THROWS_WITH(scenario_of(edited(shelled(), "deep_space: {altitude: 600 km, sun",
                                       "deep_space: {altitude: 700 km, sun")),
                    Contains("constellation.shells.deep_space") && Contains("700"));
}
