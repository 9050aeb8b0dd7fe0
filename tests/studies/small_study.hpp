#pragma once
#include <fmt/format.h>
#include <string>
#include "tests/campaign/program.hpp"

namespace lunafab::test {

/// Two unreliable machines, for so many days and replications: 24 points.
inline std::string small_study(int replications, int days) {
  return fmt::format(
      "lunafab: study/1\nscenario: {}/configs/validation/unreliable_pair_b10.yaml\n"
      "set: {{duration: {} d, warmup: 5 d}}\n"
      "factors:\n"
      "  lines.line.stores.buffer.capacity: {{values: [1, 2, 5, 10, 20, 40]}}\n"
      "  lines.line.stations.second.cycle.mean: {{min: 50 min, max: 80 min, steps: 4}}\n"
      "design: {{kind: grid}}\n"
      "metrics: [shipped_per_h, lines.line.stores.buffer.mean_pieces]\n"
      "replications: {}\n",
      source, days, replications);
}

/// All that a sweep leaves and promises to be the same whatever happened on the way.
inline std::string all_tables(const std::string& directory) {
  std::string bytes;
  for (const char* name : {"/runs.csv", "/summary.csv", "/results.sqlite"}) {
    const std::string table = read_bytes(directory + name);
    if (table.empty()) throw std::runtime_error("no " + directory + name);
    bytes += table;
  }
  return bytes;
}

}  // namespace lunafab::test
