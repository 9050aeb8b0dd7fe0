#pragma once
#include "campaign/scenario.hpp"

namespace lunafab::test {

/// A line of two stations that share a small buffer, fail, and run out of power at night: 480 windows.
inline campaign::Scenario watched_scenario() {
  Findings warnings;
  return campaign::read_scenario(parse_document(R"(
lunafab: scenario/1
title: watched line
start: 2030-01-01
duration: 10 d
seed: 7
materials: {part: {piece: abstract}}
lines:
  shop:
    stores: {buffer: {material: part, capacity: 5}}
    stations:
      cut:
        to: buffer
        cycle: {dist: exponential, mean: 1 h}
        failures:
          clock: operating
          time_to_failure: {dist: exponential, mean: 30 h}
          time_to_repair: {dist: lognormal, mean: 5 h, cv: 1}
        power: {busy: 40 kW}
      weld: {from: buffer, servers: 2, cycle: {dist: gamma, mean: 2 h, shape: 3}, power: {busy: 20 kW}}
power:
  site: {latitude: -45 deg, longitude: 40 deg}
  solar: {area: 400 m2, efficiency: 25 %, fade: 2 %/yr}
  storage:
    capacity: 1 MWh
    charge_efficiency: 0.8
    discharge_efficiency: 0.75
    charge_limit: 100 kW
    discharge_limit: 100 kW
    initial: 0.5
    reserve: 0.1
  base_load: {power: 5 kW, priority: 0}
)",
                                                "watched"),
                                 warnings);
}

}  // namespace lunafab::test
