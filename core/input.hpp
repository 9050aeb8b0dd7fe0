#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace lunafab {

/// Where in a file a value stands; lines and columns count from 1, 0 means "not in a file".
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One thing that is wrong with the input, and what would be right.
struct Finding {
  Mark mark;
  std::string path;     ///< `lines.cells.stations.evaporate.mtbf`
  std::string problem;  ///< "unknown key"
  std::string allowed;  ///< what may stand there; empty where nothing helps
  std::string nearest;  ///< the closest allowed name; empty where none is close
};

/// `file:line:column: path: problem; allowed: …; did you mean '…'?`
std::string format(const Finding& finding);

/// Collects findings until a whole file has been read.
class Findings {
 public:
  void add(Finding finding);  ///< one that is there already is dropped
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const std::vector<Finding>& list() const { return list_; }
  /// @throws InputError with all findings, in file order, unless there are none.
  void throw_if_any() const;

 private:
  std::vector<Finding> list_;
  std::unordered_set<std::string> seen_;
};

/// Bad input; `what()` holds one line a finding.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Finding> findings);
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::vector<Finding> findings_;
};

/// The candidate closest to `word` by edit distance, or "" where none is close enough to be a slip of the
/// keyboard.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// `path.key`, or `key` at the root.
std::string join_path(const std::string& path, std::string_view key);

/// The text in quotes for a message, cut where it is long.
std::string quoted(std::string_view text);

/// `a, b, c` for a finding's `allowed`; long lists end in "… and 30 more".
std::string list_names(const std::vector<std::string>& names);

}  // namespace lunafab
