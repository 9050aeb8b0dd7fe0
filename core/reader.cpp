#include "core/reader.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include "core/input.hpp"

namespace lunafab {
namespace {

constexpr double unbounded = 1e300;

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "has no value";
    case Node::Kind::scalar:
      return "is " + quoted(node.scalar);
    case Node::Kind::sequence:
      return "is a sequence";
    case Node::Kind::map:
      break;
  }
  return "is a map";
}

/// The scalar's text, or nullptr and a finding.
const std::string* scalar_text(const Node& node, const std::string& path, const std::string& needed,
                               Findings& findings) {
  if (node.kind == Node::Kind::scalar) return &node.scalar;
  findings.add({node.mark, path, describe(node), needed, {}});
  return nullptr;
}

std::string describe_count(std::int64_t low, std::int64_t high) {
  const bool bounded = high < std::numeric_limits<std::int64_t>::max();
  return bounded ? fmt::format("a whole number from {} to {}", low, high)
                 : fmt::format("a whole number, at least {}", low);
}

/// Strict decimal: no sign but '-', no leading zeros (YAML 1.1 reads 010 as 8).
bool is_integer(std::string_view text) {
  if (text.substr(0, 1) == "-") text.remove_prefix(1);
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && (text.size() == 1 || text.front() != '0');
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

std::string describe(Range range, std::string_view si_unit) {
  const std::string suffix = si_unit == "1" ? "" : fmt::format(" {}", si_unit);
  const bool low = range.low > -unbounded, high = range.high < unbounded;
  if (low && high && !range.low_open)
    return fmt::format("from {:g} to {:g}{}", range.low, range.high, suffix);
  std::string text;
  if (low) text = fmt::format("{} {:g}{}", range.low_open ? "more than" : "at least", range.low, suffix);
  if (low && high) text += " and ";
  if (high) text += fmt::format("at most {:g}{}", range.high, suffix);
  return text;
}

bool contains(Range range, double value) {
  return value >= range.low && value <= range.high && !(range.low_open && value == range.low);
}

double stand_in(Range range) {
  if (contains(range, 1.0)) return 1.0;
  if (contains(range, range.low)) return range.low;
  return contains(range, range.low + 1.0) ? range.low + 1.0 : range.high;
}

MapReader::MapReader(const Node* node, std::string path, Findings& findings)
    : node_(node), path_(std::move(path)), findings_(&findings) {
  if (node != nullptr) mark_ = node->mark;
  if (node != nullptr && node->kind == Node::Kind::map) return;
  report(mark_, path_, node == nullptr ? "is missing" : describe(*node), "a map");
  node_ = nullptr;
}

MapReader::MapReader(Known, std::string path, Mark mark, Findings& findings)
    : node_(nullptr), path_(std::move(path)), mark_(std::move(mark)), findings_(&findings) {}

void MapReader::report(Mark mark, std::string path, std::string problem, std::string allowed,
                       std::string nearest) {
  findings_->add(
      {std::move(mark), std::move(path), std::move(problem), std::move(allowed), std::move(nearest)});
}

bool MapReader::has(std::string_view key) const {
  return node_ != nullptr && node_->find(key) != nullptr;
}

Mark MapReader::mark() const {
  return mark_;
}

Mark MapReader::mark_of(std::string_view key) const {
  const Node* const value = node_ == nullptr ? nullptr : node_->find(key);
  return value == nullptr ? mark_ : value->mark;
}

std::string MapReader::path_of(std::string_view key) const {
  return join_path(path_, key);
}

const Node* MapReader::optional(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

const Node* MapReader::required(std::string_view key) {
  const Node* const value = optional(key);
  if (value == nullptr && node_ != nullptr) report_absent(key);
  return value;
}

void MapReader::report_absent(std::string_view key) {
  if (node_->columns == nullptr) return report(mark_, path_of(key), "is missing");
  const TableColumns& table = *node_->columns;
  const std::string column = table.prefix + std::string(key);
  const bool filled_elsewhere =
      std::any_of(table.names.begin(), table.names.end(),
                  [&](const std::string& name) { return name == column || name.starts_with(column + "."); });
  if (filled_elsewhere) return report(mark_, path_of(key), "is missing: the cell is empty");
  report(table.header, table.path,
         "no column " + quoted(column) + "; the table has " + list_names(table.names), {},
         nearest_name(column, table.names));
}

double MapReader::quantity(std::string_view key, const Unit& unit, Range range) {
  return read_quantity(required(key), key, unit, range);
}

double MapReader::quantity(std::string_view key, const Unit& unit, Range range, double fallback) {
  const Node* const node = optional(key);
  return node == nullptr ? fallback : read_quantity(node, key, unit, range);
}

double MapReader::read_quantity(const Node* node, std::string_view key, const Unit& unit, Range range) {
  return node == nullptr ? stand_in(range) : read_quantity_node(*node, path_of(key), unit, range, *findings_);
}

std::int64_t MapReader::count(std::string_view key, std::int64_t low, std::int64_t high) {
  return read_count(required(key), key, low, high);
}

std::int64_t MapReader::count(std::string_view key, std::int64_t low, std::int64_t high,
                              std::int64_t fallback) {
  const Node* const node = optional(key);
  return node == nullptr ? fallback : read_count(node, key, low, high);
}

std::int64_t MapReader::read_count(const Node* node, std::string_view key, std::int64_t low,
                                   std::int64_t high) {
  if (node == nullptr) return low;
  const std::string allowed = describe_count(low, high);
  const std::string* const text = scalar_text(*node, path_of(key), allowed, *findings_);
  if (text == nullptr) return low;
  std::int64_t value = 0;
  const bool whole = is_integer(*text);
  const auto error = std::from_chars(text->data(), text->data() + text->size(), value).ec;
  if (whole && error == std::errc{} && value >= low && value <= high) return value;
  report(node->mark, path_of(key), quoted(*text) + (whole ? " is out of range" : " is not a whole number"),
         allowed);
  return low;
}

bool MapReader::flag(std::string_view key, bool fallback) {
  const Node* const node = optional(key);
  if (node == nullptr) return fallback;
  const std::string* const text = scalar_text(*node, path_of(key), "true or false", *findings_);
  if (text == nullptr) return fallback;
  if (*text == "true" || *text == "false") return *text == "true";
  report(node->mark, path_of(key), describe(*node), "true or false", nearest_name(*text, {"true", "false"}));
  return fallback;
}

std::string MapReader::text(std::string_view key) {
  const Node* const node = required(key);
  const std::string* const text =
      node == nullptr ? nullptr : scalar_text(*node, path_of(key), "a text", *findings_);
  return text == nullptr ? "" : *text;
}

std::string MapReader::text(std::string_view key, std::string fallback) {
  return optional(key) == nullptr ? std::move(fallback) : text(key);
}

std::size_t MapReader::choice_index(const Node* node, std::string_view key,
                                    const std::vector<std::string>& words) {
  if (node == nullptr) return 0;
  const std::string allowed = list_names(words);
  const std::string* const text = scalar_text(*node, path_of(key), allowed, *findings_);
  if (text == nullptr) return 0;
  const auto word = std::find(words.begin(), words.end(), *text);
  if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
  report(node->mark, path_of(key), describe(*node), allowed, nearest_name(*text, words));
  return 0;
}

MapReader MapReader::map(std::string_view key) {
  const Node* const node = required(key);
  return node == nullptr ? MapReader(Known{}, path_of(key), mark_, *findings_)
                         : MapReader(node, path_of(key), *findings_);
}

std::optional<MapReader> MapReader::optional_map(std::string_view key) {
  const Node* const node = optional(key);
  if (node == nullptr) return std::nullopt;
  return MapReader(node, path_of(key), *findings_);
}

void MapReader::each_map(std::string_view key,
                         const std::function<void(const std::string&, MapReader&)>& body) {
  for (const auto& [name, node] : nodes(key)) {
    MapReader entry(node, join_path(path_of(key), name), *findings_);
    body(name, entry);
  }
}

std::vector<std::pair<std::string, double>> MapReader::quantities(std::string_view key, const Unit& unit,
                                                                  Range range) {
  std::vector<std::pair<std::string, double>> values;
  for (const auto& [name, node] : nodes(key)) {
    const std::string path = join_path(path_of(key), name);
    values.emplace_back(name, read_quantity_node(*node, path, unit, range, *findings_));
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> MapReader::texts(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [name, node] : nodes(key)) {
    const std::string* const text = scalar_text(*node, join_path(path_of(key), name), "a text", *findings_);
    values.emplace_back(name, text == nullptr ? "" : *text);
  }
  return values;
}

std::vector<std::pair<std::string, const Node*>> MapReader::nodes(std::string_view key) {
  std::vector<std::pair<std::string, const Node*>> values;
  const Node* const node = optional(key);
  if (node == nullptr) return values;
  if (node->kind != Node::Kind::map) report(node->mark, path_of(key), describe(*node), "a map");
  for (const Node::Entry& entry : node->entries) {
    if (!is_name(entry.key)) {
      report(entry.key_mark, path_of(key), quoted(entry.key) + " is not a name",
             "letters, digits, '_' and '-'");
    }
    values.emplace_back(entry.key, &entry.value);
  }
  return values;
}

std::vector<std::string> MapReader::words(std::string_view key) {
  std::vector<std::string> values;
  const Node* const node = optional(key);
  if (node == nullptr) return values;
  if (node->kind != Node::Kind::sequence)
    report(node->mark, path_of(key), describe(*node), "a sequence of words");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const std::string* const text =
        scalar_text(node->items[i], fmt::format("{}[{}]", path_of(key), i), "a word", *findings_);
    if (text != nullptr) values.push_back(*text);
  }
  return values;
}

void MapReader::fail(std::string_view key, std::string problem, std::string allowed, std::string nearest) {
  report(mark_of(key), path_of(key), std::move(problem), std::move(allowed), std::move(nearest));
}

std::optional<std::size_t> MapReader::resolve(std::string_view key, const std::string& name,
                                              std::string_view what,
                                              const std::vector<std::string>& candidates) {
  const auto found = std::find(candidates.begin(), candidates.end(), name);
  if (found != candidates.end()) return static_cast<std::size_t>(found - candidates.begin());
  const Node* const node = node_ == nullptr ? nullptr : node_->find(key);
  // An empty name without a scalar is the stand-in of a text that could not be read: reported already.
  if (name.empty() && (node == nullptr || node->kind != Node::Kind::scalar)) return std::nullopt;
  Mark mark = mark_of(key);
  std::string path = path_of(key);
  for (std::size_t i = 0; node != nullptr && i < node->items.size(); ++i) {
    if (node->items[i].scalar != name) continue;
    mark = node->items[i].mark;
    path += fmt::format("[{}]", i);
    break;
  }
  report(std::move(mark), std::move(path), fmt::format("no {} named {}", what, quoted(name)),
         list_names(candidates), nearest_name(name, candidates));
  return std::nullopt;
}

void MapReader::finish() {
  if (node_ == nullptr) return;
  std::vector<std::string> absent;
  std::copy_if(asked_.begin(), asked_.end(), std::back_inserter(absent),
               [&](const std::string& key) { return node_->find(key) == nullptr; });
  for (const Node::Entry& entry : node_->entries) {
    if (std::find(asked_.begin(), asked_.end(), entry.key) != asked_.end()) continue;
    std::string nearest = nearest_name(entry.key, absent);
    if (nearest.empty()) nearest = nearest_name(entry.key, asked_);
    if (node_->columns == nullptr) {
      report(entry.key_mark, path_of(entry.key), "unknown key", list_names(asked_), std::move(nearest));
    } else {
      const std::string& prefix = node_->columns->prefix;
      if (!nearest.empty()) nearest = prefix + nearest;
      report(entry.key_mark, node_->columns->path, "unknown column " + quoted(prefix + entry.key),
             list_names(asked_), std::move(nearest));
    }
  }
}

double read_quantity_node(const Node& node, const std::string& path, const Unit& unit, Range range,
                          Findings& findings) {
  const std::string needed = fmt::format("{}, for example '{}'", unit.what, unit.example);
  const std::string* const text = scalar_text(node, path, needed, findings);
  if (text == nullptr) return stand_in(range);
  ParsedQuantity parsed = parse_quantity(*text, unit);
  if (!parsed.problem.empty()) {
    findings.add({node.mark, path, std::move(parsed.problem), needed, std::move(parsed.nearest)});
    return stand_in(range);
  }
  if (contains(range, parsed.value)) return parsed.value;
  findings.add({node.mark, path, quoted(*text) + " is out of range", describe(range, unit.si_unit), {}});
  return stand_in(range);
}

}  // namespace lunafab
