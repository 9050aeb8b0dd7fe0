#include <catch2/catch.hpp>
#include <sstream>
#include "tests/studies/slurm_cluster.hpp"
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

std::string written(const TemporaryDirectory& dir, const std::string& name, const std::string& text) {
  fs::create_directories(dir / "a folder");
  write_bytes(dir / ("a folder/" + name), text);
  return "a folder/" + name;
}

Json status(const std::string& directory, const TemporaryDirectory& dir) {
  return Json::parse(call({"slurm", directory, "--status", "--json"}, dir).text);
}

/// Whether the tasks that run on n2 are well under way and far from their end.
bool second_node_is_busy(const Json& status) {
  std::istringstream lines(
      SlurmCluster::ask({"squeue", "--noheader", "--array", "--states=R", "--nodelist=n2", "--format=%K"}));
  int tasks = 0;
  for (std::size_t task = 0; lines >> task; ++tasks) {
    const Json& shard = status["shards"][task - 1];
    if (shard["runs"].is_null() || shard["done"] < 2 ||
        2 * shard["done"].get<int>() > shard["runs"].get<int>())
      return false;
  }
  return tasks == 2;
}

}  // namespace

TEST_CASE("A sweep through Slurm of which one node dies gives the bytes of one process", "[slurm]") {
  const std::string reason = no_cluster();
  if (!reason.empty()) {
    WARN("skipped: " << reason);
    return;
  }
  const TemporaryDirectory dir;
  const std::string study = written(dir, "line's 100 %.yaml", small_study(15, 30'000));
  REQUIRE(call({"sweep", study, "--out", "single"}, dir).code == 0);

  SlurmCluster cluster(dir.path());
  REQUIRE(wait_for(std::chrono::seconds(30), [] {
    return SlurmCluster::ask({"sinfo", "--noheader", "--states=idle", "--format=%D"}) == "2\n";
  }));
  const Ran submitted = call({"slurm", study, "--shards", "6", "--out", "an array", "--partition", "main",
                              "--time", "30", "--submit"},
                             dir);
  INFO(submitted.text);
  REQUIRE(submitted.code == 0);
  CHECK_THAT(call({"slurm", study, "--shards", "6", "--out", "an array", "--submit"}, dir).text,
             Contains("still in the queue"));

  REQUIRE(wait_for(std::chrono::seconds(60), [&] { return second_node_is_busy(status("an array", dir)); }));
  CHECK(status("an array", dir)["merge"] == "pending");
  cluster.kill_second_node();
  // Its shards were begun and cannot end by themselves: that they do shows that Slurm gave them to the other
  // node.
  const bool ended =
      wait_for(std::chrono::seconds(180), [&] { return status("an array", dir)["merge"] == "done"; });
  INFO(status("an array", dir).dump(2));
  REQUIRE(ended);
  CHECK(call({"slurm", "an array", "--status"}, dir).code == 0);
  CHECK(all_tables(dir / "single") == all_tables(dir / "an array"));
}

TEST_CASE("Without --submit the scripts are written for sbatch, and tell how to submit them", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, "it's 5 %.yaml", small_study(1, 60));
  const Ran ran = call({"slurm", study, "--shards", "6", "--out", "10 % more", "--cpus", "2", "--memory",
                        "4G", "--option=--account=lab"},
                       dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  CHECK_THAT(ran.text, Contains("afterany"));
  const std::string array = read_bytes(dir / "10 % more/array.sh"),
                    merge = read_bytes(dir / "10 % more/merge.sh");
  CHECK_THAT(array, Contains("#SBATCH --array=1-6\n") && Contains("#SBATCH --requeue\n") &&
                        Contains("#SBATCH --open-mode=append\n") && Contains("#SBATCH --cpus-per-task=2\n") &&
                        Contains("#SBATCH --mem=4G\n") && Contains("#SBATCH --account=lab\n") &&
                        Contains("/10 %% more/logs/%A_%a.txt\"\n") && Contains(" --threads 2 "));
  CHECK_THAT(merge, Contains("#SBATCH --account=lab\n") && !Contains("--mem"));
  CHECK(call({"slurm", "10 % more", "--status"}, dir).code == 1);

  // What Slurm's nodes would do, by the shell alone; shard 5 never begins.
  for (const int task : {1, 2, 3, 4, 6})
    REQUIRE(std::system(
                fmt::format("SLURM_ARRAY_TASK_ID={} bash '{}' >/dev/null", task, dir / "10 % more/array.sh")
                    .c_str()) == 0);
  fs::create_directories(dir / "10 % more/shards/5/segments");  // all that a very early kill leaves
  const Json state = status("10 % more", dir);
  CHECK(state["shards"][4]["state"] == "not begun");
  CHECK(state["shards"][5]["state"] == "complete");
  CHECK(state["shards"][5]["done"] == 4);
  const std::string merge_again =
      fmt::format("bash '{}' > '{}'", dir / "10 % more/merge.sh", dir / "merge.txt");
  CHECK(WEXITSTATUS(std::system(merge_again.c_str())) == 1);
  CHECK_THAT(read_bytes(dir / "merge.txt"), Contains("20 of 24 runs done, 0 failed, 4 missing"));
  REQUIRE(std::system(fmt::format("SLURM_ARRAY_TASK_ID=5 bash '{}' >/dev/null", dir / "10 % more/array.sh")
                          .c_str()) == 0);
  CHECK(WEXITSTATUS(std::system(merge_again.c_str())) == 0);
  CHECK(call({"slurm", "10 % more", "--status"}, dir).code == 0);
  REQUIRE(call({"sweep", study, "--out", "single"}, dir).code == 0);
  CHECK(all_tables(dir / "single") == all_tables(dir / "10 % more"));
}

TEST_CASE("What sbatch could not take is refused before anything is written", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, "s.yaml", small_study(1, 60));
  const Ran ran =
      call({"slurm", study, "--shards", "25", "--out", "a\"b", "--time", "soon", "--option=account"}, dir);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("1 … 24") && Contains("quotation mark") && Contains("'soon'") &&
                           Contains("'account' is no option"));
  CHECK_FALSE(fs::exists(dir / "a\"b"));
  CHECK_THAT(call({"slurm", "a folder", "--status"}, dir).text, Contains("no slurm.json"));
}
