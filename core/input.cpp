#include "core/input.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include "core/utf8.hpp"

namespace lunafab {
namespace {

constexpr std::size_t longest_list = 12;
constexpr std::size_t longest_quote_bytes = 60;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view word) {
  std::string result(word);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; O(|a|·|b|).
/// @source Damerau 1964, in the optimal-string-alignment form: no substring is edited twice.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// Quoted keys and texts may hold line ends.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else {
      line += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return line;
}

std::string join_lines(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    text += format(finding);
  }
  return text;
}

}  // namespace

std::string format(const Finding& finding) {
  std::string text = finding.mark.file;
  if (finding.mark.line > 0) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ":", finding.mark.line, finding.mark.column);
  }
  for (const std::string* piece : {&finding.path, &finding.problem}) {
    if (piece->empty()) continue;
    if (!text.empty()) text += ": ";
    text += *piece;
  }
  if (!finding.allowed.empty()) text += "; allowed: " + finding.allowed;
  if (!finding.nearest.empty()) text += "; did you mean '" + finding.nearest + "'?";
  return on_one_line(text);
}

void Findings::add(Finding finding) {
  if (seen_.insert(format(finding)).second) list_.push_back(std::move(finding));
}

void Findings::throw_if_any() const {
  if (list_.empty()) return;
  std::map<std::string, std::size_t> file_order;
  for (const Finding& finding : list_) file_order.try_emplace(finding.mark.file, file_order.size());
  std::vector<Finding> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Finding& a, const Finding& b) {
    const auto place = [&](const Finding& finding) {
      return std::make_tuple(file_order.at(finding.mark.file), finding.mark.line, finding.mark.column);
    };
    return place(a) < place(b);
  });
  throw InputError(std::move(sorted));
}

InputError::InputError(std::vector<Finding> findings)
    : std::runtime_error(join_lines(findings)), findings_(std::move(findings)) {}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  const std::string folded = lower(word);
  std::string nearest;
  auto best = std::make_pair(limit + 1, std::size_t{0});
  for (const std::string& candidate : candidates) {
    const std::size_t gap = std::max(candidate.size(), word.size()) - std::min(candidate.size(), word.size());
    if (gap > limit) continue;
    // The shift key is the most common slip: case counts only between names that are equally close otherwise.
    const auto score =
        std::make_pair(edit_distance(folded, lower(candidate)), edit_distance(word, candidate));
    const bool shares_a_letter = score.first < std::max(word.size(), candidate.size());
    if (shares_a_letter && score.first <= limit && score < best) {
      best = score;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string join_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::string quoted(std::string_view text) {
  if (text.size() <= longest_quote_bytes) return fmt::format("'{}'", text);
  std::size_t end = longest_quote_bytes;
  while (end > 0 && is_continuation(text[end])) --end;
  return fmt::format("'{}…'", text.substr(0, end));
}

std::string list_names(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = names.size() > longest_list ? longest_list - 1 : names.size();
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (shown < names.size()) text += fmt::format(", … and {} more", names.size() - shown);
  return text;
}

}  // namespace lunafab
