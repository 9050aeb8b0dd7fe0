#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"

namespace lunafab::orbit {

/// BLAKE2b-256, unkeyed (libsodium's crypto_generichash).
using ChainHash = std::array<unsigned char, 32>;

/// The bytes of a posting that are hashed. Integers are little-endian two's complement, reals the bits of an
/// IEEE double in the same order, texts a u32 length and their bytes, optional values a u8 (0, 1) and the
/// value:
///
///     seq i64 | tick_us i64 | serial u64 | state u8 | product | destination | mass_mg i64 | power_W i64 |
///     delta_v_mmps i64 | note
///
/// and, unless the posting is a step that carries none of it, from format 2 on:
///
///     kind u8 | parts u8 | the parts whose bits are set, the lowest first:
///       1   u8 count, and as often: kind u8, centre u8, epoch_us i64, x y z vx vy vz f64, optional 21 f64
///       2   shell, plane i64, place i64
///       4   power_W i64, compute_flops f64, fade_per_year f64
///       8   optional delta_v_left_mmps i64, optional dose_Gy f64
///       16  regolith_batch, chip_lot
///       32  u8 count, and as often: epoch_us i64, x y z of the burn f64 (from format 3 on)
///
/// Every field has a fixed width or states its length, so that no two postings share their bytes.
std::string canonical_bytes(const Posting& posting);

/// Where the chain starts: the hash of "lunafab ledger 3" (the format) and the start date (f64 TT days since
/// J2000).
ChainHash genesis(Epoch start, std::int64_t format);
/// The hash of (`before`, canonical bytes).
ChainHash next_link(const ChainHash& before, const Posting& posting);
/// BLAKE2b-256 of any bytes.
ChainHash hash_of(std::string_view bytes);
std::string hex(const ChainHash& hash);

}  // namespace lunafab::orbit
