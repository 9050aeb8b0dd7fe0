#pragma once
#include <string>
#include "core/csv.hpp"
#include "tests/campaign/program.hpp"

// A study that runs in a moment, and what a sweep of it leaves behind.
namespace lunafab::test {

/// Two unreliable machines, short runs: 3 × 4 points, two replications.
inline const std::string small =
    "lunafab: study/1\nscenario: " + source +
    "/configs/validation/unreliable_pair_b10.yaml\n"
    "set: {duration: 60 d, warmup: 5 d}\n"
    "factors:\n"
    "  lines.line.stores.buffer.capacity: {values: [1, 5, 10]}\n"
    "  lines.line.stations.second.cycle.mean: {min: 50 min, max: 80 min, steps: 4}\n"
    "design: {kind: grid}\n"
    "metrics: [shipped_per_h, lines.line.stores.buffer.mean_pieces]\n"
    "replications: 2\n";

inline std::string written(const TemporaryDirectory& dir, const std::string& text) {
  write_bytes(dir / "study.yaml", text);
  return dir / "study.yaml";
}

/// runs.csv and summary.csv together.
inline std::string tables(const std::string& directory) {
  return read_bytes(directory + "/runs.csv") + read_bytes(directory + "/summary.csv");
}

inline void sweep_well(const std::string& study, const std::string& out, const Arguments& more,
                       const TemporaryDirectory& dir) {
  const Ran ran = call(Arguments{"sweep", study, "--out", out} + more, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
}

inline std::uintmax_t stored_bytes(const std::string& directory) {
  namespace fs = std::filesystem;
  std::uintmax_t bytes = 0;
  if (!fs::exists(directory + "/segments")) return 0;
  for (const auto& entry : fs::directory_iterator(directory + "/segments")) bytes += entry.file_size();
  return bytes;
}

/// The texts of a column.
inline std::vector<std::string> column(const CsvTable& table, const std::string& name) {
  std::vector<std::string> cells;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (table.header[c].text != name) continue;
    for (const auto& row : table.rows) cells.push_back(row[c].text);
    return cells;
  }
  FAIL("no column " << name);
  return cells;
}

}  // namespace lunafab::test
