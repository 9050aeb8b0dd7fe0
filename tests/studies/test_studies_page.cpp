#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> shipped{"line_buffers", "what_to_buy_next", "driver_sizing", "import_share"};

/// The commands of a page: lines that are indented as code and call the program or look at what it left.
std::vector<std::string> commands_of(const std::string& page) {
  std::vector<std::string> commands;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("    ")) continue;
    const std::string command = line.substr(4);
    const bool ours = command.starts_with("lunafab ") || command.starts_with("head ");
    // Those of a cluster need one: the test of Slurm has its own.
    if (ours && !command.starts_with("lunafab slurm")) commands.push_back(command);
  }
  return commands;
}

/// A shipped study with short runs and few of them, reading the shipped scenario.
std::string shortened(const std::string& name) {
  std::string text = read_bytes(source + "/configs/studies/" + name + ".yaml");
  text = edited(text, "scenario: ..", "scenario: " + source + "/configs");
  const std::size_t duration = text.find("duration: ");
  text.replace(duration, text.find_first_of(",}\n", duration) - duration, "duration: 20 d");
  const std::size_t warmup = text.find("warmup: ");
  text.replace(warmup, text.find_first_of(",}\n", warmup) - warmup, "warmup: 10 d");
  const std::size_t replications = text.find("\nreplications: ");
  return text.replace(replications, text.find('\n', replications + 1) - replications, "\nreplications: 1");
}

}  // namespace

TEST_CASE("The commands of docs/studies.md do what they say", "[studies]") {
  const TemporaryDirectory dir;
  fs::create_directory_symlink(source + "/configs", dir / "configs");
  fs::create_directory_symlink(fs::path(LUNAFAB_PROGRAM).parent_path(), dir / "bin");
  const std::vector<std::string> commands = commands_of(read_bytes(source + "/docs/studies.md"));
  CHECK(commands.size() >= 5);
  for (const std::string& command : commands) {
    CAPTURE(command);
    const std::string line =
        fmt::format("cd '{}' && PATH=\"$PWD/bin:$PATH\" && {} > said.txt 2>&1", dir.path(), command);
    const int code = std::system(line.c_str());  // NOLINT(cert-env33-c): the page is ours
    CAPTURE(read_bytes(dir / "said.txt"));
    CHECK(code == 0);
  }
}

TEST_CASE("Shipped studies are fine, and say what they would do", "[studies]") {
  const TemporaryDirectory dir;
  for (const std::string& name : shipped) {
    const std::string file = source + "/configs/studies/" + name + ".yaml";
    CHECK(call({"check", file}, dir).text == file + ": fine\n");
    const Ran dry = call({"sweep", file, "--dry-run"}, dir);
    CAPTURE(dry.text);
    CHECK(dry.code == 0);
    CHECK(dry.text.find("fails") == std::string::npos);
  }
}

TEST_CASE("Shipped studies run to the end, shortened", "[studies]") {
  const TemporaryDirectory dir;
  for (const std::string& name : shipped) {
    CAPTURE(name);
    write_bytes(dir / (name + ".yaml"), shortened(name));
    sweep_well(name + ".yaml", name, {}, dir);
    CHECK(load_csv(dir / (name + "/summary.csv")).rows.size() >= 15);
  }
}
