#pragma once
#include <array>
#include <string>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"

namespace lunafab::orbit {

/// BLAKE2b-256, unkeyed (libsodium's crypto_generichash).
using ChainHash = std::array<unsigned char, 32>;

/// The bytes of a posting that are hashed. Integers are little-endian two's complement, strings are a u32
/// length and their bytes:
///
///     seq i64 | tick_us i64 | serial u64 | state u8 | product | destination | mass_mg i64 | power_W i64 |
///     delta_v_mmps i64 | note
///
/// Every field has a fixed width or states its length, so that no two postings share their bytes.
std::string canonical_bytes(const Posting& posting);

/// Where the chain starts: the hash of "lunafab ledger 1" and the bits of the start date (f64,
/// little-endian).
ChainHash genesis(Epoch start);
/// The hash of (`before`, canonical bytes).
ChainHash next_link(const ChainHash& before, const Posting& posting);
std::string hex(const ChainHash& hash);

}  // namespace lunafab::orbit
