#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lunafab::orbit {

/// Points in cubic cells, ordered by cell and then by index; x runs fastest. Built anew at each instant; the
/// buffers stay.
class CellGrid {
 public:
  /// Points [n] each; cells no smaller than `cell` (larger where 2³² of them would not reach).
  void build(std::span<const float> x, std::span<const float> y, std::span<const float> z, float cell);

  std::span<const std::uint32_t> order() const { return order_; }  ///< index of the point at each place

  /// Calls `visit(place, begin, end)` with runs of places whose points may be within one cell of the point at
  /// `place`. Each pair of neighbours appears once, in a fixed order.
  template <class Visit>
  void each_pair_run(Visit&& visit) const;

  /// Calls `visit(begin, end)` with the runs of places around the point at `place`, itself included.
  template <class Visit>
  void each_run_around(std::size_t place, Visit&& visit) const;

 private:
  void sort();

  std::uint32_t row_ = 0, layer_ = 0;  ///< keys from one row, or layer, of cells to the next
  std::vector<std::uint32_t> keys_, order_, keys_back_, order_back_;
};

template <class Visit>
void CellGrid::each_pair_run(Visit&& visit) const {
  // Neighbours with higher keys: the rest of the own cell and the next one; then the row above and three rows
  // of the layer above. The places where their keys begin and end only move up.
  const std::array<std::uint32_t, 4> offset{row_, layer_ - row_, layer_, layer_ + row_};
  std::array<std::size_t, 4> begin{}, end{};
  const std::size_t n = keys_.size();
  std::size_t own_end = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t key = keys_[i];
    while (own_end < n && keys_[own_end] <= key + 1) ++own_end;
    visit(i, i + 1, own_end);
    for (std::size_t r = 0; r < offset.size(); ++r) {
      const std::uint32_t low = key + offset[r] - 1, high = key + offset[r] + 1;
      while (begin[r] < n && keys_[begin[r]] < low) ++begin[r];
      while (end[r] < n && keys_[end[r]] <= high) ++end[r];
      if (begin[r] < end[r]) visit(i, begin[r], end[r]);
    }
  }
}

template <class Visit>
void CellGrid::each_run_around(std::size_t place, Visit&& visit) const {
  const std::uint32_t key = keys_[place];
  for (const std::uint32_t layer : {0u - layer_, 0u, layer_}) {
    for (const std::uint32_t row : {0u - row_, 0u, row_}) {
      const std::uint32_t centre = key + layer + row;  // cells have a margin of one: never below 0
      const auto low = std::lower_bound(keys_.begin(), keys_.end(), centre - 1);
      const auto high = std::upper_bound(low, keys_.end(), centre + 1);
      if (low != high) {
        visit(static_cast<std::size_t>(low - keys_.begin()), static_cast<std::size_t>(high - keys_.begin()));
      }
    }
  }
}

}  // namespace lunafab::orbit
