#include "core/cache.hpp"
#include <fmt/format.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace lunafab {
namespace {

std::string path_of(const std::string& directory, const CacheKey& key) {
  return fmt::format("{}/{}-{:016x}.table", directory, key.kind, key.hash);
}

}  // namespace

std::string cache_directory() {
  if (const char* own = std::getenv("LUNAFAB_CACHE"); own != nullptr && *own != '\0') return own;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0')
    return std::string(xdg) + "/lunafab";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::string(home) + "/.cache/lunafab";
  return {};
}

namespace detail {

std::optional<std::string> read_cache_file(const std::string& directory, const CacheKey& key) {
  if (directory.empty()) return std::nullopt;
  std::ifstream in(path_of(directory, key), std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

void write_cache_file(const std::string& directory, const CacheKey& key, const std::string& bytes) {
  if (directory.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  const std::string path = path_of(directory, key), temporary = fmt::format("{}.{}", path, getpid());
  std::ofstream out(temporary, std::ios::binary);
  out << bytes;
  out.close();
  if (out) std::filesystem::rename(temporary, path, ignored);
}

}  // namespace detail
}  // namespace lunafab
