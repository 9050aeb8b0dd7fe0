#include "campaign/checkpoint.hpp"
#include <filesystem>
#include <fstream>
#include <iterator>
#include "campaign/results.hpp"
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::campaign {
namespace {

/// What stands before the checkpoint's bytes.
struct Header {
  std::string magic = "lunafab checkpoint";
  int model = model_version;
  std::string scenario;
  std::uint64_t hash = 0;  ///< of the checkpoint's bytes
  static void visit_fields(auto& self, auto&& visit) {
    visit("magic", self.magic), visit("model", self.model), visit("scenario", self.scenario);
    visit("hash", self.hash);
  }
};

}  // namespace

void write_checkpoint(const std::string& path, const Scenario& scenario, const Checkpoint& checkpoint) {
  const std::string bytes = write_state(checkpoint);
  const Header header{.scenario = scenario.hash, .hash = state_hash(bytes)};
  write_file(path, write_state(header) + bytes);
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
    if (state_hash(bytes.substr(write_state(header).size())) !=
        header.hash)  // before damage is taken for a state
      throw std::runtime_error("its bytes are damaged");
    reader.read(checkpoint);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("cannot go on from " + path + ": " + error.what());
  }
  return checkpoint;
}

}  // namespace lunafab::campaign
