#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include "core/tick.hpp"
#include "orbit/ccsds.hpp"

namespace lunafab::app {

/// An instant as users give it: since the scenario's start (`200 d`), or a calendar date.
using Instant = std::variant<Tick, Epoch>;

enum class LedgerAction : std::uint8_t { verify, balance, list, show, export_all };
enum class ExportFormat : std::uint8_t { csv, opm, oem, omm };
enum class BalanceBy : std::uint8_t { whole, month, year };

/// `lunafab ledger DIR verify|balance|list|show ID|export`.
struct LedgerRequest {
  LedgerAction action = LedgerAction::verify;
  bool json = false;
  std::uint64_t serial = 0;         ///< show: which satellite; export: only this one; 0 for all
  std::string state;                ///< list, export: only satellites in this state; empty for all
  std::string shell;                ///< list: only satellites with a slot in this shell; empty for all
  std::string destination;          ///< list: only satellites for this destination; empty for all
  std::optional<Instant> since;     ///< list: only satellites whose latest posting is not before
  std::int64_t limit = 0;           ///< list: at most so many lines; 0 for all
  std::optional<Instant> at;        ///< balance, list, export: as it was then; postings after it do not count
  BalanceBy by = BalanceBy::whole;  ///< balance: with a line a calendar month or year (TT)
  std::string
      output;  ///< export: the file to write, or a directory for a file a message; empty: standard output

  // Export of CCSDS messages.
  ExportFormat format = ExportFormat::csv;
  orbit::ccsds::Encoding encoding = orbit::ccsds::Encoding::kvn;
  orbit::ccsds::Version version = orbit::ccsds::Version::v3;
  std::optional<orbit::OrbitKind> orbit;  ///< without it definitive, where there is none predicted
  double span_s = 0.0;                    ///< oem: propagated so far from each state; 0: states as posted
  double step_s = 600.0;                  ///< oem: between propagated states
  std::string originator = "LUNAFAB";
  std::string created;  ///< CREATION_DATE; empty for now
};

/// Reads the ledger of a results directory (`DIR/ledger.sqlite`, or the file itself), prints to std::cout and
/// reports trouble on std::cerr. Changes nothing. Returns the exit code: 0 fine, 1 the ledger says no
/// (damaged, a balance broken), 2 bad input.
int ledger_command(const std::string& dir, const LedgerRequest& request);

}  // namespace lunafab::app
