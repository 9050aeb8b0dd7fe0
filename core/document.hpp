#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "core/input.hpp"

namespace lunafab {

/// Where a map stands that is a row of a CSV table, or a part of one: what a row lacks or has too much is
/// said once, of the table.
struct TableColumns {
  Mark header;
  std::string path;                ///< of the table in the document
  std::string prefix;              ///< of the columns that become keys of this map: `failures.`
  std::vector<std::string> names;  ///< of all columns, without their units
};

/// One value of a YAML file, with its place. Scalars keep their text: meaning comes from the field that reads
/// them.
struct Node {
  enum class Kind { null, scalar, sequence, map };
  struct Entry;

  Kind kind = Kind::null;
  Mark mark;
  std::string scalar;
  bool quoted = false;
  std::vector<Node> items;                      ///< of a sequence
  std::vector<Entry> entries;                   ///< of a map, in file order, keys unique
  std::shared_ptr<const TableColumns> columns;  ///< of a map that comes from a CSV table

  const Node* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

inline constexpr std::size_t largest_document_bytes = 8u << 20;
inline constexpr int deepest_nesting = 32;
inline constexpr std::size_t most_values = 500'000;
inline constexpr std::size_t longest_key_bytes = 128;

/// Reads a YAML file whose root is a map. Refused, all findings at once where reading can go on: files over
/// `largest_document_bytes` (before reading them), bytes that are not UTF-8, control characters, text that is
/// not YAML, several documents, duplicate keys, anchors and aliases, tags, keys that are not scalars or over
/// `longest_key_bytes`, nesting beyond `deepest_nesting`, more than `most_values` values.
/// @throws InputError
Node load_document(const std::string& path);

/// The same for text in memory; `name` stands in the findings' marks.
Node parse_document(const std::string& text, const std::string& name);

/// Applies `path=value` (value: any YAML, for example `3.2 h` or `{dist: exponential, mean: 2 h}`). Maps on
/// the path must exist; the last key is replaced or added. Problems become findings whose mark names `--set
/// path=value`.
void apply_setting(Node& root, const std::string& setting, Findings& findings);

/// Values in the tree, itself counted: maps, sequences, scalars.
std::size_t count_values(const Node& node);

/// Place of the value at a dotted path, or of the deepest one on the way to it that exists.
Mark mark_at(const Node& root, std::string_view path);

/// Canonical YAML: two-space block style, scalars quoted only where needed; parses back to the same tree.
std::string dump(const Node& node);

}  // namespace lunafab
