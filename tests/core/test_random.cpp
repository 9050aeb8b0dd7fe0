#include <Random123/philox.h>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>
#include "core/contract.hpp"
#include "core/random.hpp"
#include "tests/core/distribution_checks.hpp"

using namespace lunafab;
using lunafab::test::ks_critical;
using lunafab::test::ks_statistic;
using lunafab::test::scaled_correlation;

namespace {

using Block = std::array<std::uint32_t, 4>;

Block random123(const Block& counter, const std::array<std::uint32_t, 2>& key) {
  const auto out =
      r123::Philox4x32_R<10>()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {out[0], out[1], out[2], out[3]};
}

std::vector<double> draws(const StreamKey& key, std::size_t count, std::uint64_t first = 0,
                          std::uint32_t attempt = 0) {
  std::vector<double> out(count);
  fill_uniform(key, first, out, attempt);
  return out;
}

double identity(double u) {
  return u;
}

constexpr std::size_t sample_size = 100'000;
const StreamKey base{20260101, 7, 0x12345678, Purpose::test};

}  // namespace

TEST_CASE("Philox gives Random123's known answers", "[core]") {
  // kat_vectors of Random123, philox4x32 10.
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Philox equals Random123 word for word", "[core]") {
  std::mt19937 words(1);
  bool equal = true;
  for (int i = 0; i < 100'000; ++i) {
    const auto word = [&] {
      return static_cast<std::uint32_t>(words());
    };
    const Block counter{word(), word(), word(), word()};
    const std::array<std::uint32_t, 2> key{word(), word()};
    equal = equal && philox(counter, key) == random123(counter, key);
  }
  CHECK(equal);
}

TEST_CASE("A uniform is the documented half of the documented block", "[core]") {
  const StreamKey key{0xfedcba9876543210, 0xabcdef, 0xdeadbeef, Purpose::yield};
  constexpr std::uint64_t numbers[] = {0, 1, 2, 12345, (1ull << 33) - 1, 1ull << 33, draws_per_stream - 1};
  for (const std::uint64_t n : numbers) {
    for (const std::uint32_t attempt : {0u, 1u, 0xffffu}) {
      const std::uint64_t b = n / 2;
      const auto word_1 = static_cast<std::uint32_t>(attempt * 65536ull + (b >> 32));
      const Block block = random123({static_cast<std::uint32_t>(b), word_1, 0xdeadbeef, 0x04abcdef},
                                    {0x76543210, 0xfedcba98});
      const std::size_t half = n % 2 == 0 ? 0 : 2;
      const std::uint64_t k = ((static_cast<std::uint64_t>(block[half + 1]) << 32) + block[half]) / 4096;
      const double expected = std::ldexp(static_cast<double>(2 * k + 1), -53);
      CHECK(uniform(key, n, attempt) == expected);
    }
  }
}

TEST_CASE("Uniforms are odd multiples of 2^-53 in (0, 1), so that 1 - u is exact", "[core]") {
  bool odd = true, inside = true, mirrored = true;
  for (const double u : draws(base, sample_size)) {
    odd = odd && static_cast<std::uint64_t>(u * 0x1p53) % 2 == 1;
    inside = inside && u > 0.0 && u < 1.0;
    mirrored = mirrored && 1.0 - (1.0 - u) == u;
  }
  CHECK(odd);
  CHECK(inside);
  CHECK(mirrored);
}

TEST_CASE("Filled uniforms equal single ones to the bit at any offset and length", "[core]") {
  std::mt19937_64 choice(3);
  bool equal = true;
  for (int trial = 0; trial < 400; ++trial) {
    const std::uint64_t first = trial % 3 == 0 ? choice() % 1000 : choice() % (draws_per_stream - 1000);
    const auto attempt = static_cast<std::uint32_t>(choice() % attempts_per_draw);
    const auto filled = draws(base, choice() % 700, first, attempt);
    for (std::size_t i = 0; i < filled.size(); ++i)
      equal = equal && filled[i] == uniform(base, first + i, attempt);
  }
  // Blocks whose lower counter word overflows, and the very last draws of a stream.
  for (const std::uint64_t first : {(std::uint64_t{1} << 33) - 301, draws_per_stream - 600}) {
    const auto filled = draws(base, 600, first);
    for (std::size_t i = 0; i < filled.size(); ++i) equal = equal && filled[i] == uniform(base, first + i);
  }
  CHECK(equal);
}

TEST_CASE("Draws beyond a stream's limits are refused", "[core]") {
  std::vector<double> two(2);
  StreamKey far = base;
  far.replication = replications_per_seed;
  CHECK_THROWS_AS(uniform(base, draws_per_stream), ContractError);
  CHECK_THROWS_AS(uniform(base, 0, attempts_per_draw), ContractError);
  CHECK_THROWS_AS(uniform(far, 0), ContractError);
  CHECK_THROWS_AS(fill_uniform(base, draws_per_stream - 1, two), ContractError);
  CHECK_THROWS_AS(fill_uniform(far, 0, two), ContractError);
  CHECK_NOTHROW(fill_uniform(base, draws_per_stream - 2, two));
  CHECK_NOTHROW(fill_uniform(base, draws_per_stream, std::span<double>{}));
}

TEST_CASE("Uniforms are uniform and serially independent", "[core]") {
  const auto u = draws(base, sample_size + 1000);
  const std::vector<double> head(u.begin(), u.begin() + sample_size);
  CHECK(ks_statistic(head, identity) < ks_critical);
  for (const std::size_t lag : {1u, 2u, 3u, 64u, 127u, 128u, 1000u}) {
    const std::span<const double> later(u.data() + lag, sample_size);
    CHECK(std::abs(scaled_correlation(head, later)) < 4.0);
    // The sum modulo 1 of independent uniforms is uniform: catches dependence that a correlation misses.
    std::vector<double> sums(sample_size);
    for (std::size_t i = 0; i < sample_size; ++i) sums[i] = std::fmod(head[i] + later[i], 1.0);
    CHECK(ks_statistic(sums, identity) < ks_critical);
  }
}

TEST_CASE("Streams that differ in one part of the key are independent", "[core]") {
  const auto reference = draws(base, sample_size);
  StreamKey seed = base, high_seed = base, replication = base, entity = base, purpose = base;
  seed.seed ^= 1;
  high_seed.seed ^= 1ull << 63;
  replication.replication += 1;
  entity.entity ^= 1;
  purpose.purpose = Purpose::service;
  for (const StreamKey& other : {seed, high_seed, replication, entity, purpose}) {
    const auto u = draws(other, sample_size);
    CHECK(ks_statistic(u, identity) < ks_critical);
    CHECK(std::abs(scaled_correlation(reference, u)) < 4.0);
  }
  CHECK(std::abs(scaled_correlation(reference, draws(base, sample_size, 0, 1))) < 4.0);
}

TEST_CASE("Uniform over replications, entities and attempts at a fixed n", "[core]") {
  std::vector<double> replications, entities, attempts;
  StreamKey replication = base, entity = base;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    replication.replication = i;
    entity.entity = i;
    replications.push_back(uniform(replication, 5));
    entities.push_back(uniform(entity, 5));
    attempts.push_back(uniform(base, 5, i));
  }
  CHECK(ks_statistic(replications, identity) < ks_critical);
  CHECK(ks_statistic(entities, identity) < ks_critical);
  CHECK(ks_statistic(attempts, identity) < ks_critical);
}

TEST_CASE("Entity keys are 32-bit FNV-1a", "[core]") {
  // Test vectors of Fowler, Noll and Vo (draft-eastlake-fnv).
  CHECK(entity_key("") == 0x811c9dc5);
  CHECK(entity_key("a") == 0xe40c292c);
  CHECK(entity_key("foobar") == 0xbf9cf968);
  CHECK(entity_key("\xff") == (0x811c9dc5u ^ 0xffu) * 16777619u);  // bytes, not signed characters
}
