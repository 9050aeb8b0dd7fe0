#include "orbit/ledger_chain.hpp"
#include <sodium.h>
#include <bit>
#include <cstdint>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

void append(std::string& bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xffu));
}

void append(std::string& bytes, std::int64_t value) {
  append(bytes, static_cast<std::uint64_t>(value), 8);
}

void append(std::string& bytes, const std::string& text) {
  expects(text.size() <= UINT32_MAX, "ledger: texts are shorter than 4 GiB");
  append(bytes, text.size(), 4);
  bytes += text;
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
}

ChainHash hash(const std::string& bytes) {
  // Picks the fastest BLAKE2b of this machine; without it libsodium stays with the portable one.
  [[maybe_unused]] static const int ready = sodium_init();
  ChainHash result;
  crypto_generichash(result.data(), result.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return result;
}

}  // namespace

std::string canonical_bytes(const Posting& posting) {
  std::string bytes;
  append(bytes, posting);
  return bytes;
}

ChainHash genesis(Epoch start) {
  std::string bytes = "lunafab ledger 1";
  append(bytes, std::bit_cast<std::uint64_t>(start.tt_days_since_j2000), 8);
  return hash(bytes);
}

ChainHash next_link(const ChainHash& before, const Posting& posting) {
  std::string bytes;
  bytes.reserve(160);
  bytes.append(reinterpret_cast<const char*>(before.data()), before.size());
  append(bytes, posting);
  return hash(bytes);
}

std::string hex(const ChainHash& hash) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

}  // namespace lunafab::orbit
