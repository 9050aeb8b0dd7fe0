#pragma once
#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include "tests/campaign/program.hpp"

namespace lunafab::test {

/// Standard output of a program of this folder for a case. @throws where it fails, with all it said.
inline Json python(const std::string& script, const Json& input) {
  const TemporaryDirectory directory;
  write_bytes(directory / "case.json", input.dump());
  const std::string command =
      fmt::format("OPENBLAS_NUM_THREADS=1 /usr/bin/python3 '{}/tests/validation/{}' '{}' 2>&1", source,
                  script, directory / "case.json");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell for " + command);
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t n = fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), n);
  if (pclose(pipe) != 0)
    throw std::runtime_error(script + " failed (./dev installs what it needs):\n" + text);
  return Json::parse(text);
}

}  // namespace lunafab::test
