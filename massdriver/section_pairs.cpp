#include "massdriver/section_pairs.hpp"

namespace lunafab::massdriver {

DifferenceParts difference_parts(double first_width, double second_width, double centre) {
  const double wide = std::max(first_width, second_width), slim = std::min(first_width, second_width);
  DifferenceParts parts;
  const auto add = [&](double low, double high, double density_low, double density_high) {
    parts.part[parts.count++] = {centre + low, centre + high, density_low, density_high};
  };
  if (wide == 0.0) {
    add(0.0, 0.0, 1.0, 1.0);
    return parts;
  }
  // Widths equal but for rounding have no flat top.
  const double flat = wide - slim > 1e-13 * wide ? 0.5 * (wide - slim) : 0.0;
  const double end = 0.5 * (wide + slim), top = 1.0 / wide;
  if (slim > 0.0) add(-end, -flat, 0.0, top);
  if (flat > 0.0) add(-flat, flat, top, top);
  if (slim > 0.0) add(flat, end, top, 0.0);
  return parts;
}

FilamentPair at_difference(const Winding& primary, const Winding& secondary, double gap_m, double u) {
  const double low = std::max(-0.5 * secondary.length_m, u - 0.5 * primary.length_m);
  const double high = std::min(0.5 * secondary.length_m, u + 0.5 * primary.length_m);
  return {.gap_m = gap_m + u,
          .offset_m = 0.5 * (low + high),
          .offset_squared_m2 = (low * low + low * high + high * high) / 3.0};
}

}  // namespace lunafab::massdriver
