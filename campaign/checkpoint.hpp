#pragma once
#include <optional>
#include <string>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"

namespace lunafab::campaign {

/// A state on disk, with what it must be continued with: the scenario it belongs to and where its ledger
/// stood.
struct Checkpoint {
  CampaignState state;
  std::int64_t ledger_postings = 0;
  std::string ledger_head;
  Tick warmup{};  ///< an automatic one is not sought again
  WarmupKind warmup_kind = WarmupKind::given;
  static void visit_fields(auto& self, auto&& visit) {
    visit("state", self.state), visit("ledger_postings", self.ledger_postings);
    visit("ledger_head", self.ledger_head), visit("warmup", self.warmup);
    visit("warmup_kind", self.warmup_kind);
  }
};

/// Writes the checkpoint under a temporary name and renames it.
void write_checkpoint(const std::string& path, const Scenario& scenario, const Checkpoint& checkpoint);

/// Reads a checkpoint; nothing where there is no file. @throws std::runtime_error where the file is damaged
/// or belongs to another scenario, seed or model version.
std::optional<Checkpoint> read_checkpoint(const std::string& path, const Scenario& scenario);

}  // namespace lunafab::campaign
