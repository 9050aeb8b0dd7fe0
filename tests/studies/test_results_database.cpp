#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <sstream>
#include "app/process.hpp"
#include "core/csv.hpp"
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

namespace fs = std::filesystem;

/// What the shell of SQLite prints, as CSV with a header where asked.
std::string ask(const std::string& database, const std::string& query, const Arguments& options = {}) {
  const auto answer =
      app::run_process(Arguments{"sqlite3", "-readonly", "-bail"} + options + Arguments{database, query},
                       app::ErrorText::shown);
  REQUIRE(answer.code == 0);
  return answer.text;
}

/// Numbers of a column, by SQLite with all their digits.
std::vector<double> numbers(const std::string& database, const std::string& query) {
  std::istringstream lines(ask(database, query));
  std::vector<double> values;
  for (double value = 0.0; lines >> value;) values.push_back(value);
  return values;
}

}  // namespace

TEST_CASE("results.sqlite holds the rows of runs.csv and summary.csv, as numbers", "[studies]") {
  const TemporaryDirectory dir;
  REQUIRE(call({"sweep", written(dir, small_study(5, 60)), "--out", "s"}, dir).code == 0);
  const std::string database = dir / "s/results.sqlite";
  for (const std::string table : {"runs", "summary"}) {
    const CsvTable csv = load_csv(dir / ("s/" + table + ".csv"));
    CHECK(ask(database, "SELECT count(*) FROM " + table) == fmt::format("{}\n", csv.rows.size()));
    std::string names;
    for (const auto& column : csv.header) names += column.text + "\n";
    CHECK(ask(database, "SELECT name FROM pragma_table_info('" + table + "')") == names);
    for (const std::size_t column : {csv.header.size() - 1, csv.header.size() - 2}) {
      const std::string& name = csv.header[column].text;
      const auto values =
          numbers(database, fmt::format("SELECT printf('%!.17g', \"{}\") FROM {}", name, table));
      REQUIRE(values.size() == csv.rows.size());
      for (std::size_t row = 0; row < values.size(); ++row)
        CHECK(values[row] == decimal_number(csv.rows[row][column].text).value());
    }
  }
  CHECK(ask(database,
            "SELECT DISTINCT typeof(\"lines.line.stores.buffer.capacity\"), typeof(shipped_per_h), "
            "typeof(point), typeof(status), typeof(error) FROM runs") == "real|real|integer|text|null\n");
  CHECK(ask(database, "SELECT \"column\" FROM factors ORDER BY rowid") ==
        "lines.line.stores.buffer.capacity\nlines.line.stations.second.cycle.mean [min]\n");
  CHECK(ask(database, "PRAGMA integrity_check") == "ok\n");
  for (const auto& entry : fs::directory_iterator(dir / "s")) CHECK(entry.path().extension() != ".tmp");
}

TEST_CASE("summary: number, spread and quantiles are those of the replications in runs.csv", "[studies]") {
  const TemporaryDirectory dir;
  REQUIRE(call({"sweep", written(dir, small_study(5, 60)), "--out", "s"}, dir).code == 0);
  const std::string database = dir / "s/results.sqlite";
  auto values = numbers(database, "SELECT printf('%!.17g', shipped_per_h) FROM runs WHERE point = 7");
  REQUIRE(values.size() == 5);
  std::ranges::sort(values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 5.0;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto cell = [&](const std::string& column) {
    return numbers(database,
                   fmt::format("SELECT printf('%!.17g', \"{}\") FROM summary WHERE point = 7", column))
        .at(0);
  };
  const double rounding = 1e-12;  // sums in another order
  CHECK(cell("shipped_per_h") == Approx(mean).epsilon(rounding));
  CHECK(cell("shipped_per_h.n") == 5);
  CHECK(cell("shipped_per_h.sd") == Approx(std::sqrt(squares / 4.0)).epsilon(rounding));
  // Student's t at four degrees of freedom, 99.9 % as the scenario asks: 8.6103, by any table.
  CHECK(cell("shipped_per_h.half_width") == Approx(8.6103 * std::sqrt(squares / 20.0)).epsilon(1e-5));
  // Type 7 of five values: places 0.2, 2 and 3.8 from the lowest.
  CHECK(cell("shipped_per_h.p5") == Approx(values[0] + 0.2 * (values[1] - values[0])).epsilon(rounding));
  CHECK(cell("shipped_per_h.p50") == values[2]);
  CHECK(cell("shipped_per_h.p95") == Approx(values[3] + 0.8 * (values[4] - values[3])).epsilon(rounding));
}

TEST_CASE("results.sqlite of a shard with failed runs can be read, and says why they failed", "[studies]") {
  const TemporaryDirectory dir;
  const std::string text = edited(edited(small_study(1, 60), "set: {duration: 60 d, warmup: 5 d}\n", ""),
                                  "  lines.line.stores.buffer.capacity: {values: [1, 2, 5, 10, 20, 40]}\n",
                                  "  duration: {values: [60 d, 90 d]}\n  warmup: {values: [5 d, 70 d]}\n");
  CHECK(call({"sweep", written(dir, text), "--shard", "1/2", "--out", "s"}, dir).code == 1);
  const std::string database = dir / "s/results.sqlite";
  CHECK(ask(database, "SELECT status, count(*), count(shipped_per_h) FROM runs GROUP BY status") ==
        "done|6|6\nfailed|2|0\n");
  CHECK(ask(database, "SELECT count(*) FROM runs WHERE error LIKE '%is not shorter than the duration%'") ==
        "2\n");
  CHECK(ask(database, "SELECT count(*) FROM sqlite_master WHERE name = 'summary'") == "0\n");
}
