#include "core/document.hpp"
#include <fmt/format.h>
#include <algorithm>
#include "core/set_value.hpp"
#include "core/split_path.hpp"
#include "core/text_file.hpp"
#include "core/utf8.hpp"
#include "core/yaml_tree.hpp"

namespace lunafab {
namespace {

constexpr std::size_t longest_shown_setting = 80;

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::sequence:
      return "a sequence";
    case Node::Kind::map:
      break;
  }
  return "a map";
}

/// One `--set` on its way into the tree.
struct Setting {
  std::vector<std::string> keys;
  std::string path;   ///< the keys, joined by dots
  std::string value;  ///< YAML text
  Mark mark;
};

std::string trim(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The parts of `path=value`, or a finding and no keys.
Setting parse_setting(const std::string& text, Findings& findings) {
  const char* const form = "path=value, for example lines.cells.takt=3.2 h";
  const auto refuse = [&](const Setting& setting, const std::string& problem) {
    findings.add({setting.mark, setting.path, problem, form, {}});
    return Setting{};
  };
  Setting setting;
  setting.mark.file = "--set " + text.substr(0, longest_shown_setting);
  if (text.size() > longest_shown_setting) setting.mark.file += "…";
  if (const auto bad = find_bad_byte(text)) {
    setting.mark.file = "--set";  // the text itself may garble a terminal
    return refuse(setting, bad->problem);
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return refuse(setting, "no '='");
  setting.path = trim(text.substr(0, equals));
  setting.value = trim(text.substr(equals + 1));
  setting.keys = split_path(setting.path);
  const bool all_named =
      std::none_of(setting.keys.begin(), setting.keys.end(), [](const auto& key) { return key.empty(); });
  if (!all_named) return refuse(setting, "empty name in the path");
  if (setting.keys.back().size() > longest_key_bytes) return refuse(setting, "name too long");
  if (setting.value.empty()) return refuse(setting, "no value after '='");
  return setting;
}

/// The map that holds (or will hold) the setting's last key; nullptr and a finding where the path leads
/// nowhere.
Node* find_parent(Node& root, const Setting& setting, Findings& findings) {
  Node* node = &root;
  std::string path;
  for (std::size_t i = 0;; ++i) {
    if (node->kind != Node::Kind::map) {
      findings.add({setting.mark, path, fmt::format("is {}, not a map", kind_name(node->kind)), {}, {}});
      return nullptr;
    }
    if (i + 1 == setting.keys.size()) return node;
    const std::string& key = setting.keys[i];
    path = join_path(path, key);
    const auto entry =
        std::find_if(node->entries.begin(), node->entries.end(), [&](const auto& e) { return e.key == key; });
    if (entry == node->entries.end()) {
      std::vector<std::string> names;
      for (const Node::Entry& e : node->entries) names.push_back(e.key);
      findings.add({setting.mark, path, "does not exist", list_names(names), nearest_name(key, names)});
      return nullptr;
    }
    node = &entry->value;
  }
}

/// Replaces the map's entry of this key, or adds it.
void put(Node& map, Node::Entry entry) {
  const auto found =
      std::find_if(map.entries.begin(), map.entries.end(), [&](const auto& e) { return e.key == entry.key; });
  if (found == map.entries.end()) {
    map.entries.push_back(std::move(entry));
  } else {
    *found = std::move(entry);
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

Node parse_document(const std::string& text, const std::string& name) {
  check_size(name, text.size(), largest_document_bytes);
  Findings findings;
  Node root = read_tree(text, {name, {}, 0, true}, findings);
  if (findings.empty() && root.kind != Node::Kind::map) {
    const Mark mark = root.mark.line > 0 ? root.mark : Mark{name, 1, 1};
    findings.add(
        {mark, {}, fmt::format("the file holds {}", kind_name(root.kind)), "a map, 'key: value' lines", {}});
  }
  findings.throw_if_any();
  return root;
}

Node load_document(const std::string& path) {
  return parse_document(read_text_file(path, largest_document_bytes, "a YAML file"), path);
}

void apply_setting(Node& root, const std::string& text, Findings& findings) {
  const Setting setting = parse_setting(text, findings);
  if (setting.keys.empty()) return;
  Node* const parent = find_parent(root, setting, findings);
  if (parent == nullptr) return;
  if (setting.value.size() > largest_document_bytes) {
    findings.add({setting.mark, setting.path, "value too long", {}, {}});
    return;
  }
  Findings own;
  const Destination destination{setting.mark.file, setting.path, static_cast<int>(setting.keys.size()),
                                false};
  Node value = read_tree(setting.value, destination, own);
  for (const Finding& finding : own.list()) findings.add(finding);
  if (!own.empty()) return;
  put(*parent, {setting.keys.back(), setting.mark, std::move(value)});
}

void set_value(Node& root, const std::string& path, Node value, Findings& findings) {
  const Setting setting{.keys = split_path(path), .path = path, .value = {}, .mark = value.mark};
  Node* const parent = find_parent(root, setting, findings);
  if (parent != nullptr) put(*parent, {setting.keys.back(), setting.mark, std::move(value)});
}

std::size_t count_values(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_values(item);
  for (const Node::Entry& entry : node.entries) count += count_values(entry.value);
  return count;
}

Mark mark_at(const Node& root, std::string_view path) {
  const Node* node = &root;
  Mark mark = root.mark;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = node->find(path.substr(0, dot));
    if (node == nullptr) break;
    mark = node->mark;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return mark;
}

}  // namespace lunafab
