#include "campaign/checkpoint.hpp"
#include <filesystem>
#include <fstream>
#include <iterator>
#include "campaign/results.hpp"
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::campaign {
namespace {

/// What stands before the state's bytes.
struct Header {
  std::string magic = "lunafab checkpoint";
  int model = model_version;
  std::string scenario;
  std::int64_t ledger_postings = 0;
  std::string ledger_head;
  std::uint64_t hash = 0;  ///< of the state
  static void visit_fields(auto& self, auto&& visit) {
    visit("magic", self.magic), visit("model", self.model), visit("scenario", self.scenario);
    visit("ledger_postings", self.ledger_postings), visit("ledger_head", self.ledger_head),
        visit("hash", self.hash);
  }
};

}  // namespace

void write_checkpoint(const std::string& path, const Scenario& scenario, const Checkpoint& checkpoint) {
  const Header header{.scenario = scenario.hash,
                      .ledger_postings = checkpoint.ledger_postings,
                      .ledger_head = checkpoint.ledger_head,
                      .hash = state_hash(checkpoint.state)};
  write_file(path, write_state(header) + write_state(checkpoint.state));
}

std::optional<Checkpoint> read_checkpoint(const std::string& path, const Scenario& scenario) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  StateReader reader(bytes);
  Header header;
  Checkpoint checkpoint;
  try {
    reader.read(header);
    if (header.magic != Header{}.magic || header.model != model_version)
      throw std::runtime_error("it was written by another model version");
    if (header.scenario != scenario.hash)
      throw std::runtime_error("it belongs to another scenario, seed or setting");
    reader.read(checkpoint.state);
    if (!reader.at_end() || state_hash(checkpoint.state) != header.hash)
      throw std::runtime_error("its bytes are damaged");
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("cannot go on from " + path + ": " + error.what());
  }
  checkpoint.ledger_postings = header.ledger_postings;
  checkpoint.ledger_head = header.ledger_head;
  return checkpoint;
}

}  // namespace lunafab::campaign
