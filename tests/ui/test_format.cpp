#include <catch2/catch.hpp>
#include "ui/format.hpp"
#include "ui/plot.hpp"

using namespace lunafab::ui;

TEST_CASE("Names lose what every name has", "[ui]") {
  CHECK(short_name("lines.melt.stations.cells") == "melt.cells");
  CHECK(short_name("lines.melt.stores.feed") == "melt.feed");
  CHECK(short_name("depot.stores.chips") == "depot.chips");
  CHECK(short_name("routes.fines_to_melt") == "fines_to_melt");
}

TEST_CASE("Numbers keep what a reader needs", "[ui]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(grouped(123'456'789) == "123.5 M");
  CHECK(grouped(1'234'000'000'000) == "1,234 G");
  CHECK(amount(0.0) == "0");
  CHECK(amount(0.01234) == "0.0123");
  CHECK(amount(9.996) == "10.0");
  CHECK(amount(99.96) == "100");
  CHECK(amount(1234.5) == "1,235");
  CHECK(percent(0.0) == "-");
  CHECK(percent(1e-4) == "<0.1");
  CHECK(percent(1.0) == "100.0");
  CHECK(to_minute("2030-07-02T06:30:59") == "2030-07-02 06:30");
}

TEST_CASE("Steps of a scale are 1, 2 or 5 times a power of ten, the smallest that suffices", "[ui]") {
  CHECK(nice_step(10.0, 10) == Approx(1.0));
  CHECK(nice_step(10.1, 10) == Approx(2.0));
  CHECK(nice_step(0.43, 5) == Approx(0.1));
  CHECK(nice_step(2100.0, 5) == Approx(500.0));
  CHECK(nice_step(730.0, 7) == Approx(200.0));
  CHECK(nice_step(1e-6, 4) == Approx(5e-7));
}
