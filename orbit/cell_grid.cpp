#include "orbit/cell_grid.hpp"
#include <bit>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

struct Axis {
  float low = 0.0f, high = 0.0f;
};
Axis axis_of(std::span<const float> values) {
  Axis axis{values[0], values[0]};
  float nothing = 0.0f;  // stays so unless one is not finite
  for (const float v : values) {
    axis.low = std::min(axis.low, v), axis.high = std::max(axis.high, v);
    nothing += v * 0.0f;
  }
  expects(nothing == 0.0f, "positions must be finite");
  return axis;
}

/// Cells along an axis: the span, a rounding's room and a margin of one on either side, so that no step to a
/// neighbour wraps into the next row.
double cells_along(const Axis& axis, double cell) {
  return std::floor((static_cast<double>(axis.high) - static_cast<double>(axis.low)) / cell) + 4.0;
}

}  // namespace

void CellGrid::build(std::span<const float> x, std::span<const float> y, std::span<const float> z,
                     float cell) {
  expects(x.size() == y.size() && x.size() == z.size() && cell > 0.0f, "three coordinates, a positive cell");
  keys_.resize(x.size()), order_.resize(x.size());
  if (x.empty()) return;
  const Axis ax = axis_of(x), ay = axis_of(y), az = axis_of(z);
  double size = static_cast<double>(cell);
  while (cells_along(ax, size) * cells_along(ay, size) * cells_along(az, size) >= 4.0e9) size *= 1.26;
  const double nx = cells_along(ax, size), ny = cells_along(ay, size);
  row_ = static_cast<std::uint32_t>(nx), layer_ = static_cast<std::uint32_t>(nx * ny);
  // Rounded down, the inverse makes cells a hair larger, never smaller.
  const float per_m = std::nextafter(static_cast<float>(1.0 / size), 0.0f);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto cx = static_cast<std::uint32_t>((x[i] - ax.low) * per_m) + 1,
               cy = static_cast<std::uint32_t>((y[i] - ay.low) * per_m) + 1,
               cz = static_cast<std::uint32_t>((z[i] - az.low) * per_m) + 1;
    keys_[i] = cx + row_ * cy + layer_ * cz;
    order_[i] = static_cast<std::uint32_t>(i);
  }
  sort();
}

/// Radix sort, 11 bits a pass; stable.
void CellGrid::sort() {
  constexpr int digit_bits = 11;
  constexpr std::uint32_t digits = 1u << digit_bits;
  std::uint32_t most = 0;
  for (const std::uint32_t key : keys_) most = std::max(most, key);
  keys_back_.resize(keys_.size()), order_back_.resize(keys_.size());
  const int bits = static_cast<int>(std::bit_width(most));
  for (int shift = 0; shift < bits; shift += digit_bits) {
    std::array<std::uint32_t, digits> start{};
    for (const std::uint32_t key : keys_) ++start[(key >> shift) & (digits - 1)];
    std::uint32_t sum = 0;
    for (std::uint32_t& s : start) {
      const std::uint32_t count = s;
      s = sum;
      sum += count;
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const std::uint32_t place = start[(keys_[i] >> shift) & (digits - 1)]++;
      keys_back_[place] = keys_[i], order_back_[place] = order_[i];
    }
    keys_.swap(keys_back_), order_.swap(order_back_);
  }
}

}  // namespace lunafab::orbit
