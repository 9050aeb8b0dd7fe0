#include <catch2/catch.hpp>
#include <filesystem>
#include "studies/run_store.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::studies;
using test::read_bytes, test::write_bytes, test::TemporaryDirectory;

namespace {

const MetricNames names{"rate", "level"};

RunRecord record(std::uint64_t id) {
  return {.id = id, .values = {static_cast<double>(id), 0.5}, .wall_s = 1.0};
}

/// A store of so many records, by one worker; its segment.
std::string filled(const TemporaryDirectory& dir, std::uint64_t records) {
  RunStore store(dir / "s", 1);
  for (std::uint64_t id = 1; id <= records; ++id) store.append(0, record(id), names);
  return dir / "s" + "/segments/000.log";
}

}  // namespace

TEST_CASE("Run store: what was appended is there again", "[studies]") {
  const TemporaryDirectory dir;
  {
    RunStore store(dir / "s", 2);
    store.append(0, record(7), names);
    store.append(1, {.id = 8, .status = RunStatus::failed, .error = "no power"}, {});
    CHECK(store.records().runs.size() == 2);
  }
  const Records records = read_records(dir / "s");
  REQUIRE(records.runs.size() == 2);
  CHECK(records.runs.at(7).values == std::vector<double>{7.0, 0.5});
  CHECK(records.names.at(records.runs.at(7).names) == names);
  CHECK(records.runs.at(8).status == RunStatus::failed);
  CHECK(records.runs.at(8).error == "no power");
  CHECK(records.dropped_bytes == 0);
}

TEST_CASE("Run store: a segment cut anywhere gives whole records only, and goes on", "[studies]") {
  const TemporaryDirectory dir;
  const std::string segment = filled(dir, 3), whole = read_bytes(segment);
  std::size_t last = 3;
  for (std::size_t size = whole.size(); size-- > 0;) {
    write_bytes(segment, whole.substr(0, size));
    const Records cut = read_records(dir / "s");
    CHECK(cut.runs.size() <= last);
    CHECK(cut.runs.size() < 3);
    last = cut.runs.size();
    for (const auto& [id, run] : cut.runs) CHECK(run.values == record(id).values);
    if (size % 17 != 0) continue;  // the rest of it writes files: some sizes will do
    RunStore store(dir / "s", 1);
    for (std::uint64_t id = 1; id <= 3; ++id) {
      if (!store.records().runs.contains(id)) store.append(0, record(id), names);
    }
    const Records mended = read_records(dir / "s");
    CHECK(mended.runs.size() == 3);
    CHECK(mended.dropped_bytes == 0);
  }
  CHECK(last == 0);
}

TEST_CASE("Run store: a flipped bit anywhere is noticed", "[studies]") {
  const TemporaryDirectory dir;
  const std::string segment = filled(dir, 2), whole = read_bytes(segment);
  for (std::size_t at = 16; at < whole.size(); ++at) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    write_bytes(segment, bad);
    const Records records = read_records(dir / "s");
    CHECK(records.runs.size() < 2);
    CHECK(records.dropped_bytes > 0);
  }
}

TEST_CASE("Run store: a directory in use, or a foreign file, is refused with its name", "[studies]") {
  const TemporaryDirectory dir;
  const RunStore first(dir / "s", 1);
  CHECK_THROWS_WITH(RunStore(dir / "s", 1), Catch::Contains("in use by another process"));
  std::filesystem::create_directories(dir / "t/segments");
  write_bytes(dir / "t/segments/000.log", "something that is longer than a head");
  CHECK_THROWS_WITH(RunStore(dir / "t", 1), Catch::Contains("000.log is no segment"));
}
