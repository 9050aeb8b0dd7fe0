#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include "app/ledger_command.hpp"
#include "orbit/ledger_store.hpp"

// What the parts of `lunafab ledger` share.
namespace lunafab::app {

using Json = nlohmann::ordered_json;

inline constexpr int fine = 0, ledger_says_no = 1, bad_input = 2;

/// What the user asked for cannot be had; the message says what can.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `DIR/ledger.sqlite`, or the file itself. @throws BadRequest where there is none.
std::string ledger_path(const std::string& dir);
Tick to_tick(const Instant& instant, Epoch start);
/// Notes come from files; bytes that are not UTF-8 become U+FFFD.
std::string dump(const Json& json, int indent = -1);
Json to_json(const orbit::Posting& posting, Epoch start);
/// @throws BadRequest naming the states there are.
orbit::LifeState asked_state(const std::string& name);
/// Where no instant is asked for, the ledger's last posting; 0 in an empty one.
Tick last_tick(const orbit::Snapshot& states);
std::string slot_words(const orbit::Snapshot& states, const orbit::SatelliteState& satellite);
/// @throws BadRequest where the ledger has no such satellite.
std::vector<orbit::Posting> life_of(const orbit::LedgerStore& store, std::uint64_t serial);

/// The life of one satellite, and everything known of it.
int show_satellite(const orbit::LedgerStore& store, const LedgerRequest& request);
/// Postings as CSV or JSON lines, states as CCSDS messages.
int export_ledger(const orbit::LedgerStore& store, const LedgerRequest& request);

}  // namespace lunafab::app
