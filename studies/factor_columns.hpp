#pragma once
#include <optional>
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/result_rows.hpp"

namespace lunafab::studies {

/// How the values of factors are shown: as numbers, with the unit in the header, where all share one.
class FactorColumns {
 public:
  explicit FactorColumns(const Plan& plan);
  std::vector<Column> columns() const;
  void add_cells(const Place& place, std::vector<Cell>& row) const;

 private:
  Node actual(const Node& value, std::size_t f) const;
  std::optional<std::string> shared_unit(const Factor& factor) const;

  const Plan* plan_;
  std::vector<std::optional<std::string>> units_;  ///< that all values share; nothing: they are shown whole
};

}  // namespace lunafab::studies
