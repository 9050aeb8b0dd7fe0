#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

namespace fs = std::filesystem;

/// The lines of a section of docs/studies.md that are set as commands.
std::vector<std::string> commands(const std::string& heading) {
  std::istringstream page(read_bytes(source + "/docs/studies.md"));
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) inside = line == heading;
    if (inside && line.starts_with("    ")) found.push_back(line.substr(4));
  }
  return found;
}

}  // namespace

TEST_CASE("The guide's commands for results and clusters do what it says", "[studies]") {
  const TemporaryDirectory dir;
  fs::create_directory_symlink(source + "/configs", dir / "configs");
  REQUIRE(call({"sweep", "configs/studies/line_buffers.yaml"}, dir).code == 0);
  std::size_t ran = 0;
  for (const char* heading : {"## What is left behind", "## Clusters"}) {
    for (const std::string& command : commands(heading)) {
      if (command.find("| parallel ") != std::string::npos && access("/usr/bin/parallel", X_OK) != 0) {
        WARN("skipped, as there is no parallel: " << command);
        continue;
      }
      write_bytes(dir / "command.sh", command + "\n");
      const int status =
          std::system(fmt::format("cd '{}' && PATH='{}':$PATH bash -e command.sh >printed.txt 2>&1",
                                  dir.path(), fs::path(LUNAFAB_PROGRAM).parent_path().string())
                          .c_str());
      INFO(command << "\n" << read_bytes(dir / "printed.txt"));
      // Nothing has been submitted to Slurm, so its status says that something is to be done.
      CHECK(WEXITSTATUS(status) == (command.ends_with("--status") ? 1 : 0));
      ++ran;
    }
  }
  CHECK(ran >= 3);
  if (fs::exists(dir / "runs/line/runs.csv"))
    CHECK(read_bytes(dir / "runs/line/runs.csv") == read_bytes(dir / "runs/line_buffers/runs.csv"));
}
