#include "campaign/warmup.hpp"
#include "campaign/flow_samples.hpp"
#include "campaign/run.hpp"

namespace lunafab::campaign {

std::optional<Scenario> settle_warmup(Scenario scenario, const std::atomic<bool>* interrupted) {
  if (scenario.warmup_kind != WarmupKind::automatic) return scenario;
  const Pairing pairing = scenario.pairing;
  scenario.pairing = Pairing::none;
  scenario.warmup = Tick{};
  Campaign pilot(scenario, pilot_replication);
  if (!pilot.run_to_end(interrupted)) return std::nullopt;
  const std::optional<Tick> settled = settled_from(pilot.state().flow);
  scenario.warmup = settled.value_or(Tick{scenario.end.us / 2});
  scenario.warmup_kind = settled ? WarmupKind::chosen : WarmupKind::not_settled;
  scenario.pairing = pairing;
  return scenario;
}

}  // namespace lunafab::campaign
