#include "factory/read_amount.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include "core/reader.hpp"

namespace lunafab::factory {
namespace {

constexpr std::int64_t most_pieces = 1'000'000'000;

}  // namespace

std::int64_t read_amount(const Node& node, const std::string& path, const Material& material,
                         std::int64_t low, std::int64_t heaviest_mg, Findings& findings) {
  if (material.measure == Measure::bulk) {
    const Range range{low > 0 ? 1.0 / mg_per_kg : 0.0, static_cast<double>(heaviest_mg) / mg_per_kg};
    const double kg = read_quantity_node(node, path, unit::mass, range, findings);
    return std::max(low, static_cast<std::int64_t>(std::llround(kg * mg_per_kg)));
  }
  std::int64_t pieces = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto parsed = std::from_chars(node.scalar.data(), end, pieces);
  const bool whole = node.kind == Node::Kind::scalar && parsed.ec == std::errc{} && parsed.ptr == end;
  const std::int64_t most = std::min(most_pieces, heaviest_mg / std::max<std::int64_t>(material.piece_mg, 1));
  if (!whole || pieces < low || pieces > most) {
    findings.add({node.mark, path,
                  quoted(node.scalar) + " is not a number of pieces of '" + material.name + "'",
                  fmt::format("a whole number from {} to {}", low, most), ""});
    return low;
  }
  return pieces;
}

}  // namespace lunafab::factory
