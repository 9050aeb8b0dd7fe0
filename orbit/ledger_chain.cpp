#include "orbit/ledger_chain.hpp"
#include <sodium.h>
#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include "core/contract.hpp"
#include "core/visit.hpp"

namespace lunafab::orbit {
namespace {

void append(std::string& bytes, std::uint64_t value, std::size_t width) {
  std::array<char, 8> little{};
  for (std::size_t i = 0; i < width; ++i) little[i] = static_cast<char>(value >> (8 * i) & 0xffu);
  bytes.append(little.data(), width);
}

void append(std::string& bytes, std::int64_t value) {
  append(bytes, static_cast<std::uint64_t>(value), 8);
}

void append(std::string& bytes, const std::string& text) {
  expects(text.size() <= UINT32_MAX, "ledger: texts are shorter than 4 GiB");
  append(bytes, text.size(), 4);
  bytes += text;
}

/// Anything a part of a posting holds.
template <class T>
void append_value(std::string& bytes, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    append(bytes, static_cast<std::uint64_t>(value), 1);
  } else if constexpr (std::same_as<T, Tick>) {
    append(bytes, value.us);
  } else if constexpr (std::same_as<T, double>) {
    append(bytes, std::bit_cast<std::uint64_t>(value), 8);
  } else if constexpr (detail::is_optional<T>) {
    append(bytes, value.has_value(), 1);
    if (value) append_value(bytes, *value);
  } else if constexpr (detail::is_array<T>) {
    for (const auto& item : value) append_value(bytes, item);
  } else if constexpr (HasFields<const T>) {
    T::visit_fields(value, [&](std::string_view, const auto& field) { append_value(bytes, field); });
  } else {
    append(bytes, value);
  }
}

void append_parts(std::string& bytes, const Posting& posting) {
  const std::uint8_t bits = parts(posting);
  if (posting.kind == PostingKind::step && bits == 0) return;
  append_value(bytes, posting.kind);
  append(bytes, bits, 1);
  if (!posting.orbits.empty()) append(bytes, posting.orbits.size(), 1);
  for (const OrbitRecord& orbit : posting.orbits) append_value(bytes, orbit);
  if (posting.slot) append_value(bytes, *posting.slot);
  if (posting.capacity) append_value(bytes, *posting.capacity);
  if (posting.reserve) append_value(bytes, *posting.reserve);
  if (posting.provenance) append_value(bytes, *posting.provenance);
  if (!posting.burns.empty()) append(bytes, posting.burns.size(), 1);
  for (const BurnRecord& burn : posting.burns) append_value(bytes, burn);
}

void append(std::string& bytes, const Posting& posting) {
  append(bytes, posting.seq);
  append(bytes, posting.tick.us);
  append(bytes, posting.serial, 8);
  append(bytes, static_cast<std::uint64_t>(posting.state), 1);
  append(bytes, posting.product);
  append(bytes, posting.destination);
  append(bytes, posting.mass_mg);
  append(bytes, posting.power_W);
  append(bytes, posting.delta_v_mmps);
  append(bytes, posting.note);
  append_parts(bytes, posting);
}

}  // namespace

ChainHash hash_of(std::string_view bytes) {
  // Picks the fastest BLAKE2b of this machine; without it libsodium stays with the portable one.
  [[maybe_unused]] static const int ready = sodium_init();
  ChainHash result;
  crypto_generichash(result.data(), result.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return result;
}

std::string canonical_bytes(const Posting& posting) {
  std::string bytes;
  append(bytes, posting);
  return bytes;
}

ChainHash genesis(Epoch start, std::int64_t format) {
  std::string bytes = "lunafab ledger " + std::to_string(format);
  append(bytes, std::bit_cast<std::uint64_t>(start.tt_days_since_j2000), 8);
  return hash_of(bytes);
}

ChainHash next_link(const ChainHash& before, const Posting& posting) {
  std::string bytes;
  bytes.reserve(160);
  bytes.append(reinterpret_cast<const char*>(before.data()), before.size());
  append(bytes, posting);
  return hash_of(bytes);
}

std::string hex(const ChainHash& hash) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

}  // namespace lunafab::orbit
