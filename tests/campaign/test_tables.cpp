#include <fmt/format.h>
#include <catch2/catch.hpp>
#include "campaign/scenario.hpp"
#include "core/reader.hpp"
#include "tests/campaign/program.hpp"

using namespace lunafab;
using lunafab::test::edited, lunafab::test::TemporaryDirectory, lunafab::test::write_bytes;

namespace {

const std::string plain = R"(lunafab: scenario/1
duration: 40 d
seed: 3
materials: {part: {piece: abstract}}
lines:
  fab:
    stations:
      litho: {servers: 2, failures: {clock: operating, time_to_failure: {dist: exponential, mean: 90 h}, time_to_repair: {dist: empirical, values: [2, 3.5, 8], unit: h}}}
      etch: {servers: 1, speed: 1.5}
    products:
      A:
        route:
          expose: {station: litho, time: 45 min}
          cut: {station: etch, time: {dist: gamma, mean: 30 min, shape: 4}}
          again: {station: litho, time: 20 min}
        lot_size: 25
    releases:
      all: {product: A, every: 2 h, due: 12 h}
      hot: {product: A, at: [3 h, 30 h], priority: 0}
)";

const std::string with_tables = R"(lunafab: scenario/1
duration: 40 d
seed: 3
materials: {part: {piece: abstract}}
lines:
  fab:
    stations: tools.csv
    products: products.csv
    releases: data/releases.csv
)";

const std::string tools =
    "name,servers,failures.clock,failures.time_to_failure,failures.time_to_repair,speed\n"
    "litho,2,operating,\"{dist: exponential, mean: 90 h}\",\"{dist: empirical, file: data/repairs.csv, "
    "column: repair}\",\n"
    "etch,1,,,,1.5\n";

const std::string route =
    "name,station,time [min]\n"
    "expose,litho,45\n"
    "cut,etch,\"{dist: gamma, mean: 30 min, shape: 4}\"\n"
    "again,litho,20\n";

void write_plant(const TemporaryDirectory& dir) {
  std::filesystem::create_directories(dir / "data");
  write_bytes(dir / "s.yaml", with_tables);
  write_bytes(dir / "tools.csv", tools);
  write_bytes(dir / "products.csv", "name,route,lot_size\nA,route_A.csv,25\n");
  write_bytes(dir / "route_A.csv", route);
  write_bytes(dir / "data/releases.csv",
              "name,product,every [h],due [h],at [h],priority\nall,A,2,12,,\nhot,A,,,\"[3, 30]\",0\n");
  write_bytes(dir / "data/repairs.csv",
              "date,repair [h]\n2030-01-01,2\n2030-01-05,3.5\n2030-02-01,\n2030-02-02,8\n");
}

Node document_of(const TemporaryDirectory& dir, const std::vector<std::string>& settings = {}) {
  return campaign::load_scenario_document(dir / "s.yaml", settings);
}

/// All findings, a line each, with the folder taken out of them.
std::string findings_of(const TemporaryDirectory& dir, const std::vector<std::string>& settings = {}) {
  std::string text;
  try {
    Findings warnings;
    (void)campaign::load_scenario(dir / "s.yaml", settings, warnings);
  } catch (const InputError& error) {
    text = error.what();
  }
  const std::string folder = dir.path() + "/";
  for (std::size_t at = 0; (at = text.find(folder)) != std::string::npos;) text.erase(at, folder.size());
  return text;
}

}  // namespace

TEST_CASE("Tables: a scenario of CSV files is the one with all in YAML", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  // The values of a file come last in their map, and its unit after them, as the plain text has them.
  CHECK(dump(document_of(dir)) == dump(parse_document(plain, "plain.yaml")));
  CHECK(findings_of(dir).empty());
}

TEST_CASE("Tables: settings reach into them, and may name others", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  write_bytes(dir / "short.csv", "name,station,time [min]\nonly,etch,5\n");
  const Node document =
      document_of(dir, {"lines.fab.stations.etch.servers=7", "lines.fab.products.A.route=short.csv",
                        "lines.fab.releases.all.every={dist: empirical, file: data/repairs.csv, "
                        "column: repair, smooth: true}"});
  const Node& fab = *document.find("lines")->find("fab");
  CHECK(fab.find("stations")->find("etch")->find("servers")->scalar == "7");
  CHECK(fab.find("products")->find("A")->find("route")->entries.size() == 1);
  CHECK(fab.find("releases")->find("all")->find("every")->find("values")->items.size() == 3);
}

TEST_CASE("Tables: an unknown column, text for a number, a name used twice: each where it stands",
          "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  write_bytes(dir / "tools.csv", edited(edited(tools, "litho,2", "litho,two"), "speed\n", "sped\n"));
  const std::string found = findings_of(dir);
  INFO(found);
  CHECK(found.starts_with(
      "tools.csv:1:78: lines.fab.stations: unknown column 'sped'; allowed: servers, speed,"));
  CHECK(
      found.ends_with("; did you mean 'speed'?\n"
                      "tools.csv:2:7: lines.fab.stations.litho.servers: 'two' is not a whole number; "
                      "allowed: a whole number from 1 to 100000"));
  write_bytes(dir / "tools.csv", tools + "litho,3,,,,\n");
  CHECK(
      findings_of(dir) ==
      "tools.csv:4:1: lines.fab.stations: duplicate name 'litho', first on line 2; allowed: each name once");
}

TEST_CASE("Tables: a route without a column is one finding, whatever its length", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  std::string steps = "name,station,tme [min]\n";
  for (int i = 0; i < 600; ++i) steps += fmt::format("s{},litho,\n", i);
  write_bytes(dir / "route_A.csv", steps);
  CHECK(findings_of(dir) ==
        "route_A.csv:1:1: lines.fab.products.A.route: no column 'time'; the table has name, station, tme; "
        "did you mean "
        "'tme'?");
}

TEST_CASE("Tables: files that cannot be read are found with all else that is wrong", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  write_bytes(dir / "tools.csv", edited(tools, "etch,1,", "etch,\"1,"));
  write_bytes(dir / "products.csv", "name,route\nA,rute_A.csv\nB,route_A.csv\n");
  write_bytes(dir / "data/releases.csv", "nam,product\nall,A\n");
  const std::string found = findings_of(dir);
  INFO(found);
  CHECK(found.find("tools.csv:3:6: a quote that never ends") != std::string::npos);
  CHECK(
      found.find(
          "products.csv:2:3: lines.fab.products.A.route: 'rute_A.csv' is not a file; allowed: a map, or the "
          "name of a CSV file") != std::string::npos);
  CHECK(
      found.find("data/releases.csv:1:1: lines.fab.releases: no column 'name'; the table has nam, product") !=
      std::string::npos);
}

TEST_CASE("Tables: observations name their column, or are told which there are", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  write_bytes(dir / "tools.csv", edited(tools, "column: repair", "column: repairs"));
  CHECK(findings_of(dir) ==
        "tools.csv:2:53: lines.fab.stations.litho.failures.time_to_repair.column: no column 'repairs' in "
        "data/repairs.csv; allowed: date, repair; did you mean 'repair'?");
  write_bytes(dir / "tools.csv", edited(tools, ", column: repair", ""));
  CHECK(findings_of(dir).find("time_to_repair.column: is missing; allowed: date, repair") !=
        std::string::npos);
  write_plant(dir);
  write_bytes(dir / "data/repairs.csv", "repair [h]\n2\nlong\n");
  CHECK(findings_of(dir).find(
            "data/repairs.csv:3:1: lines.fab.stations.litho.failures.time_to_repair.values[1]: 'long'") == 0);
}

TEST_CASE("Tables: more than a scenario file may hold is refused", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  std::string steps = "name,station,time [min],move [min]\n";
  for (int i = 0; i < 90'000; ++i) steps += fmt::format("a_step_of_a_name_of_some_length_{},litho,1,1\n", i);
  write_bytes(dir / "route_A.csv", steps);
  CHECK(findings_of(dir).find("bytes of YAML with what its tables hold; allowed: up to 8388608 bytes") !=
        std::string::npos);
  for (int i = 0; i < 60'000; ++i) steps += fmt::format("b{},litho,1,1\n", i);
  write_bytes(dir / "route_A.csv", steps);
  CHECK(findings_of(dir).find("rows of 4 columns are too many; allowed: up to 500000 cells") !=
        std::string::npos);
}

TEST_CASE("Tables: a fab of 1,300 tools and ten routes of 600 steps is read", "[campaign]") {
  const TemporaryDirectory dir;
  write_plant(dir);
  std::string many = "name,servers,speed,failures.clock,failures.time_to_failure,failures.time_to_repair\n";
  for (int i = 0; i < 1300; ++i)
    many += fmt::format(
        "tool{},2,1,calendar,\"{{dist: exponential, mean: {} h}}\",\"{{dist: gamma, mean: 4 h, shape: "
        "2}}\"\n",
        i, 100 + i);
  write_bytes(dir / "tools.csv", many);
  std::string products = "name,route,lot_size\n", releases = "name,product,every [h]\n";
  for (int p = 0; p < 10; ++p) {
    std::string steps = "name,station,time [min],per,sampled,move [min]\n";
    for (int i = 0; i < 600; ++i)
      steps += fmt::format("step{},tool{},\"{{dist: uniform, low: 10 min, high: {} min}}\",lot,1,5\n", i,
                           (7 * i + p) % 1300, 20 + i % 50);
    write_bytes(dir / fmt::format("route{}.csv", p), steps);
    products += fmt::format("p{0},route{0}.csv,25\n", p);
    releases += fmt::format("r{0},p{0},3\n", p);
  }
  write_bytes(dir / "products.csv", products);
  write_bytes(dir / "data/releases.csv", releases);
  const Node document = document_of(dir);
  CHECK(count_values(document) > 60'000);
  CHECK(count_values(document) < most_values / 3);  // room for more columns
  const std::string resolved = dump(document);
  CHECK(resolved.size() < largest_document_bytes / 2);
  CHECK(dump(parse_document(resolved, "resolved.yaml")) == resolved);
  Findings warnings;
  const campaign::Scenario scenario = campaign::read_scenario(document, warnings);
  CHECK(scenario.plant.stations.size() == 1300);
  CHECK(scenario.plant.products.size() == 10);
  CHECK(scenario.plant.products[9].steps.size() == 600);
}
