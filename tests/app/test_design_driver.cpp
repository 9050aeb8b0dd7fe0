#include "tests/campaign/program.hpp"

using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

const std::string study = source + "/configs/drivers/studies/three_and_half_tonnes.yaml";

/// The shipped study without its front, with one text replaced.
std::string changed(const TemporaryDirectory& dir, const std::string& from, const std::string& to) {
  std::string text = edited(read_bytes(study), from, to);
  text = text.substr(0, text.find("\npareto:")) + "\n";
  write_bytes(dir / "study.yaml", text);
  return dir / "study.yaml";
}

}  // namespace

TEST_CASE("design-driver: the shipped study is answered, with files", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call({"design-driver", changed(dir, "bus: 10 MW", "bus: 20 MW"), "--out", "found"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.text, Contains("bucket current") && Contains("quench margin"));
  const Json designs = Json::parse(read_bytes(dir / "found/designs.json"));
  CHECK(designs["design"]["found"] == true);
  CHECK_THAT(read_bytes(dir / "found/driver.yaml"), Contains("lunafab: driver/1"));
}

TEST_CASE("design-driver: 1 where no machine can, 2 where the study is wrong", "[app]") {
  TemporaryDirectory dir;
  const Ran cannot =
      call({"design-driver", changed(dir, "mean_acceleration: 30 g0", "mean_acceleration: 3 g0")}, dir);
  CHECK(cannot.code == 1);
  CHECK_THAT(cannot.text, Contains("mean_acceleration: 3 g0 need a track of"));
  const Ran wrong = call({"design-driver", changed(dir, "gap: 0.1083", "gop: 0.1083")}, dir);
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.text, Contains("did you mean 'gap'?") && Contains("2 problem(s)"));
}
