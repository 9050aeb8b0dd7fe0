#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>
#include "studies/plan.hpp"
#include "studies/run_store.hpp"

// The tables of a study, apart from the file format they end in.
namespace lunafab::studies {

/// Nothing, a whole number, a number, or text; numbers that the study file gives stay as it writes them.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Column {
  enum class Kind : std::uint8_t { whole, number, text };
  std::string name;  ///< with the unit: `power.solar.area [m2]`
  Kind kind = Kind::number;
};

/// A table, each row made when asked for. It refers to the plan and the records it was made from.
struct Rows {
  std::vector<Column> columns;
  std::size_t count = 0;
  std::function<std::vector<Cell>(std::size_t)> row;
};

/// What of a study a directory holds: all of it, or a shard, of which there is no summary.
enum class Part : std::uint8_t { whole, shard };

/// A row a run: status, factors and metrics. Columns of factors have their unit in the header where all
/// values share one.
Rows run_rows(const Plan& plan, std::vector<std::size_t> runs, const Records& records);

/// A row a point and named scenario: what the replications gave of each metric. Where there is one
/// replication only, its value.
Rows summary_rows(const Plan& plan, const Records& records);

}  // namespace lunafab::studies
