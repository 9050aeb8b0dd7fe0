#pragma once
#include <cstddef>
#include <vector>

namespace lunafab::studies {

/// The rows that no other row beats: as good in every objective and better in one, all to be minimised. Equal
/// rows are all on the front; rows with a NaN are not. In the order of the rows; O(n × front).
std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& costs);

}  // namespace lunafab::studies
