#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include "tests/orbit/ledger_fixture.hpp"

// The built program, run as a user runs it, and what it leaves behind.
namespace lunafab::test {

// For the tests that include this. NOLINTNEXTLINE(misc-unused-using-decls)
using orbit::test::read_bytes, orbit::test::TemporaryDirectory, orbit::test::write_bytes;
using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

inline const std::string source = LUNAFAB_SOURCE_DIR;
inline const std::string coupled = source + "/tests/data/coupled.yaml";
inline const std::string baseline = source + "/configs/baseline.yaml";

inline Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Ran {
  int code = -1;     ///< exit code; 128 + signal where one ended it
  std::string text;  ///< standard output and standard error
};

/// One running program, with `directory` as its working directory.
class Program {
 public:
  Program(const Arguments& arguments, const TemporaryDirectory& directory)
      : text_file_(directory / "printed.txt") {
    std::vector<std::string> words = Arguments{LUNAFAB_PROGRAM} + arguments;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ > 0) return;
    const int text = open(text_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const bool ready = chdir(directory.path().c_str()) == 0 && dup2(text, STDOUT_FILENO) >= 0 &&
                       dup2(text, STDERR_FILENO) >= 0;
    if (ready) execv(argv[0], argv.data());
    _exit(127);
  }
  ~Program() {
    if (status_) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool running() {
    int status = 0;
    if (!status_ && waitpid(child_, &status, WNOHANG) == child_) status_ = status;
    return !status_;
  }
  /// Waits until `happened`; false where the program ended before.
  bool run_until(const std::function<bool()>& happened) {
    while (!happened()) {
      if (!running()) return false;
      std::this_thread::yield();
    }
    return running();
  }
  void send(int signal) { kill(child_, signal); }
  Ran end() {
    int status = 0;
    if (!status_) {
      waitpid(child_, &status, 0);
      status_ = status;
    }
    return {WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_), read_bytes(text_file_)};
  }

 private:
  std::string text_file_;
  pid_t child_ = -1;
  std::optional<int> status_;
};

inline Ran call(const Arguments& arguments, const TemporaryDirectory& directory) {
  return Program(arguments, directory).end();
}

/// A run that must succeed; its results are in `directory / out`.
inline void run_scenario(const std::string& scenario, const std::string& out, const Arguments& more,
                         const TemporaryDirectory& directory) {
  const Ran ran = call(Arguments{"run", scenario, "--out", out} + more, directory);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
}

/// What a results directory says, by file: all bytes but those of the manifest, which holds wall times; of
/// the ledger its postings and head.
inline std::map<std::string, std::string> results(const std::string& directory) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = fs::relative(entry.path(), directory).string();
    if (!entry.is_regular_file() || name == "manifest.json") continue;
    files[name] = name == "ledger.sqlite"
                      ? orbit::test::contents({entry.path().string(), orbit::LedgerStore::Open::read})
                      : read_bytes(entry.path().string());
  }
  return files;
}

inline const std::vector<std::string> none;

/// Names of the files in which two results directories differ, or which only one has.
inline std::vector<std::string> differing(const std::string& one, const std::string& other) {
  const auto a = results(one), b = results(other);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : a) {
    if (!b.contains(name) || b.at(name) != bytes) names.push_back(name);
  }
  for (const auto& [name, bytes] : b) {
    if (!a.contains(name)) names.push_back(name);
  }
  return names;
}

inline Json summary(const std::string& directory) {
  return Json::parse(read_bytes(directory + "/summary.json"));
}

/// The text with its first `from` replaced, which must be there.
inline std::string edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no '" + from + "' in the text");
  return text.replace(at, from.size(), to);
}

}  // namespace lunafab::test
