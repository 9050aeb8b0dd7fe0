#include <catch2/catch.hpp>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

/// Trajectories in the full model are minutes of work under sanitizers: those scenarios run without them
/// only.
bool too_long_here(const std::string& file) {
#ifdef __SANITIZE_ADDRESS__
  return read_bytes(file).find("\norbit:") != std::string::npos;
#else
  return file.empty();
#endif
}

}  // namespace

TEST_CASE("Every shipped scenario is fine and runs", "[campaign]") {
  int found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source + "/configs")) {
    const std::string folder = entry.path().parent_path().filename();
    if (entry.path().extension() != ".yaml" || folder == "drivers" || folder == "studies" ||
        folder == "transfers" || folder == "constellations" || folder == "siting")
      continue;
    ++found;
    const std::string file = entry.path().string();
    if (too_long_here(file)) continue;
    TemporaryDirectory dir;
    INFO(file);
    const Ran checked = call({"check", file}, dir);
    CHECK(checked.code == 0);
    CHECK(checked.text == file + ": fine\n");  // no warning either
    CHECK(call({"explain", file}, dir).code == 0);
    run_scenario(file, "r",
                 {"--replications", "2", "--limits", "1", "--set", "duration=20 d", "--set", "warmup=1 d"},
                 dir);
    CHECK(summary(dir / "r")["events"] > 0);
  }
  CHECK(found >= 6);
}
