#pragma once
#include <string>
#include "core/csv.hpp"
#include "core/document.hpp"

namespace lunafab {

/// A table as the map that a YAML file would hold in its place: an entry a row, its key from the column
/// `name`; the other columns are the keys of the row's map, dots in them make maps in it
/// (`failures.time_to_failure`). Empty cells are absent keys, empty rows absent entries. A cell holds a plain
/// text, or YAML that begins with a bracket or a quote; bare numbers, also those in a list, get the unit of a
/// header such as `time [min]`. Marks are those of the cells. Problems (no column `name`, rows without a name
/// or of the same name, columns that name the same key, cells that are no YAML) become findings.
/// @param path of the table in the document, which stands in the findings
Node table_node(const CsvTable& table, const std::string& path, Findings& findings);

/// A cell as the value that it stands for; see above.
Node cell_node(const CsvCell& cell, const std::string& unit, const std::string& path, Findings& findings);

}  // namespace lunafab
