#include <catch2/catch.hpp>
#include <cstdlib>
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

int shell(const std::string& command) {
  return WEXITSTATUS(std::system(command.c_str()));
}

/// A root directory with a shell and the C library it needs, and nothing else.
void make_bare_root(const std::string& root) {
  REQUIRE(shell(fmt::format("mkdir -p '{0}/bin' '{0}/tmp' && cp /bin/sh '{0}/bin/' && for f in $(ldd /bin/sh "
                            "| grep -o '/[^ ]*'); "
                            "do mkdir -p '{0}'/\"${{f%/*}}\" && cp -L \"$f\" '{0}'/\"$f\"; done",
                            root)) == 0);
}

}  // namespace

TEST_CASE(
    "The package runs from a directory with a blank, without the system's libraries, and gives the same "
    "bytes",
    "[package]") {
  const TemporaryDirectory dir;
  const std::string tarball = dir / "lunafab-test.tar.gz";
  REQUIRE(shell(fmt::format("'{}/cmake/package.sh' '{}' '{}'", source, LUNAFAB_PROGRAM, tarball)) == 0);
  const std::string root = dir / "root";
  make_bare_root(root);
  fs::create_directories(root + "/my tools");
  REQUIRE(shell(fmt::format("tar -C '{}/my tools' -xf '{}'", root, tarball)) == 0);
  const std::string study = "my tools/lunafab-test/configs/studies/line_buffers.yaml";
  REQUIRE(fs::exists(root + "/" + study));
  CHECK(fs::exists(root + "/my tools/lunafab-test/share/licences/libtbb12"));
  CHECK(fs::exists(root + "/my tools/lunafab-test/share/licences/libc6"));

  // With the right to change the root there is no other library to be found; without it, no variable that
  // names one.
  const std::string change = geteuid() == 0 ? fmt::format("/usr/sbin/chroot '{}' ", root) : "";
  const std::string base = geteuid() == 0 ? "" : root;
  const auto packed = [&](const std::string& arguments) {
    return shell(fmt::format("env -i {}'{}/my tools/lunafab-test/bin/lunafab' {} > '{}' 2>&1", change, base,
                             arguments, dir / "printed.txt"));
  };
  const int code = packed(fmt::format("sweep '{0}/{1}' --out '{0}/tmp/s'", base, study));
  INFO(read_bytes(dir / "printed.txt"));
  REQUIRE(code == 0);
  REQUIRE(call({"sweep", source + "/configs/studies/line_buffers.yaml", "--out", "here"}, dir).code == 0);
  CHECK(all_tables(root + "/tmp/s") == all_tables(dir / "here"));

  // Scripts for Slurm name the starter, not the loader that runs the program.
  REQUIRE(packed(fmt::format("slurm '{0}/{1}' --shards 2 --out '{0}/tmp/slurm'", base, study)) == 0);
  CHECK_THAT(read_bytes(root + "/tmp/slurm/array.sh"),
             Contains("/my tools/lunafab-test/bin/lunafab' sweep '"));
}
