#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "core/input.hpp"
#include "core/reader.hpp"

namespace lunafab {

/// One field of a CSV file, quotes taken off, with its place.
struct CsvCell {
  std::string text;
  Mark mark;
};

/// A table whose first line names its columns; every row has as many cells as there are columns.
struct CsvTable {
  Mark end;  ///< after the last byte
  std::vector<CsvCell> header;
  std::vector<std::vector<CsvCell>> rows;
};

inline constexpr std::size_t largest_table_bytes = 64u << 20;

/// Reads CSV after RFC 4180: commas, quotes doubled inside quoted fields, LF or CRLF, a byte-order mark
/// passed over, empty lines passed over. Refused, all findings at once: bytes that are not UTF-8, control
/// characters, quotes inside a bare field or after a closed one, a quote that never ends, rows with a wrong
/// number of cells, columns without a name or named twice, no header.
/// @throws InputError
CsvTable load_csv(const std::string& path);

/// The same for text in memory; `name` stands in the findings' marks.
CsvTable parse_csv(std::string_view text, const std::string& name);

/// The text without spaces and tabs before and after it.
std::string_view without_spaces(std::string_view text);

/// The whole text, but spaces before and after, as a finite decimal number.
std::optional<double> decimal_number(std::string_view text);

/// A column's header `time [min]` taken apart.
struct ColumnName {
  std::string name;
  std::string unit;  ///< empty where the header has none
};
ColumnName column_name(std::string_view header);

/// The column of this name; a finding with the nearest name where there is none.
std::optional<std::size_t> find_column(const CsvTable& table, std::string_view name, Findings& findings);

/// The column as numbers in `range`: decimal, nothing before or after but spaces. Other text is a finding
/// each and reads as a number in range. Empty where there is no such column.
std::vector<double> number_column(const CsvTable& table, std::string_view name, const Range& range,
                                  Findings& findings);

/// A finding for every column that is not among `known`.
void refuse_other_columns(const CsvTable& table, const std::vector<std::string>& known, Findings& findings);

}  // namespace lunafab
