#include <algorithm>
#include <array>
#include <string_view>
#include "core/document.hpp"

namespace lunafab {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Characters that some YAML readers take for line ends, or drop: always written as escapes.
struct Escape {
  std::string_view character;
  std::string_view written;
};
constexpr std::array<Escape, 7> escapes{{{"\"", "\\\""},
                                         {"\\", "\\\\"},
                                         {"\n", "\\n"},
                                         {"\t", "\\t"},
                                         {"\xE2\x80\xA8", "\\L"},
                                         {"\xE2\x80\xA9", "\\P"},
                                         {"\xEF\xBB\xBF", "\\uFEFF"}}};

std::string quote(const std::string& text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const auto* const escape = std::find_if(escapes.begin(), escapes.end(), [&](const Escape& e) {
      return rest.substr(0, e.character.size()) == e.character;
    });
    result += escape == escapes.end() ? rest.substr(0, 1) : escape->written;
    at += escape == escapes.end() ? 1 : escape->character.size();
  }
  return result + "\"";
}

/// Whether the text, written plainly in block style, reads back as itself. Doubtful cases are quoted.
bool survives_plain(const std::string& text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (is_one_of(text, {"~", "null", "Null", "NULL"})) return false;
  if (text.find(": ") != std::string::npos) return false;
  const auto plain = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view(" _./+-^*()=<>%;,:@$~'").find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), plain)) return false;
  if (std::string_view("*%@'-:,=<>").find(text.front()) != std::string_view::npos) {
    const bool negative = text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
    if (!negative) return false;
  }
  if (text.compare(0, 3, "...") == 0) return false;
  return std::none_of(escapes.begin(), escapes.end(),
                      [&](const Escape& e) { return text.find(e.character) != std::string::npos; });
}

/// Whether other YAML readers would take the plain text for a number or a truth value; such a text keeps the
/// quotes it had.
bool looks_typed(const std::string& text) {
  std::string word = text;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (is_one_of(word, {"true", "false", "yes", "no", "on", "off", "y", "n"})) return true;
  return !text.empty() && std::string_view("0123456789+-.").find(text.front()) != std::string_view::npos;
}

std::string scalar_text(const std::string& text, bool quoted) {
  return survives_plain(text) && !(quoted && looks_typed(text)) ? text : quote(text);
}

bool is_block(const Node& node) {
  return !node.items.empty() || !node.entries.empty();
}

std::string inline_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return scalar_text(node.scalar, node.quoted);
    case Node::Kind::sequence:
      return "[]";
    case Node::Kind::map:
      break;
  }
  return "{}";
}

/// Writes the node's lines; the first continues the current line, the others are indented.
void write(const Node& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out += margin;
    first = false;
  };
  for (const Node& item : node.items) {
    begin_line();
    out += "- ";
    write(item, indent + 2, out);
  }
  for (const Node::Entry& entry : node.entries) {
    begin_line();
    out += scalar_text(entry.key, false) + ":";
    if (is_block(entry.value)) {
      out.append("\n").append(indent + 2, ' ');
    } else {
      out += " ";
    }
    write(entry.value, indent + 2, out);
  }
  if (!is_block(node)) out += inline_text(node) + "\n";
}

}  // namespace

std::string dump(const Node& node) {
  std::string text;
  write(node, 0, text);
  return text;
}

}  // namespace lunafab
