#include "campaign/embed_files.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include "core/csv.hpp"
#include "core/table_node.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::campaign {
namespace {

/// Where a map by name may be a table instead; outer ones first.
constexpr std::array<std::string_view, 13> table_paths{"materials",
                                                       "resources",
                                                       "setups.*.from",
                                                       "lines.*.stores",
                                                       "lines.*.stations",
                                                       "lines.*.products",
                                                       "lines.*.limits",
                                                       "lines.*.releases",
                                                       "depot.stores",
                                                       "lines.*.products.*.route",
                                                       "routes",
                                                       "flights",
                                                       "orders"};

Node* find_mutable(Node& map, std::string_view key) {
  for (Node::Entry& entry : map.entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

bool is_text(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::scalar;
}

/// Reads the files that a document names, each once.
class FileEmbedder {
 public:
  FileEmbedder(const std::string& scenario_path, Findings& findings)
      : folder_(std::filesystem::path(scenario_path).parent_path()), findings_(findings) {}

  void embed_driver(Node& document);
  /// Goes down the pattern's keys, `*` for any, and replaces the file names at its end.
  void embed_tables(Node& node, std::string_view pattern, const std::string& path);
  void embed_observations(Node& node, const std::string& path);

 private:
  const CsvTable* load(const Node& name, const std::string& path, const char* allowed);
  std::optional<std::size_t> column_of(const CsvTable& table, const Node& name, const std::string& path);
  std::optional<std::size_t> value_column(Node& distribution, const CsvTable& table, const std::string& path);
  void replace_file(Node& distribution, const std::string& path);

  std::filesystem::path folder_;
  Findings& findings_;
  std::map<std::string, std::optional<CsvTable>> tables_;  ///< none where it could not be read
};

void FileEmbedder::embed_driver(Node& document) {
  Node* driver = find_mutable(document, "driver");
  Node* design = driver == nullptr ? nullptr : find_mutable(*driver, "design");
  if (!is_text(design)) return;
  const std::filesystem::path file = folder_ / design->scalar;
  if (!std::filesystem::is_regular_file(file)) {
    return findings_.add({design->mark, "driver.design", "'" + file.string() + "' is not a file",
                          "a driver file, relative to the scenario's folder, or the design itself", ""});
  }
  *design = massdriver::design_body(load_document(file.string()), findings_);
}

const CsvTable* FileEmbedder::load(const Node& name, const std::string& path, const char* allowed) {
  const std::string file = (folder_ / name.scalar).string();
  const auto [known, is_new] = tables_.try_emplace(file);
  if (!std::filesystem::is_regular_file(file)) {
    findings_.add({name.mark, path, lunafab::quoted(name.scalar) + " is not a file", allowed, {}});
  } else if (is_new) {
    try {
      known->second = load_csv(file);
    } catch (const InputError& error) {
      for (const Finding& finding : error.findings()) findings_.add(finding);
    }
  }
  return known->second ? &*known->second : nullptr;
}

void FileEmbedder::embed_tables(Node& node, std::string_view pattern, const std::string& path) {
  if (!pattern.empty()) {
    const std::string_view key = pattern.substr(0, pattern.find('.'));
    pattern.remove_prefix(std::min(key.size() + 1, pattern.size()));
    for (Node::Entry& entry : node.entries) {
      if (key == "*" || key == entry.key) embed_tables(entry.value, pattern, join_path(path, entry.key));
    }
    return;
  }
  if (!is_text(&node)) return;
  const CsvTable* const table =
      load(node, path, "a map, or the name of a CSV file, relative to the scenario's folder");
  if (table == nullptr) return;
  if (table->rows.size() > most_values / table->header.size()) {
    return findings_.add(
        {table->header.front().mark,
         path,
         fmt::format("{} rows of {} columns are too many", table->rows.size(), table->header.size()),
         fmt::format("up to {} cells", most_values),
         {}});
  }
  node = table_node(*table, path, findings_);
}

/// The column of this name, its unit left out or not.
std::optional<std::size_t> FileEmbedder::column_of(const CsvTable& table, const Node& name,
                                                   const std::string& path) {
  std::vector<std::string> names;
  for (const CsvCell& cell : table.header) {
    names.push_back(column_name(cell.text).name);
    if (name.scalar == cell.text || name.scalar == names.back()) return names.size() - 1;
  }
  findings_.add(
      {name.mark, path,
       fmt::format("no column {} in {}", lunafab::quoted(name.scalar), table.header.front().mark.file),
       list_names(names), nearest_name(name.scalar, names)});
  return std::nullopt;
}

std::optional<std::size_t> FileEmbedder::value_column(Node& distribution, const CsvTable& table,
                                                      const std::string& path) {
  const Node* const name = distribution.find("column");
  if (is_text(name)) return column_of(table, *name, join_path(path, "column"));
  if (table.header.size() == 1) return 0;
  std::vector<std::string> names;
  for (const CsvCell& cell : table.header) names.push_back(column_name(cell.text).name);
  findings_.add({distribution.mark, join_path(path, "column"), "is missing", list_names(names), {}});
  return std::nullopt;
}

/// The named columns become lists in the place of the file's name; rows without a value are left out.
void FileEmbedder::replace_file(Node& distribution, const std::string& path) {
  const CsvTable* const table = load(*distribution.find("file"), join_path(path, "file"),
                                     "a CSV file, relative to the scenario's folder");
  if (table == nullptr) return;
  const std::optional<std::size_t> column = value_column(distribution, *table, path);
  Node* const weights = find_mutable(distribution, "weights");
  std::optional<std::size_t> weight_column;
  if (is_text(weights)) weight_column = column_of(*table, *weights, join_path(path, "weights"));
  if (!column || (is_text(weights) && !weight_column)) return;
  const CsvCell& header = table->header[*column];
  Node list{.kind = Node::Kind::sequence, .mark = header.mark};
  Node shares = list;
  for (const auto& row : table->rows) {
    if (without_spaces(row[*column].text).empty()) continue;
    list.items.push_back(cell_node(row[*column], {}, path, findings_));
    if (weight_column) shares.items.push_back(cell_node(row[*weight_column], {}, path, findings_));
  }
  if (weight_column) *weights = std::move(shares);
  std::erase_if(distribution.entries,
                [](const Node::Entry& e) { return e.key == "file" || e.key == "column"; });
  distribution.entries.push_back({"values", header.mark, std::move(list)});
  const std::string unit = column_name(header.text).unit;
  if (unit.empty() || distribution.find("unit") != nullptr) return;
  distribution.entries.push_back(
      {"unit", header.mark, {.kind = Node::Kind::scalar, .mark = header.mark, .scalar = unit}});
}

void FileEmbedder::embed_observations(Node& node, const std::string& path) {
  const Node* const kind = node.find("dist");
  if (is_text(kind) && kind->scalar == "empirical" && is_text(node.find("file"))) replace_file(node, path);
  for (Node::Entry& entry : node.entries) embed_observations(entry.value, join_path(path, entry.key));
  for (std::size_t i = 0; i < node.items.size(); ++i)
    embed_observations(node.items[i], fmt::format("{}[{}]", path, i));
}

/// The resolved scenario must be one that can be read again.
void check_resolved(const Node& document, Findings& findings) {
  if (count_values(document) > most_values) {
    findings.add({document.mark,
                  {},
                  fmt::format("more than {} values with those of its tables", most_values),
                  "smaller tables",
                  {}});
  } else if (const std::size_t bytes = dump(document).size(); bytes > largest_document_bytes) {
    findings.add({document.mark,
                  {},
                  fmt::format("{} bytes of YAML with what its tables hold", bytes),
                  fmt::format("up to {} bytes", largest_document_bytes),
                  {}});
  }
}

}  // namespace

void embed_files(Node& document, const std::string& scenario_path, Findings& findings) {
  FileEmbedder files(scenario_path, findings);
  files.embed_driver(document);
  for (const std::string_view pattern : table_paths) files.embed_tables(document, pattern, "");
  files.embed_observations(document, "");
  check_resolved(document, findings);
}

}  // namespace lunafab::campaign
