#include "core/random.hpp"
#include <algorithm>
#include <bit>
#include "core/clones.hpp"
#include "core/contract.hpp"

namespace lunafab {
namespace {

// Salmon et al., SC'11, and Random123's philox.h: multipliers and the Weyl steps of the key.
constexpr std::uint64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
constexpr int rounds = 10;

constexpr std::uint32_t low(std::uint64_t x) {
  return static_cast<std::uint32_t>(x);
}
constexpr std::uint32_t high(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32);
}

/// The upper 52 bits k of a word pair as (k + ½)·2⁻⁵²: put into the mantissa of a number in [1, 2), then
/// shifted. Both steps are exact.
inline double centred(std::uint32_t low_word, std::uint32_t high_word) {
  const std::uint64_t bits = (static_cast<std::uint64_t>(high_word) << 32) | low_word;
  return std::bit_cast<double>((bits >> 12) | 0x3FF0000000000000) - (1.0 - 0x1p-53);
}

/// Words 0 and 1 of the counter as one integer: attempt in the upper 16 bits, block below.
std::uint64_t first_words(std::uint64_t block, std::uint32_t attempt) {
  return (static_cast<std::uint64_t>(attempt) << 48) | block;
}

bool is_antithetic(const StreamKey& key) {
  return (key.replication & antithetic) != 0;
}

std::uint32_t last_word(const StreamKey& key) {
  return (static_cast<std::uint32_t>(key.purpose) << 24) | (key.replication & ~antithetic);
}

void check(const StreamKey& key, std::uint64_t last, std::uint32_t attempt) {
  expects(last < draws_per_stream, "random: draw number below 2^49");
  expects(attempt < attempts_per_draw, "random: attempt below 2^16");
  expects((key.replication & ~antithetic) < replications_per_seed, "random: replication below 2^24");
}

constexpr std::size_t batch_blocks = 64;
constexpr std::size_t batch_size = 2 * batch_blocks;

/// `batch_blocks` blocks from `first` on, side by side: each inner loop is one instruction stream over
/// independent lanes, which GCC turns into vector instructions (pmuludq). Integers throughout, so the words
/// are those of `philox`.
LUNAFAB_CLONES void generate_batch(const StreamKey& key, std::uint64_t first, double* out) {
  std::uint32_t a[batch_blocks], b[batch_blocks], c[batch_blocks], d[batch_blocks];
  const std::uint32_t last = last_word(key);
  for (std::size_t i = 0; i < batch_blocks; ++i) {
    const std::uint64_t counter = first + i;
    a[i] = low(counter), b[i] = high(counter), c[i] = key.entity, d[i] = last;
  }
  std::uint32_t key_0 = low(key.seed), key_1 = high(key.seed);
  for (int round = 0; round < rounds; ++round, key_0 += weyl_0, key_1 += weyl_1) {
    for (std::size_t i = 0; i < batch_blocks; ++i) {
      const std::uint64_t p = a[i] * multiplier_0, q = c[i] * multiplier_1;
      a[i] = high(q) ^ b[i] ^ key_0, b[i] = low(q);
      c[i] = high(p) ^ d[i] ^ key_1, d[i] = low(p);
    }
  }
  for (std::size_t i = 0; i < batch_blocks; ++i) {
    out[2 * i] = centred(a[i], b[i]);
    out[2 * i + 1] = centred(c[i], d[i]);
  }
}

}  // namespace

std::uint32_t entity_key(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char character : name) hash = (hash ^ static_cast<unsigned char>(character)) * 16777619u;
  return hash;
}

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  auto [a, b, c, d] = counter;
  for (int round = 0; round < rounds; ++round, key[0] += weyl_0, key[1] += weyl_1) {
    const std::uint64_t p = a * multiplier_0, q = c * multiplier_1;
    a = high(q) ^ b ^ key[0], b = low(q);
    c = high(p) ^ d ^ key[1], d = low(p);
  }
  return {a, b, c, d};
}

double uniform(const StreamKey& key, std::uint64_t n, std::uint32_t attempt) {
  check(key, n, attempt);
  const std::uint64_t words = first_words(n >> 1, attempt);
  const auto block =
      philox({low(words), high(words), key.entity, last_word(key)}, {low(key.seed), high(key.seed)});
  const double u = (n & 1) == 0 ? centred(block[0], block[1]) : centred(block[2], block[3]);
  return is_antithetic(key) ? 1.0 - u : u;
}

void fill_uniform(const StreamKey& key, std::uint64_t first, std::span<double> out, std::uint32_t attempt) {
  if (out.empty()) return;
  if (is_antithetic(key)) {
    StreamKey own = key;
    own.replication &= ~antithetic;
    fill_uniform(own, first, out, attempt);
    for (double& draw : out) draw = 1.0 - draw;
    return;
  }
  check(key, first, attempt);
  expects(out.size() <= draws_per_stream - first, "random: draw number below 2^49");
  const auto advance = [&](std::size_t count) {
    first += count, out = out.subspan(count);
  };
  if ((first & 1) != 0) {
    out[0] = uniform(key, first, attempt);
    advance(1);
  }
  while (out.size() >= batch_size) {
    generate_batch(key, first_words(first >> 1, attempt), out.data());
    advance(batch_size);
  }
  // Below this, a batch of which most is thrown away costs more than single draws.
  constexpr std::size_t worth_a_batch = batch_size / 4;
  if (out.size() >= worth_a_batch) {
    double batch[batch_size];
    generate_batch(key, first_words(first >> 1, attempt), batch);
    std::copy_n(batch, out.size(), out.begin());
    return;
  }
  for (double& draw : out) draw = uniform(key, first++, attempt);
}

}  // namespace lunafab
