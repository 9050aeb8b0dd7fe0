#include "core/log_histogram.hpp"
#include <bit>
#include "core/contract.hpp"

namespace lunafab {
namespace {

// Below 64 every number is a class; above, each power of two is cut into 32.
constexpr int fine_bits = 5;

std::size_t class_of(std::int64_t value) {
  const auto v = static_cast<std::uint64_t>(value);
  const int shift = static_cast<int>(std::bit_width(v)) - 1 - fine_bits;
  if (shift <= 0) return static_cast<std::size_t>(v);
  return (static_cast<std::size_t>(shift) << fine_bits) + static_cast<std::size_t>(v >> shift);
}

std::int64_t class_begin(std::size_t index) {
  constexpr std::size_t fine = std::size_t{1} << fine_bits;
  if (index < 2 * fine) return static_cast<std::int64_t>(index);
  const std::size_t shift = (index >> fine_bits) - 1;
  return static_cast<std::int64_t>((index - (shift << fine_bits)) << shift);
}

}  // namespace

void LogHistogram::add(std::int64_t value) {
  expects(value >= 0, "log histogram: a value is negative");
  const std::size_t index = class_of(value);
  if (index >= counts_.size()) counts_.resize(index + 1);
  ++counts_[index];
  ++count_;
}

double LogHistogram::quantile(double p) const {
  expects(p >= 0.0 && p <= 1.0, "log histogram: a share outside 0 to 1");
  const double rank = p * static_cast<double>(count_);
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0 || static_cast<double>(below + counts_[i]) < rank) {
      below += counts_[i];
      continue;
    }
    const auto begin = static_cast<double>(class_begin(i)), end = static_cast<double>(class_begin(i + 1));
    return begin + (end - begin) * (rank - static_cast<double>(below)) / static_cast<double>(counts_[i]);
  }
  return 0.0;
}

void LogHistogram::subtract(const LogHistogram& earlier) {
  expects(earlier.counts_.size() <= counts_.size() && earlier.count_ <= count_,
          "log histogram: subtracts what was not counted");
  for (std::size_t i = 0; i < earlier.counts_.size(); ++i) counts_[i] -= earlier.counts_[i];
  count_ -= earlier.count_;
}

}  // namespace lunafab
