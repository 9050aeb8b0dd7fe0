#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lunafab::report {

enum class Mark : std::uint8_t { line, dots };

/// Points in order of x; as dots, in any order.
struct Series {
  std::string name;
  std::string color;
  std::vector<double> x, y;
  Mark mark = Mark::line;
};

/// A horizontal line that values are to stay below.
struct Level {
  std::string name;
  double y = 0.0;
};

enum class Ordinate : std::uint8_t { from_zero, around_data, logarithmic };

/// One chart of a page. On a logarithmic ordinate, points that are not positive are left out.
struct LineChart {
  std::string title;  ///< with the unit
  std::string x_label;
  Ordinate ordinate = Ordinate::from_zero;
  std::vector<Series> series;
  std::optional<Level> limit;  ///< drawn where the scale reaches it, else only named
};

/// Round values 1, 2, 5 · 10ⁿ apart that cover `low` … `high`, about `count` of them.
std::vector<double> round_ticks(double low, double high, int count);

/// At most two points for each of `columns` equal spans of x, the lowest and the highest in their order:
/// drawn at that width, they look as all points do.
Series envelope(const Series& series, int columns);

/// A self-contained <svg> element; texts are escaped.
std::string draw(const LineChart& chart);

/// `&`, `<`, `>`, `"` as HTML entities; control characters become spaces.
std::string escaped(const std::string& text);

}  // namespace lunafab::report
