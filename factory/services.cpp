#include <algorithm>
#include <array>
#include <bit>
#include "core/clones.hpp"
#include "factory/draws.hpp"

namespace lunafab::factory {
namespace {

/// `to_us` for spans of up to 2^51 µs; how many are longer, and therefore wrong. Adding 2^52 leaves the
/// integer in the low bits, rounded to nearest where truncation is wanted.
LUNAFAB_CLONES std::int64_t short_to_us(const double* span_s, std::int64_t* us, std::size_t count) {
  constexpr double shift = 0x1p52, longest = 0x1p51;
  constexpr std::uint64_t mantissa = 0x000fffffffffffff;
  std::int64_t longer = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double wanted = span_s[i] * 1e6 + 0.5, shifted = wanted + shift;
    const auto nearest = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(shifted) & mantissa);
    us[i] = nearest - (shifted - shift > wanted ? 1 : 0);
    longer += wanted > longest ? 1 : 0;
  }
  return longer;
}

}  // namespace

void draw_services(const Station& station, std::uint64_t first, const RunKey& key, ServiceCache& cache) {
  cache.first = first;
  std::array<double, ServiceCache::block> span_s;
  fill_variates(station.cycle, stream_of(station, Purpose::service, key), first, span_s);
  if (station.speed != 1.0) {
    for (double& span : span_s) span /= station.speed;
  }
  if (short_to_us(span_s.data(), cache.ticks.data(), span_s.size()) > 0)
    std::ranges::transform(span_s, cache.ticks.begin(), to_us);
}

}  // namespace lunafab::factory
