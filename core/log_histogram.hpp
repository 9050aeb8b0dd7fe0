#pragma once
#include <cstdint>
#include <vector>

namespace lunafab {

/// Counts of non-negative whole numbers in classes no wider than 1/32 of their value: quantiles to 1.6 %;
/// plain data.
class LogHistogram {
 public:
  void add(std::int64_t value);
  std::int64_t count() const { return count_; }
  /// The value below which a share `p` of the counted ones lies, linear within its class; 0 while there are
  /// none.
  /// @throws ContractError unless 0 ≤ p ≤ 1.
  double quantile(double p) const;
  /// Takes off what was counted in `earlier`, a former state of this one.
  void subtract(const LogHistogram& earlier);

  static void visit_fields(auto& self, auto&& visit) {
    visit("counts", self.counts_), visit("count", self.count_);
  }

 private:
  std::vector<std::int64_t> counts_;
  std::int64_t count_ = 0;
};

}  // namespace lunafab
