#pragma once
#include "orbit/ledger_store.hpp"
#include "orbit/sqlite.hpp"

namespace lunafab::orbit {

/// See LedgerStore::verify. Damage of any kind is a verdict, never an exception.
LedgerVerdict verify_ledger(const sqlite::Database& db);

}  // namespace lunafab::orbit
