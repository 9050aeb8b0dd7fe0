#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include "core/visit.hpp"

// Tables that are dear to build and follow from what their key hashes are kept on disk between runs.
namespace lunafab {

/// $LUNAFAB_CACHE, else $XDG_CACHE_HOME/lunafab, else $HOME/.cache/lunafab, else nothing: not cached.
std::string cache_directory();

/// Which table a file holds. `version` moves with what the builder computes.
struct CacheKey {
  std::string kind;  ///< "driver"
  std::uint32_t version = 0;
  std::uint64_t hash = 0;

  static void visit_fields(auto& self, auto&& visit) {
    visit("kind", self.kind), visit("version", self.version), visit("hash", self.hash);
  }
};

namespace detail {
template <class T>
struct CacheFile {
  CacheKey key;
  std::uint64_t check = 0;  ///< hash of the table
  T table;
  static void visit_fields(auto& self, auto&& visit) {
    visit("key", self.key), visit("check", self.check), visit("table", self.table);
  }
};
std::optional<std::string> read_cache_file(const std::string& directory, const CacheKey& key);
void write_cache_file(const std::string& directory, const CacheKey& key, const std::string& bytes);
}  // namespace detail

/// The table of this key from `directory`, or built and put there. A damaged file or one of another key is
/// built anew; a directory that cannot be written, or none (""), costs no more than the building.
template <class T, class Build>
T cached(const std::string& directory, const CacheKey& key, const Build& build) {
  if (const auto bytes = detail::read_cache_file(directory, key)) {
    try {
      detail::CacheFile<T> file;
      StateReader reader(*bytes);
      reader.read(file);
      if (reader.at_end() && first_difference(file.key, key).empty() && file.check == state_hash(file.table))
        return std::move(file.table);
    } catch (const std::exception&) {  // damaged, or laid out otherwise: built anew
    }
  }
  T table = build();
  detail::write_cache_file(directory, key, write_state(detail::CacheFile<T>{key, state_hash(table), table}));
  return table;
}

}  // namespace lunafab
