#include <catch2/catch.hpp>
#include <cmath>
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "core/statistics.hpp"
#include "studies/point_values.hpp"
using namespace lunafab;
using namespace lunafab::studies;

namespace {

constexpr std::size_t points = 4000;

Study study_of(const std::string& replications) {
  return read_study(
      parse_document("lunafab: study/1\nscenario: none.yaml\n"
                     "factors: {x: {min: 1, max: " +
                         std::to_string(points) +
                         ", whole: true}}\ndesign: {kind: grid}\nreplications: " + replications + "\n",
                     "study.yaml"),
      parse_document("x: 1\n", "scenario.yaml"));
}

/// Runs that all are done and gave normal values of mean 10 and standard deviation 1.
Records normal_records(const Plan& plan) {
  Records records;
  const MetricNames names{"y"};
  records.names[names_hash(names)] = names;
  const StreamKey key{.seed = 20301, .entity = entity_key("normal records"), .purpose = Purpose::test};
  for (std::size_t run = 0; run < plan.size(); ++run) {
    records.runs[plan.id(run)] = {.id = plan.id(run),
                                  .names = names_hash(names),
                                  .values = {10.0 + normal_quantile(uniform(key, run))}};
  }
  return records;
}

}  // namespace

TEST_CASE("Sequential replications: coverage and number are those of the same rule in NumPy and SciPy",
          "[studies]") {
  const Study study = study_of("{min: 10, max: 60, relative_half_width: 5 %, metrics: [y]}");
  const Plan plan(study);
  const Records records = normal_records(plan);
  const MetricLookup y(records, "y");
  std::size_t covered = 0;
  double replications = 0.0;
  for (std::size_t cell = 0; cell < points; ++cell) {
    const std::size_t asked = replications_asked(plan, cell, records);
    CHECK(replications_expected(plan, cell, records) == asked);
    const Interval interval = mean_interval(values_of(records_of(plan, cell, asked, records), y, 1), 0.95);
    covered += std::abs(interval.mean - 10.0) <= interval.half_width ? 1 : 0;
    replications += static_cast<double>(asked);
  }
  // 20,000 points there gave 0.93805 and 17.200 (standard deviation 5.0 a point, from the same).
  // Margins: 3.29 standard deviations of both samples.
  CHECK(static_cast<double>(covered) / points ==
        Approx(0.93805).margin(3.29 * std::sqrt(0.058 / 4000 + 0.058 / 20000)));
  CHECK(replications / points == Approx(17.200).margin(3.29 * 5.0 * std::sqrt(1.0 / 4000 + 1.0 / 20000)));
}

TEST_CASE("What is to run next never falls short of what is asked, nor goes beyond the most", "[studies]") {
  const Study study = study_of("{min: 4, max: 30, half_width: 0.6, metrics: [y]}");
  const Plan plan(study);
  const Records all = normal_records(plan);
  Records known{.runs = {}, .names = all.names, .dropped_bytes = 0};
  for (std::size_t cell = 0; cell < 200; ++cell) {
    std::size_t rounds = 0;
    CHECK(replications_asked(plan, cell, known) == 4);
    for (std::size_t have = 0; have < replications_asked(plan, cell, known); ++rounds) {
      const std::size_t expected = replications_expected(plan, cell, known);
      CHECK(expected > have);
      CHECK(expected >= replications_asked(plan, cell, known));
      CHECK(expected <= 30);
      for (; have < expected; ++have) {
        const std::uint64_t id = plan.id(cell * 30 + have);
        known.runs[id] = all.runs.at(id);
      }
    }
    // In whatever portions, it ends where all at once does.
    CHECK(replications_asked(plan, cell, known) == replications_asked(plan, cell, all));
    CHECK(rounds <= 8);
  }
}
