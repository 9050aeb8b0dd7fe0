#include <catch2/catch.hpp>
#include "campaign/checkpoint.hpp"
#include "campaign/run.hpp"
#include "core/visit.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

// Long enough to be stopped on its way: a checkpoint a month.
const Arguments long_run{"--limits", "-1", "--threads", "1", "--set", "duration=6 yr"};

std::string checkpoint_of(const std::string& results) {
  return results + "/checkpoint/state.bin";
}

/// Tells when the checkpoint has been replaced `times` times since.
std::function<bool()> replaced(const std::string& file, int times) {
  const auto identity = [file] {
    struct stat now {};
    return stat(file.c_str(), &now) == 0 ? std::pair(now.st_mtim.tv_sec, now.st_mtim.tv_nsec)
                                         : std::pair(0L, 0L);
  };
  return [identity, times, last = identity()]() mutable {
    const auto now = identity();
    if (now != last) --times;
    last = now;
    return times <= 0;
  };
}

Arguments to(const std::string& out) {
  return Arguments{"run", coupled, "--out", out} + long_run;
}

/// Runs until the checkpoint has been written `checkpoints` times, then sends the signal.
Ran stopped(const Arguments& arguments, int checkpoints, int signal, const TemporaryDirectory& dir) {
  Program program(arguments, dir);
  REQUIRE(program.run_until(replaced(checkpoint_of(dir / "stopped"), checkpoints)));
  program.send(signal);
  return program.end();
}

std::string status(const std::string& results) {
  return Json::parse(read_bytes(results + "/manifest.json"))["status"];
}

/// Refused with code 2 and the message; results, ledger, checkpoint and manifest stay as they were.
void check_refused(const Arguments& arguments, const std::string& message, const TemporaryDirectory& dir,
                   const std::string& out) {
  const auto everything = [&] {
    return std::pair(results(dir / out), read_bytes(dir / (out + "/manifest.json")));
  };
  const auto before = everything();
  const Ran ran = call(arguments, dir);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains(message));
  CHECK((everything() == before));
}

}  // namespace

TEST_CASE("Resume: a run killed again and again ends with the bytes of one that never was", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "whole", long_run, dir);
  CHECK(stopped(to("stopped"), 3, SIGKILL, dir).code == 128 + SIGKILL);
  CHECK(status(dir / "stopped") == "running");
  for (const int checkpoints : {1, 7, 2, 12})
    CHECK(stopped(to("stopped") + Arguments{"--resume"}, checkpoints, SIGKILL, dir).code == 128 + SIGKILL);
  CHECK_FALSE(std::filesystem::exists(dir / "stopped/summary.json"));
  CHECK(call(to("stopped") + Arguments{"--resume"}, dir).code == 0);
  CHECK(status(dir / "stopped") == "complete");
  CHECK(differing(dir / "whole", dir / "stopped") == none);

  SECTION("and a finished run resumed once more stays as it is") {
    CHECK(call(to("stopped") + Arguments{"--resume"}, dir).code == 0);
    CHECK(differing(dir / "whole", dir / "stopped") == none);
  }
}

TEST_CASE("Resume: an interrupted run stops with code 3, says how to go on, and does", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "whole", long_run, dir);
  const Ran ran = stopped(to("stopped"), 2, SIGINT, dir);
  CHECK(ran.code == 3);
  CHECK_THAT(ran.text, Contains("interrupted at day ") && Contains("--out stopped --resume"));
  CHECK(status(dir / "stopped") == "interrupted");
  CHECK(call(to("stopped") + Arguments{"--resume"}, dir).code == 0);
  CHECK(differing(dir / "whole", dir / "stopped") == none);
}

TEST_CASE("Resume: replications and limits can be interrupted too", "[campaign]") {
  TemporaryDirectory dir;
  const Arguments run{"run", source + "/configs/validation/mm1.yaml", "--out", "stopped", "--threads", "1"};
  Program program(run, dir);
  // A first replication that is done has a checkpoint of the last day: nothing is saved after it.
  const auto first_done = [&] {
    const std::string bytes = read_bytes(checkpoint_of(dir / "stopped"));
    Findings warnings;
    static const campaign::Scenario scenario =
        campaign::load_scenario(source + "/configs/validation/mm1.yaml", {}, warnings);
    if (bytes.empty()) return false;
    const auto checkpoint = campaign::read_checkpoint(checkpoint_of(dir / "stopped"), scenario);
    return checkpoint->state.now == scenario.end;
  };
  REQUIRE(program.run_until(first_done));
  program.send(SIGINT);
  CHECK(program.end().code == 3);
  CHECK_FALSE(std::filesystem::exists(dir / "stopped/summary.json"));
}

TEST_CASE("Resume: a run that wrote no checkpoint starts anew and ends the same", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "whole", long_run, dir);
  stopped(to("stopped"), 2, SIGKILL, dir);
  std::filesystem::remove(
      checkpoint_of(dir / "stopped"));  // as if killed before it, with postings in the ledger
  CHECK(call(to("stopped") + Arguments{"--resume"}, dir).code == 0);
  CHECK(differing(dir / "whole", dir / "stopped") == none);
}

TEST_CASE("Resume: what cannot be continued is refused with code 2 and stays as it was", "[campaign]") {
  TemporaryDirectory dir;
  const Arguments run{"run", coupled, "--out", "r", "--limits", "-1"};
  REQUIRE(call(run, dir).code == 0);
  const Arguments resume = run + Arguments{"--resume"};

  SECTION("results, without --resume") {
    check_refused(run, "r holds results already; choose another --out, or go on with --resume", dir, "r");
  }
  SECTION("a checkpoint whose manifest is lost, without --resume") {
    std::filesystem::remove(dir / "r/manifest.json");
    check_refused(run, "r holds results already", dir, "r");
  }
  SECTION("a checkpoint without its ledger") {
    std::filesystem::remove(dir / "r/ledger.sqlite");
    check_refused(resume, "cannot go on from r/checkpoint/state.bin: r/ledger.sqlite is missing", dir, "r");
  }
  SECTION("a checkpoint with another run's ledger") {
    run_scenario(coupled, "other", {"--seed", "5", "--limits", "-1"}, dir);
    std::filesystem::copy_file(dir / "other/ledger.sqlite", dir / "r/ledger.sqlite",
                               std::filesystem::copy_options::overwrite_existing);
    check_refused(resume, "ledger: the head at seq ", dir, "r");
  }
  SECTION("a checkpoint cut short") {
    std::filesystem::resize_file(checkpoint_of(dir / "r"), 1000);
    check_refused(resume, "cannot go on from r/checkpoint/state.bin: ", dir, "r");
  }
  SECTION("an empty checkpoint") {
    std::filesystem::resize_file(checkpoint_of(dir / "r"), 0);
    check_refused(resume, "cannot go on from r/checkpoint/state.bin: ", dir, "r");
  }
  SECTION("a checkpoint of another seed") {
    check_refused(resume + Arguments{"--seed", "9"}, "it belongs to another scenario, seed or setting", dir,
                  "r");
  }
  SECTION("--resume without saying what") {
    check_refused({"run", coupled, "--resume"}, "--out", dir, "r");
    CHECK_FALSE(std::filesystem::exists(dir / "runs"));
  }
}

TEST_CASE("Checkpoint: a changed byte anywhere is found", "[campaign]") {
  TemporaryDirectory dir;
  Findings warnings;
  const campaign::Scenario scenario = campaign::load_scenario(coupled, {"duration=20 d"}, warnings);
  campaign::Campaign whole(scenario, 0);
  whole.run_to_end();
  const std::string file = dir / "state.bin";
  campaign::write_checkpoint(file, scenario,
                             {.state = whole.state(), .ledger_postings = 7, .ledger_head = "ab"});
  const auto read = campaign::read_checkpoint(file, scenario);
  REQUIRE(read);
  CHECK(state_hash(read->state) == state_hash(whole.state()));
  CHECK(read->ledger_postings == 7);

  const std::string good = read_bytes(file);
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 1 : 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x40);
    write_bytes(file, bad);
    INFO("byte " << at);

    // wrong.
    CHECK_THROWS_WITH(campaign::read_checkpoint(file, scenario), Contains("cannot go on from "));
  }
}
