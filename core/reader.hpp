#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include "core/document.hpp"
#include "core/quantity.hpp"

namespace lunafab {

/// Bounds of a value in SI units, both ends allowed unless said otherwise.
struct Range {
  double low = -1e300;
  double high = 1e300;
  bool low_open = false;  ///< `low` itself is not allowed
};
inline constexpr Range any_value{};
inline constexpr Range positive{0.0, 1e300, true};
inline constexpr Range non_negative{0.0, 1e300, false};
inline constexpr Range fraction{0.0, 1.0, false};
bool contains(Range range, double value);
/// A value within the range that reading can go on with after a finding.
double stand_in(Range range);
/// `more than 0 W`, `from 0 to 1`; empty where every value will do.
std::string describe(Range range, std::string_view si_unit);

/// Reads one map strictly: each key asked for is noted, and `finish()` reports every key nobody asked for,
/// with the nearest name. Problems become findings and a harmless stand-in is returned, so that reading goes
/// on to the next problem.
class MapReader {
 public:
  /// A node that is not a map (or is absent: nullptr) is a finding and reads as an empty map.
  MapReader(const Node* node, std::string path, Findings& findings);

  bool has(std::string_view key) const;
  const std::string& path() const { return path_; }
  Mark mark() const;                         ///< of the map
  Mark mark_of(std::string_view key) const;  ///< of the key's value, or of the map where absent
  std::string path_of(std::string_view key) const;
  Findings& findings() const { return *findings_; }
  /// The raw value (noted as read), or nullptr where the key is absent; an absent required key is a finding.
  const Node* required(std::string_view key);
  const Node* optional(std::string_view key);

  double quantity(std::string_view key, const Unit& unit, Range range);
  double quantity(std::string_view key, const Unit& unit, Range range, double fallback);  ///< optional key
  std::int64_t count(std::string_view key, std::int64_t low, std::int64_t high);
  std::int64_t count(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback);
  bool flag(std::string_view key, bool fallback);  ///< `true` or `false`, nothing else
  std::string text(std::string_view key);
  std::string text(std::string_view key, std::string fallback);

  /// One of a closed set of words.
  template <class Enum>
  Enum choice(std::string_view key, const std::vector<std::pair<std::string, Enum>>& words) {
    return words.at(choice_index(required(key), key, names_of(words))).second;
  }
  template <class Enum>
  Enum choice(std::string_view key, const std::vector<std::pair<std::string, Enum>>& words, Enum fallback) {
    const Node* node = optional(key);
    return node == nullptr ? fallback : words.at(choice_index(node, key, names_of(words))).second;
  }

  MapReader map(std::string_view key);  ///< required sub-map
  std::optional<MapReader> optional_map(std::string_view key);
  /// Every entry of the map at `key` as (name, reader of a map); names must match [A-Za-z0-9_-]+. Absent:
  /// nothing happens.
  void each_map(std::string_view key, const std::function<void(const std::string&, MapReader&)>& body);
  /// Every entry of the map at `key` as (name, quantity); absent: empty.
  std::vector<std::pair<std::string, double>> quantities(std::string_view key, const Unit& unit, Range range);
  std::vector<std::pair<std::string, std::string>> texts(std::string_view key);
  /// Every entry of the map at `key` as (name, raw node); absent: empty.
  std::vector<std::pair<std::string, const Node*>> nodes(std::string_view key);
  std::vector<std::string> words(std::string_view key);  ///< a sequence of scalars; absent: empty

  void fail(std::string_view key, std::string problem, std::string allowed = {}, std::string nearest = {});
  /// A name that must exist: a finding with the nearest candidate, and nullopt, where it does not.
  std::optional<std::size_t> resolve(std::string_view key, const std::string& name, std::string_view what,
                                     const std::vector<std::string>& candidates);
  void finish();  ///< reports unknown keys; call once, after the last read

 private:
  template <class Enum>
  static std::vector<std::string> names_of(const std::vector<std::pair<std::string, Enum>>& words) {
    std::vector<std::string> names;
    names.reserve(words.size());
    for (const auto& word : words) names.push_back(word.first);
    return names;
  }
  struct Known {};  ///< an absent map whose absence has been reported already
  MapReader(Known, std::string path, Mark mark, Findings& findings);

  void report(Mark mark, std::string path, std::string problem, std::string allowed = {},
              std::string nearest = {});
  void report_absent(std::string_view key);
  std::size_t choice_index(const Node* node, std::string_view key, const std::vector<std::string>& words);
  double read_quantity(const Node* node, std::string_view key, const Unit& unit, Range range);
  std::int64_t read_count(const Node* node, std::string_view key, std::int64_t low, std::int64_t high);

  const Node* node_;  ///< nullptr: not a map, which has been reported; missing keys are then no news
  std::string path_;
  Mark mark_;
  Findings* findings_;
  std::vector<std::string> asked_;
};

/// A quantity from a single node (an item of a sequence, or a scalar that may also be a map).
double read_quantity_node(const Node& node, const std::string& path, const Unit& unit, Range range,
                          Findings& findings);

}  // namespace lunafab
