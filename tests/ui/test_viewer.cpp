#include <stb_image.h>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include "tests/ui/watched_scenario.hpp"
#include "ui/headless.hpp"
#include "ui/viewer.hpp"

using namespace lunafab;
using namespace lunafab::ui;

namespace {

using Colour = std::array<std::uint8_t, 3>;

struct Picture {
  int width = 0, height = 0;
  std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> rgb{nullptr, &stbi_image_free};

  explicit Picture(const std::string& path) {
    int channels = 0;
    rgb.reset(stbi_load(path.c_str(), &width, &height, &channels, 3));
  }
  /// Colours of a rectangle given in parts of the width and height.
  std::multiset<Colour> colours(double left, double top, double right, double bottom) const {
    std::multiset<Colour> found;
    for (int y = static_cast<int>(top * height); y < static_cast<int>(bottom * height); ++y) {
      for (int x = static_cast<int>(left * width); x < static_cast<int>(right * width); ++x) {
        const auto index = static_cast<std::ptrdiff_t>(y) * width + x;
        const stbi_uc* pixel = rgb.get() + 3 * index;
        found.insert({pixel[0], pixel[1], pixel[2]});
      }
    }
    return found;
  }
};

std::size_t distinct(const std::multiset<Colour>& colours) {
  return std::set<Colour>(colours.begin(), colours.end()).size();
}

bool can_draw() {
  try {
    const OffscreenContext context;
    return true;
  } catch (const DrawError& error) {
    WARN("skipped: " << error.what());
    return false;
  }
}

}  // namespace

TEST_CASE("Screenshot: table, stores and both plots are there without any display", "[ui]") {
  if (!can_draw()) return;
  const auto file =
      std::filesystem::temp_directory_path() / ("lunafab_view_" + std::to_string(std::rand()) + ".png");
  REQUIRE(view(test::watched_scenario(), {.screenshot = file.string(), .width = 1000, .height = 700}) == 0);
  const Picture picture(file.string());
  std::filesystem::remove(file);
  REQUIRE(picture.rgb != nullptr);
  CHECK(picture.width == 1000);
  CHECK(picture.height == 700);

  // Smooth text alone brings dozens of shades; the colours named here are those of bars and curves.
  const auto stations = picture.colours(0.0, 0.17, 0.6, 0.35);
  CHECK(distinct(stations) > 20);
  CHECK(stations.count({213, 94, 0}) + stations.count({0, 158, 115}) + stations.count({204, 121, 167}) > 100);
  CHECK(distinct(picture.colours(0.77, 0.17, 1.0, 0.35)) > 10);
  const auto output = picture.colours(0.0, 0.45, 0.5, 1.0);
  CHECK(distinct(output) > 20);
  CHECK(output.count({86, 180, 233}) > 200);
  const auto power = picture.colours(0.5, 0.45, 1.0, 1.0);
  CHECK(power.count({240, 228, 66}) > 200);
  CHECK(power.count({204, 121, 167}) > 200);
}

TEST_CASE("Screenshot: a file that cannot be written is a clean failure", "[ui]") {
  if (!can_draw()) return;
  CHECK(view(test::watched_scenario(), {.screenshot = "/nowhere/at/all.png", .until_days = 0.1}) == 2);
}

TEST_CASE("Window: without a display the viewer says so and leaves", "[ui]") {
  const char* display = std::getenv("DISPLAY");
  const std::string before = display == nullptr ? "" : display;
  unsetenv("DISPLAY");
  CHECK(view(test::watched_scenario(), {}) == 2);
  if (display != nullptr) setenv("DISPLAY", before.c_str(), 1);
}
