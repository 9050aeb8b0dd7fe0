#include "core/csv.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include "core/text_file.hpp"
#include "core/utf8.hpp"

namespace lunafab {
namespace {

constexpr std::size_t most_findings = 1000;  // a file of another format is wrong in every line
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Walks over the text and keeps the place: lines and characters, from 1.
class Cursor {
 public:
  Cursor(std::string_view text, const std::string& name) : text_(text), mark_{name, 1, 1} {}

  bool at_end() const { return at_ == text_.size(); }
  bool at(std::string_view piece) const { return text_.substr(at_, piece.size()) == piece; }
  bool at_line_end() const { return at_end() || at("\n") || at("\r\n"); }
  const Mark& mark() const { return mark_; }
  char peek() const { return text_[at_]; }

  char take() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++mark_.line, mark_.column = 1;
    } else if (at_end() || !is_continuation(text_[at_])) {
      ++mark_.column;
    }
    return c;
  }
  /// Passes over a line end, if there is one.
  void take_line_end() {
    if (at("\r\n")) take();
    if (at("\n")) take();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  Mark mark_;
};

/// A field that began with a quote, from after that quote to after the closing one.
void read_quoted(Cursor& cursor, CsvCell& cell, Findings& findings) {
  while (!cursor.at_end()) {
    const bool doubled = cursor.at("\"\"");
    if (cursor.at("\"") && !doubled) {
      cursor.take();
      return;
    }
    if (doubled) cursor.take();
    cell.text += cursor.take();
  }
  findings.add({cell.mark, {}, "a quote that never ends", "a closing quote; \"\" for a quote inside", {}});
}

CsvCell read_cell(Cursor& cursor, Findings& findings) {
  CsvCell cell{{}, cursor.mark()};
  const bool is_quoted = cursor.at("\"");
  if (is_quoted) {
    cursor.take();
    read_quoted(cursor, cell, findings);
  }
  bool reported = false;
  while (!cursor.at_line_end() && cursor.peek() != ',') {
    const bool wrong = is_quoted || cursor.peek() == '"';
    if (wrong && !reported) {
      findings.add(
          {cursor.mark(),
           {},
           is_quoted ? "text after a closing quote" : "a quote inside a field that does not begin with one",
           "a quoted field, with \"\" for a quote inside",
           {}});
      reported = true;
    }
    cell.text += cursor.take();
  }
  return cell;
}

std::vector<CsvCell> read_row(Cursor& cursor, Findings& findings) {
  std::vector<CsvCell> cells{read_cell(cursor, findings)};
  while (!cursor.at_line_end()) {
    cursor.take();  // the comma
    cells.push_back(read_cell(cursor, findings));
  }
  cursor.take_line_end();
  return cells;
}

void check_header(const std::vector<CsvCell>& header, Findings& findings) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto same = [&](const CsvCell& cell) {
      return cell.text == header[i].text;
    };
    if (header[i].text.empty()) {
      findings.add({header[i].mark, {}, "a column without a name", {}, {}});
    } else if (std::any_of(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      findings.add({header[i].mark, {}, fmt::format("column {} twice", quoted(header[i].text)), {}, {}});
    }
  }
}

Mark place_of(std::string_view text, std::size_t offset, const std::string& name) {
  Cursor cursor(text.substr(0, offset), name);
  while (!cursor.at_end()) cursor.take();
  return cursor.mark();
}

std::vector<std::string> column_names(const CsvTable& table) {
  std::vector<std::string> names;
  names.reserve(table.header.size());
  for (const CsvCell& cell : table.header) names.push_back(cell.text);
  return names;
}

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& name) {
  check_size(name, text.size(), largest_table_bytes);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Findings findings;
  if (const auto bad = find_bad_byte(text)) {
    findings.add({place_of(text, bad->offset, name), {}, bad->problem, "UTF-8 text", {}});
    findings.throw_if_any();
  }
  CsvTable table;
  Cursor cursor(text, name);
  while (!cursor.at_end() && findings.size() < most_findings) {
    if (cursor.at_line_end()) {
      cursor.take_line_end();
      continue;
    }
    std::vector<CsvCell> cells = read_row(cursor, findings);
    if (table.header.empty()) {
      check_header(cells, findings);
      table.header = std::move(cells);
    } else if (cells.size() != table.header.size()) {
      findings.add({cells.front().mark,
                    {},
                    fmt::format("{} cell{} in a table of {} columns", cells.size(),
                                cells.size() == 1 ? "" : "s", table.header.size()),
                    {},
                    {}});
    } else {
      table.rows.push_back(std::move(cells));
    }
  }
  table.end = cursor.mark();
  if (table.header.empty()) findings.add({{name, 1, 1}, {}, "no header", "a first line of column names", {}});
  findings.throw_if_any();
  return table;
}

CsvTable load_csv(const std::string& path) {
  return parse_csv(read_text_file(path, largest_table_bytes, "a CSV file"), path);
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> decimal_number(std::string_view text) {
  text = without_spaces(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

ColumnName column_name(std::string_view header) {
  header = without_spaces(header);
  const std::size_t bracket = header.rfind('[');
  if (bracket == std::string_view::npos || bracket == 0 || !header.ends_with(']'))
    return {std::string(header), {}};
  const std::string_view unit = header.substr(bracket + 1, header.size() - bracket - 2);
  return {std::string(without_spaces(header.substr(0, bracket))), std::string(without_spaces(unit))};
}

std::optional<std::size_t> find_column(const CsvTable& table, std::string_view name, Findings& findings) {
  const auto found = std::find_if(table.header.begin(), table.header.end(),
                                  [&](const CsvCell& cell) { return cell.text == name; });
  if (found != table.header.end()) return static_cast<std::size_t>(found - table.header.begin());
  const std::vector<std::string> names = column_names(table);
  findings.add({table.header.front().mark,
                std::string(name),
                "no such column; the file has " + list_names(names),
                {},
                nearest_name(name, names)});
  return std::nullopt;
}

std::vector<double> number_column(const CsvTable& table, std::string_view name, const Range& range,
                                  Findings& findings) {
  std::vector<double> numbers;
  const std::optional<std::size_t> column = find_column(table, name, findings);
  if (!column) return numbers;
  numbers.reserve(table.rows.size());
  const std::string bounds = describe(range, "1");
  const std::string allowed = bounds.empty() ? "a number" : "a number, " + bounds;
  for (const auto& row : table.rows) {
    const CsvCell& cell = row[*column];
    const std::optional<double> number = decimal_number(cell.text);
    const bool right = number && contains(range, *number);
    numbers.push_back(right ? *number : stand_in(range));
    if (right || findings.size() >= most_findings) continue;
    const std::string problem = !number && without_spaces(cell.text).empty()
                                    ? "no value"
                                    : quoted(cell.text) + (number ? " is out of range" : " is not a number");
    findings.add({cell.mark, std::string(name), problem, allowed, {}});
  }
  return numbers;
}

void refuse_other_columns(const CsvTable& table, const std::vector<std::string>& known, Findings& findings) {
  for (const CsvCell& cell : table.header) {
    if (std::find(known.begin(), known.end(), cell.text) != known.end()) continue;
    findings.add({cell.mark, cell.text, "unknown column", list_names(known), nearest_name(cell.text, known)});
  }
}

}  // namespace lunafab
