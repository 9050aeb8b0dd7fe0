#include "core/text_file.hpp"
#include <fmt/format.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include "core/input.hpp"

namespace lunafab {
namespace {

[[noreturn]] void refuse_file(const std::string& path, std::string problem, std::string allowed) {
  throw InputError({{{path, 0, 0}, {}, std::move(problem), std::move(allowed), {}}});
}

}  // namespace

void check_size(const std::string& name, std::size_t bytes, std::size_t most_bytes) {
  if (bytes <= most_bytes) return;
  refuse_file(name, fmt::format("{} bytes are too many", bytes), fmt::format("up to {} bytes", most_bytes));
}

std::string read_text_file(const std::string& path, std::size_t most_bytes, const std::string& what) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) refuse_file(path, "no such file", {});
  if (error) refuse_file(path, "cannot be read: " + error.message(), {});
  if (status.type() != fs::file_type::regular) {
    refuse_file(path, fs::is_directory(status) ? "is a directory" : "is not a regular file", what);
  }
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error) refuse_file(path, "cannot be read: " + error.message(), {});
  check_size(path, bytes, most_bytes);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) refuse_file(path, fmt::format("cannot be read: {}", std::strerror(errno)), {});
  // One byte more than allowed, in case the file has grown since it was measured.
  std::string text(most_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) refuse_file(path, "cannot be read to its end", {});
  text.resize(static_cast<std::size_t>(stream.gcount()));
  check_size(path, text.size(), most_bytes);
  return text;
}

}  // namespace lunafab
