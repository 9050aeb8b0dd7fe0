#pragma once
#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include "tests/orbit/ledger_fixture.hpp"

namespace lunafab::orbit::test {

/// What the reader says and how it ends.
struct ReadBack {
  int code = -1;
  std::string text;
  nlohmann::json json() const { return nlohmann::json::parse(text); }
};

inline ReadBack read_message(const std::string& path) {
  const std::string command =
      fmt::format("/usr/bin/python3 '{}/tests/orbit/ccsds_reader.py' '{}' 2>&1", LUNAFAB_SOURCE_DIR, path);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no reader");
  ReadBack back;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    back.text.append(buffer.data(), got);
  back.code = pclose(pipe);
  return back;
}

/// Writes the message to a file of its own and has it read.
inline ReadBack read_back(const TemporaryDirectory& dir, const std::string& message) {
  write_bytes(dir / "message", message);
  return read_message(dir / "message");
}

}  // namespace lunafab::orbit::test
