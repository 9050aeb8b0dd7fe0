#include "core/yaml_tree.hpp"
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>
#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include "core/utf8.hpp"

namespace lunafab {
namespace {

constexpr std::size_t most_findings = 1000;
constexpr int most_open_brackets = 1000;

/// Thrown through yaml-cpp to end the reading; the reason is among the findings already.
struct Stop {};

std::string too_deep() {
  return fmt::format("nesting deeper than {} levels", deepest_nesting);
}

/// The text under reading and the way from yaml-cpp's places (bytes, from 0) to ours (characters, from 1).
class Source {
 public:
  Source(std::string_view text, std::string name, bool in_file)
      : text_(text), name_(std::move(name)), in_file_(in_file) {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (is_continuation(text_[i])) continuations_.push_back(i);
    }
  }

  Mark mark(const YAML::Mark& place) const {
    if (!in_file_ || place.is_null()) return {name_, 0, 0};
    const int line_start = place.pos - place.column;
    return {name_, place.line + 1, place.column + 1 - continuations_between(line_start, place.pos)};
  }
  Mark mark(std::size_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    YAML::Mark place;
    place.pos = static_cast<int>(offset);
    place.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    place.column = static_cast<int>(offset - line_start);
    return mark(place);
  }
  /// Whether a scalar that starts with a quote at `place` also ends; yaml-cpp lets the file's end close it.
  bool quote_is_closed(const YAML::Mark& place) const {
    return skip_quoted(static_cast<std::size_t>(place.pos)) != std::string_view::npos;
  }
  /// Whether the key at `place` has a colon; yaml-cpp reads a word without one as a key without a value.
  bool colon_follows(const YAML::Mark& place, const std::string& key) const {
    auto end = static_cast<std::size_t>(place.pos);
    const bool quoted = at(place) == '"' || at(place) == '\'';
    end = quoted ? skip_quoted(end) : end + key.size();
    end = text_.find_first_not_of(" \t\r\n", std::min(end, text_.size()));
    return end != std::string_view::npos && text_[end] == ':';
  }
  char at(const YAML::Mark& place) const {
    const auto offset = static_cast<std::size_t>(place.pos);
    return offset < text_.size() ? text_[offset] : '\0';
  }

 private:
  std::size_t skip_quoted(std::size_t start) const {
    const char quote = text_[start];
    for (std::size_t i = start + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && quote == '"') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) return i + 1;
        ++i;  // '' is one quote within a quoted text
      }
    }
    return std::string_view::npos;
  }

  int continuations_between(int from, int to) const {
    const auto first =
        std::lower_bound(continuations_.begin(), continuations_.end(), static_cast<std::size_t>(from));
    const auto last = std::lower_bound(first, continuations_.end(), static_cast<std::size_t>(to));
    return static_cast<int>(last - first);
  }

  std::string_view text_;
  std::string name_;
  bool in_file_;
  std::vector<std::size_t> continuations_;
};

/// Builds the tree from yaml-cpp's events, which (unlike its own tree) still show duplicates, anchors and
/// tags. yaml-cpp reports a collection before it descends into it, so stopping here bounds its recursion,
/// too.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Source& source, std::string path, int depth, Findings& findings)
      : source_(source), base_path_(std::move(path)), base_depth_(depth), findings_(findings) {}

  Node take_root() { return std::move(root_); }
  std::string path() const;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    report(mark, "a second document starts here", "one document a file");
    throw Stop{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_properties(mark, "?", anchor);
    Node node = start(Node::Kind::null, mark);
    if (!frames_.empty() && frames_.back().has_key) take_absent_value(node);
    place(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    report(mark, "aliases (*name) are not supported", "the value itself");
    if (!frames_.empty() && frames_.back().wants_key()) {
      frames_.back().has_key = true;
      frames_.back().key_usable = false;
    } else {
      place(start(Node::Kind::null, mark));
    }
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_properties(mark, tag, anchor);
    Node node = start(Node::Kind::scalar, mark);
    node.scalar = value;
    node.quoted = tag != "?";
    const bool starts_quoted = source_.at(mark) == '"' || source_.at(mark) == '\'';
    if (starts_quoted && !source_.quote_is_closed(mark)) report(mark, "quoted text without an end", {});
    if (const auto bad = find_bad_byte(value))
      report(mark, bad->problem + " in a quoted text", "printable text");
    last_scalar_ = mark;
    place(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A collection whose end has not come yet.
  struct Frame {
    Node node;
    std::string key;
    Mark key_mark;
    YAML::Mark key_place;
    bool has_key = false;  ///< the next value belongs to `key`
    bool key_usable = false;
    std::unordered_map<std::string, int> first_line;
    bool wants_key() const { return node.kind == Node::Kind::map && !has_key; }
  };

  void report(const YAML::Mark& mark, std::string problem, std::string allowed) {
    report(source_.mark(mark), path(), std::move(problem), std::move(allowed));
  }
  void report(Mark mark, std::string at_path, std::string problem, std::string allowed);
  void check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  Node start(Node::Kind kind, const YAML::Mark& mark);
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void place(Node node);
  void take_absent_value(Node& node);
  void take_key(Frame& frame, Node node);

  const Source& source_;
  std::string base_path_;
  int base_depth_;
  Findings& findings_;
  std::size_t values_ = 0;
  YAML::Mark last_scalar_;
  int documents_ = 0;
  std::vector<Frame> frames_;
  Node root_;
};

std::string TreeBuilder::path() const {
  std::string text = base_path_;
  for (const Frame& frame : frames_) {
    if (frame.node.kind == Node::Kind::sequence) text += fmt::format("[{}]", frame.node.items.size());
    if (frame.has_key && frame.key_usable) text = join_path(text, frame.key);
  }
  return text;
}

void TreeBuilder::report(Mark mark, std::string at_path, std::string problem, std::string allowed) {
  findings_.add({mark, std::move(at_path), std::move(problem), std::move(allowed), {}});
  if (findings_.size() < most_findings) return;
  findings_.add(
      {std::move(mark), {}, fmt::format("{} findings: reading stopped here", most_findings), {}, {}});
  throw Stop{};
}

void TreeBuilder::check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  if (anchor != 0) report(mark, "anchors (&name) are not supported", "the value itself");
  // yaml-cpp gives quoted scalars the tag "!", which may also have been written out.
  const bool implied = tag.empty() || tag == "?" || tag == "!";
  if (!implied || source_.at(mark) == '!') report(mark, "tags (!name) are not supported", "the value itself");
}

Node TreeBuilder::start(Node::Kind kind, const YAML::Mark& mark) {
  Node node;
  node.kind = kind;
  node.mark = source_.mark(mark);
  if (++values_ > most_values) {
    report(mark, fmt::format("more than {} values", most_values), "a smaller file");
    throw Stop{};
  }
  return node;
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor) {
  check_properties(mark, tag, anchor);
  if (base_depth_ + static_cast<int>(frames_.size()) >= deepest_nesting) {
    report(source_.mark(mark), {}, too_deep(), {});
    throw Stop{};
  }
  Frame frame;
  frame.node = start(kind, mark);
  frames_.push_back(std::move(frame));
}

void TreeBuilder::close() {
  Node node = std::move(frames_.back().node);
  frames_.pop_back();
  place(std::move(node));
}

void TreeBuilder::place(Node node) {
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node.kind == Node::Kind::sequence) {
    frame.node.items.push_back(std::move(node));
  } else if (!frame.has_key) {
    take_key(frame, std::move(node));
  } else {
    if (frame.key_usable)
      frame.node.entries.push_back({std::move(frame.key), frame.key_mark, std::move(node)});
    frame.has_key = false;
  }
}

void TreeBuilder::take_absent_value(Node& node) {
  const Frame& frame = frames_.back();
  // yaml-cpp places an absent value at the token that follows it, often a line below.
  node.mark = frame.key_mark;
  if (frame.key_usable && !source_.colon_follows(frame.key_place, frame.key)) {
    report(node.mark, path(), "key without ':' and a value", "key: value");
  }
}

void TreeBuilder::take_key(Frame& frame, Node node) {
  const std::string map_path = path();
  const int line = node.mark.line;
  frame.has_key = true;
  frame.key_usable = false;
  frame.key_mark = node.mark;
  if (node.kind != Node::Kind::scalar || node.scalar.empty()) {
    const bool empty = node.kind == Node::Kind::null || node.kind == Node::Kind::scalar;
    report(node.mark, map_path, empty ? "empty key" : "key that is a map or a sequence", "a word as the key");
    return;
  }
  if (node.scalar.size() > longest_key_bytes) {
    report(node.mark, map_path, fmt::format("key longer than {} bytes", longest_key_bytes), {});
    return;
  }
  const auto [first, is_new] = frame.first_line.try_emplace(node.scalar, line);
  if (!is_new) {
    const std::string where = line > 0 ? fmt::format(", first on line {}", first->second) : "";
    report(node.mark, join_path(map_path, node.scalar), "duplicate key" + where, "each key once");
    return;
  }
  frame.key = std::move(node.scalar);
  frame.key_place = last_scalar_;
  frame.key_usable = true;
}

/// Where a line opens far more brackets than it closes. yaml-cpp looks ahead to the line's end before it
/// reports the first of them, in time and memory out of all proportion (8 MiB of `[`: 8 s, 2 GB). The limit
/// is far above `deepest_nesting`, because brackets within texts and comments are counted, too.
std::optional<std::size_t> find_bracket_flood(std::string_view text) {
  int open = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') open = 0;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (c != '[' && c != '{') continue;
    if (++open == deepest_nesting + 1) first = i;
    if (open > most_open_brackets) return first;
  }
  return std::nullopt;
}

}  // namespace

Node read_tree(std::string_view text, const Destination& destination, Findings& findings) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
  const Source source(text, destination.name, destination.in_file);
  if (const auto bad = find_bad_byte(text)) {
    findings.add({source.mark(bad->offset), destination.path, bad->problem, "YAML as UTF-8 text", {}});
    return {};
  }
  if (const auto flood = find_bracket_flood(text)) {
    findings.add({source.mark(*flood), destination.path, too_deep(), {}, {}});
    return {};
  }
  TreeBuilder builder(source, destination.path, destination.depth, findings);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    findings.add({source.mark(error.mark), builder.path(), "not YAML: " + error.msg, {}, {}});
  }
  return builder.take_root();
}

}  // namespace lunafab
