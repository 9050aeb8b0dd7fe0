#include <sys/mount.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <random>
#include <set>
#include "studies/run_store.hpp"
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

Ran sweep(const std::string& study, const std::string& out, const TemporaryDirectory& dir) {
  return call({"sweep", study, "--out", out}, dir);
}

/// A sweep that nothing befalls: its tables.
std::string calm_tables(const std::string& study, const TemporaryDirectory& dir) {
  const Ran ran = sweep(study, "calm", dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  return all_tables(dir / "calm");
}

/// The identity of every whole record of a run in a directory, as often as it stands there. A record is its
/// length, a hash, and the bytes, which begin with its kind and the run's identity.
std::vector<std::uint64_t> recorded(const std::string& directory) {
  std::vector<std::uint64_t> runs;
  if (!fs::exists(directory + "/segments")) return runs;
  for (const auto& entry : fs::directory_iterator(directory + "/segments")) {
    const std::string bytes = read_bytes(entry.path().string());
    for (std::size_t at = 16; at + 21 <= bytes.size();) {
      std::uint32_t size = 0;
      std::memcpy(&size, bytes.data() + at, sizeof size);
      if (at + 12 + size > bytes.size()) break;
      std::uint64_t id = 0;
      std::memcpy(&id, bytes.data() + at + 13, sizeof id);
      if (bytes[at + 12] == 2) runs.push_back(id);
      at += 12 + size;
    }
  }
  return runs;
}

std::string only_segment(const std::string& directory) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(directory + "/segments"))
    if (found.empty() || entry.file_size() > fs::file_size(found)) found = entry.path().string();
  return found;
}

/// A small file system of its own, gone with its owner.
class SmallDisk {
 public:
  SmallDisk(std::string path, const std::string& options) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  bool change(unsigned long flags, const std::string& options) const {
    return mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | flags, options.c_str()) == 0;
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE(
    "Killed at 50 random moments, a sweep loses nothing, does nothing twice and ends with the same bytes",
    "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(2, 400));
  const auto began = Clock::now();
  const std::string calm = calm_tables(study, dir);
  const std::chrono::duration<double> whole = Clock::now() - began;
  std::mt19937_64 random(20'301);
  int killed = 0, ended = 0;
  std::set<std::uint64_t> before;
  const auto check_end = [&] {
    const auto runs = recorded(dir / "rough");
    CHECK(runs.size() == 48);
    CHECK(std::set(runs.begin(), runs.end()).size() == runs.size());
    CHECK(all_tables(dir / "rough") == calm);
    fs::remove_all(dir / "rough");
    before.clear();
    ++ended;
  };
  while (killed < 50) {
    Program program({"sweep", study, "--out", "rough"}, dir);
    const auto moment = Clock::now() + whole * (static_cast<double>(random() % 1000) / 1000.0);
    (void)program.run_until([&] { return Clock::now() > moment; });
    program.send(SIGKILL);
    const Ran ran = program.end();
    INFO(ran.text);
    if (ran.code == 0) {
      check_end();
      continue;
    }
    REQUIRE(ran.code == 128 + SIGKILL);
    ++killed;
    const auto runs = recorded(dir / "rough");
    const std::set<std::uint64_t> now(runs.begin(), runs.end());
    CHECK(std::ranges::includes(now, before));
    before = now;
  }
  REQUIRE(sweep(study, "rough", dir).code == 0);
  check_end();
  CHECK(ended >= 1);
}

TEST_CASE("A disk that fills up ends a sweep with code 2 and its reason; with room it goes on", "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(2, 60));
  const std::string calm = calm_tables(study, dir);
  int refused = 0;
  // From no room for the first file to room for all but the last table.
  for (const int pages : {2, 4, 6, 8, 11, 14, 17, 20}) {
    const SmallDisk disk(dir / "disk", fmt::format("size={}k", 4 * pages));
    if (!disk.mounted()) {
      WARN("skipped: a small disk needs root and the right to mount");
      return;
    }
    const Ran full = sweep(study, "disk/s", dir);
    INFO(pages << " pages: " << full.text);
    REQUIRE((full.code == 0 || full.code == 2));
    if (full.code == 2) {
      ++refused;
      CHECK_THAT(full.text, Contains("No space left on device") || Contains("disk is full"));
      REQUIRE(disk.change(0, "size=10m"));
      const Ran again = sweep(study, "disk/s", dir);
      INFO(again.text);
      CHECK(again.code == 0);
    }
    CHECK(all_tables(dir / "disk/s") == calm);
  }
  CHECK(refused >= 4);
}

TEST_CASE("A directory that cannot be written is refused with code 2 and its name", "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(1, 60));
  const SmallDisk disk(dir / "disk", "size=10m");
  if (!disk.mounted()) {
    WARN("skipped: a disk that is read only needs root and the right to mount");
    return;
  }
  REQUIRE(sweep(study, "disk/s", dir).code == 0);
  const std::string tables = all_tables(dir / "disk/s");
  REQUIRE(disk.change(MS_RDONLY, ""));
  for (const char* out : {"disk/s", "disk/new"}) {
    const Ran ran = sweep(study, out, dir);
    CHECK(ran.code == 2);
    CHECK_THAT(ran.text, Contains("Read-only file system") && Contains(out));
  }
  CHECK(all_tables(dir / "disk/s") == tables);
  // What is there can still be put together elsewhere.
  CHECK(call({"merge", "disk/s", "--out", "merged"}, dir).code == 0);
  CHECK(all_tables(dir / "merged") == tables);
}

TEST_CASE("A shard begun twice at once is refused the second time, and the first goes on", "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(2, 3000));
  const Arguments shard{"sweep", study, "--shard", "1/2", "--out", "s"};
  Program first(shard, dir);
  REQUIRE(first.run_until([&] { return !recorded(dir / "s").empty(); }));
  const TemporaryDirectory elsewhere;  // where the second prints
  const Ran second = call({"sweep", study, "--shard", "1/2", "--out", dir / "s"}, elsewhere);
  CHECK(second.code == 2);
  CHECK_THAT(second.text, Contains("in use by another process"));
  CHECK(first.end().code == 0);
  const auto runs = recorded(dir / "s");
  CHECK(runs.size() == 24);
  CHECK(std::set(runs.begin(), runs.end()).size() == 24);
}

TEST_CASE("A segment cut short, or with a flipped byte, is noticed, said, and its runs are done again",
          "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(2, 60));
  const std::string calm = calm_tables(study, dir);
  const std::string segment = only_segment(dir / "calm"), whole = read_bytes(segment);
  for (const double part : {0.1, 0.5, 0.9}) {
    const auto at = static_cast<std::size_t>(part * static_cast<double>(whole.size()));
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    for (const std::string& bytes : {whole.substr(0, at), flipped}) {
      write_bytes(segment, bytes);
      const Ran merged = call({"merge", "calm", "--out", "merged"}, dir);
      CHECK(merged.code == 1);
      CHECK_THAT(merged.text, Contains("torn records were left out") && Contains("missing"));
      fs::remove_all(dir / "merged");
      const Ran again = sweep(study, "calm", dir);
      CHECK(again.code == 0);
      CHECK_THAT(again.text, Contains("torn records were dropped"));
      CHECK(all_tables(dir / "calm") == calm);
      fs::remove_all(dir / "calm");
      REQUIRE(sweep(study, "calm", dir).code == 0);
    }
  }
}

TEST_CASE("Clocks an hour apart change nothing: results do not depend on the dates of files", "[faults]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small_study(2, 60));
  const std::string calm = calm_tables(study, dir);
  for (const char* part : {"1", "2"})
    REQUIRE(call({"sweep", study, "--shard", part + std::string("/2"), "--out", part}, dir).code == 0);
  for (const auto hours : {-1, 1}) {
    for (const char* part : {"1", "2", "calm"}) {
      for (const auto& entry : fs::recursive_directory_iterator(dir / part)) {
        fs::last_write_time(entry.path(), fs::file_time_type::clock::now() +
                                              std::chrono::hours(part[0] == '1' ? -hours : hours));
      }
    }
    CHECK(sweep(study, "calm", dir).code == 0);
    CHECK(recorded(dir / "calm").size() == 48);
    CHECK(all_tables(dir / "calm") == calm);
    CHECK(call({"merge", "1", "2", "--out", "merged"}, dir).code == 0);
    CHECK(all_tables(dir / "merged") == calm);
  }
}
