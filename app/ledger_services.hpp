#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "orbit/capacity.hpp"
#include "orbit/ledger_store.hpp"

namespace lunafab::app {

/// When the satellites of a ledger were in service, by shell.
struct LedgerServices {
  Epoch start;
  std::vector<std::vector<orbit::Service>> by_shell;
  std::int64_t elsewhere = 0;  ///< served in none of the shells
};

/// A satellite serves from its first entry into `operational` to its failure, loss or retirement, in the
/// shell of its slot or, without one, of the name of its destination. Postings may be in any order of time
/// between satellites.
LedgerServices services_of(const orbit::LedgerStore& store, const std::vector<std::string>& shells);

}  // namespace lunafab::app
