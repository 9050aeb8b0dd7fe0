#include "app/ledger_services.hpp"
#include <algorithm>
#include <map>
#include <optional>

namespace lunafab::app {
namespace {

using orbit::Posting;

struct Life {
  std::optional<Tick> entry, end;
  std::string shell, destination;
};

void follow(Life& life, const Posting& posting) {
  if (!posting.destination.empty()) life.destination = posting.destination;
  if (posting.slot) life.shell = posting.slot->shell;
  if (posting.kind != orbit::PostingKind::step) return;
  if (orbit::is_active(posting.state)) {
    if (!life.entry) life.entry = posting.tick;
  } else if (life.entry && !life.end) {
    life.end = posting.tick;
  }
}

}  // namespace

LedgerServices services_of(const orbit::LedgerStore& store, const std::vector<std::string>& shells) {
  std::map<std::uint64_t, Life> lives;
  store.each([&](const Posting& posting) { follow(lives[posting.serial], posting); });
  LedgerServices services{.start = store.start(), .by_shell = {}};
  services.by_shell.resize(shells.size());
  for (const auto& [serial, life] : lives) {
    if (!life.entry) continue;
    const std::string& name = life.shell.empty() ? life.destination : life.shell;
    const auto found = std::find(shells.begin(), shells.end(), name);
    if (found == shells.end()) {
      ++services.elsewhere;
    } else {
      services.by_shell[static_cast<std::size_t>(found - shells.begin())].push_back({*life.entry, life.end});
    }
  }
  return services;
}

}  // namespace lunafab::app
