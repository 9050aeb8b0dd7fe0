#include "core/table_node.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <unordered_map>
#include "core/split_path.hpp"
#include "core/yaml_tree.hpp"

namespace lunafab {
namespace {

constexpr std::size_t most_findings = 1000;  // a file of another format is wrong in every row
constexpr const char* key_column = "name";

/// One column on its way into the rows' maps.
struct Column {
  std::vector<std::string> keys;  ///< `failures`, `time_to_failure`
  std::string unit;
  const CsvCell* header = nullptr;
};

struct Columns {
  std::vector<Column> list;
  std::size_t name = 0;  ///< the column that holds the rows' keys
  std::map<std::string, std::shared_ptr<const TableColumns>> by_prefix;
};

void check_column(const Column& column, const std::string& path, Findings& findings) {
  const auto too_long = [](const std::string& key) {
    return key.size() > longest_key_bytes;
  };
  const std::string& text = column.header->text;
  const auto is_empty_key = [](const std::string& key) {
    return key.empty();
  };
  if (std::any_of(column.keys.begin(), column.keys.end(), is_empty_key))
    findings.add({column.header->mark, path, "empty name in the column " + quoted(text), "a.b", {}});
  if (std::any_of(column.keys.begin(), column.keys.end(), too_long))
    findings.add(
        {column.header->mark, path, fmt::format("name longer than {} bytes", longest_key_bytes), {}, {}});
}

void note_prefixes(const TableColumns& whole, const Column& column, Columns& columns) {
  std::string prefix;
  for (const std::string& key : column.keys) {
    if (!columns.by_prefix.contains(prefix)) {
      TableColumns part = whole;
      part.prefix = prefix;
      columns.by_prefix.emplace(prefix, std::make_shared<const TableColumns>(std::move(part)));
    }
    prefix += key + ".";
  }
}

Columns read_columns(const CsvTable& table, const std::string& path, Findings& findings) {
  Columns columns;
  TableColumns whole{table.header.front().mark, path, {}, {}};
  for (const CsvCell& cell : table.header) {
    const ColumnName name = column_name(cell.text);
    columns.list.push_back({split_path(name.name), name.unit, &cell});
    check_column(columns.list.back(), path, findings);
    if (std::find(whole.names.begin(), whole.names.end(), name.name) != whole.names.end())
      findings.add({cell.mark, path, "column " + quoted(name.name) + " twice", "each column once", {}});
    whole.names.push_back(name.name);
  }
  const auto at = std::find(whole.names.begin(), whole.names.end(), key_column);
  if (at == whole.names.end()) {
    findings.add({whole.header, path, "no column 'name'; the table has " + list_names(whole.names),
                  "a column `name` with the rows' names", nearest_name(key_column, whole.names)});
  }
  columns.name = static_cast<std::size_t>(at - whole.names.begin());
  for (const Column& column : columns.list) note_prefixes(whole, column, columns);
  return columns;
}

void set_marks(Node& node, const Mark& mark) {
  node.mark = mark;
  for (Node& item : node.items) set_marks(item, mark);
  for (Node::Entry& entry : node.entries) {
    entry.key_mark = mark;
    set_marks(entry.value, mark);
  }
}

void append_unit(Node& node, const std::string& unit) {
  const bool bare = node.kind == Node::Kind::scalar && !node.quoted && decimal_number(node.scalar);
  if (bare) node.scalar += " " + unit;
  for (Node& item : node.items) append_unit(item, unit);
}

/// The map that takes a column's value, made where it is not there yet; nullptr and a finding where another
/// column is a value of that name.
Node* find_parent(Node& row, const Column& column, const Columns& columns, const CsvCell& cell,
                  Findings& findings) {
  Node* map = &row;
  std::string prefix;
  for (std::size_t i = 0; i + 1 < column.keys.size(); ++i) {
    const std::string& key = column.keys[i];
    prefix += key + ".";
    auto entry = std::find_if(map->entries.begin(), map->entries.end(),
                              [&](const Node::Entry& e) { return e.key == key; });
    if (entry == map->entries.end()) {
      Node part{.kind = Node::Kind::map, .mark = cell.mark};
      part.columns = columns.by_prefix.at(prefix);
      map->entries.push_back({key, column.header->mark, std::move(part)});
      entry = map->entries.end() - 1;
    }
    map = &entry->value;
    if (map->columns == nullptr) break;
  }
  if (map->columns != nullptr && map->find(column.keys.back()) == nullptr) return map;
  findings.add({cell.mark,
                columns.by_prefix.at("")->path,
                quoted(column.header->text) + " is a part of what another column gives as a whole",
                "one of them in each row",
                {}});
  return nullptr;
}

Node row_node(const std::vector<CsvCell>& cells, const Columns& columns, const std::string& path,
              Findings& findings) {
  Node row{.kind = Node::Kind::map, .mark = cells[columns.name].mark};
  row.columns = columns.by_prefix.at("");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == columns.name || without_spaces(cells[i].text).empty()) continue;
    const Column& column = columns.list[i];
    Node* const map = find_parent(row, column, columns, cells[i], findings);
    if (map == nullptr) continue;
    const std::string at = fmt::format("{}.{}", path, fmt::join(column.keys, "."));
    map->entries.push_back(
        {column.keys.back(), column.header->mark, cell_node(cells[i], column.unit, at, findings)});
  }
  return row;
}

bool is_empty(const std::vector<CsvCell>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const CsvCell& cell) { return without_spaces(cell.text).empty(); });
}

}  // namespace

Node cell_node(const CsvCell& cell, const std::string& unit, const std::string& path, Findings& findings) {
  const std::string text(without_spaces(cell.text));
  Node node{.kind = Node::Kind::scalar, .mark = cell.mark, .scalar = text};
  const bool is_yaml =
      !text.empty() && std::string_view("{['\"").find(text.front()) != std::string_view::npos;
  if (is_yaml) {
    const auto depth = 1 + static_cast<int>(std::count(path.begin(), path.end(), '.'));
    Findings own;
    node = read_tree(text, {cell.mark.file, path, depth, false}, own);
    set_marks(node, cell.mark);
    for (Finding finding : own.list()) {
      finding.mark = cell.mark;
      findings.add(std::move(finding));
    }
  } else if (text == "~" || text == "null") {
    node = {.kind = Node::Kind::null, .mark = cell.mark};
  }
  if (!unit.empty()) append_unit(node, unit);
  return node;
}

Node table_node(const CsvTable& table, const std::string& path, Findings& findings) {
  Node map{.kind = Node::Kind::map, .mark = table.header.front().mark};
  const std::size_t reported = findings.size();
  const Columns columns = read_columns(table, path, findings);
  if (findings.size() != reported) return map;
  std::unordered_map<std::string, int> first_line;
  for (const auto& cells : table.rows) {
    if (findings.size() - reported > most_findings) break;
    if (is_empty(cells)) continue;
    const CsvCell& name = cells[columns.name];
    const std::string key(without_spaces(name.text));
    if (key.empty() || key.size() > longest_key_bytes) {
      findings.add({name.mark, path, key.empty() ? "a row without a name" : "name too long", "a name", {}});
      continue;
    }
    const auto [first, is_new] = first_line.try_emplace(key, name.mark.line);
    if (!is_new) {
      findings.add({name.mark,
                    path,
                    fmt::format("duplicate name {}, first on line {}", quoted(key), first->second),
                    "each name once",
                    {}});
      continue;
    }
    map.entries.push_back({key, name.mark, row_node(cells, columns, join_path(path, key), findings)});
  }
  return map;
}

}  // namespace lunafab
