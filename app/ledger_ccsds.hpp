#pragma once
#include <string>
#include <vector>
#include "app/ledger_command.hpp"
#include "orbit/ledger_store.hpp"

namespace lunafab::app {

struct CcsdsMessage {
  std::string file_name;
  std::string text;
};
/// A message for each satellite asked for that has an orbit record; the others are counted on std::cerr.
/// @throws BadRequest where the format cannot hold an orbit, naming one that can.
std::vector<CcsdsMessage> ccsds_messages(const orbit::LedgerStore& store, const LedgerRequest& request);

}  // namespace lunafab::app
