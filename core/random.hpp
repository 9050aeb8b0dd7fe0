#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace lunafab {

/// What a draw is for. Numbers are part of every result: add at the end, never reorder.
enum class Purpose : std::uint8_t {
  service = 1,
  time_to_failure = 2,
  time_to_repair = 3,
  yield = 4,
  flight_delay = 5,
  flight_loss = 6,
  muzzle_error = 7,
  misfire = 8,
  orbit_failure = 9,
  arrival = 10,
  vehicle_failure = 11,
  test = 12,
  bank_voltage = 13,
  common_voltage = 14,
  firing_jitter = 15,
  position_sensor = 16,
  speed_sensor = 17,
  capacitance = 18,
  payload_mass = 19,
  coil_temperature = 20,
  bank_fault = 21,
  release = 22,
  track_survey = 23,
  tracking = 24,
  radiation_failure = 25,
  arrival_node = 26,
  resample = 27,
  setup_time = 28,
  sampling = 29,
  route_move = 30,
  lot_release = 31
};

/// The 32-bit key of an entity: FNV-1a of its full name in the file (`lines.cells.stations.evaporate`).
std::uint32_t entity_key(std::string_view name);

/// One random stream: which run, which entity, what for. Draw n of a stream depends on nothing else.
struct StreamKey {
  std::uint64_t seed = 0;
  std::uint32_t replication = 0;  ///< < 2^24, and the bit `antithetic`
  std::uint32_t entity = 0;
  Purpose purpose = Purpose::test;
};

inline constexpr std::uint64_t draws_per_stream = std::uint64_t{1} << 49;
inline constexpr std::uint32_t attempts_per_draw = 1u << 16;
inline constexpr std::uint32_t replications_per_seed = 1u << 24;
/// Bit of `StreamKey::replication`: the stream has 1 − u wherever that replication's own has u.
inline constexpr std::uint32_t antithetic = 1u << 31;

/// One block of Philox4x32-10: 128 random bits, a bijection of the counter for each key. Same words as
/// Random123.
/// @source Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Draw `n` in (0, 1): (k + ½)·2⁻⁵² with k of 52 random bits, so never 0 or 1, and the antithetic 1 − u is
/// exact. `attempt` gives further independent draws under the same n (rejection methods, sums of several
/// draws).
///
/// Two draws share the Philox block b = ⌊n/2⌋: k is the upper 52 bits of words (0, 1) for even n, (2, 3) for
/// odd n.
/// - counter = (b mod 2³², attempt·2¹⁶ + ⌊b/2³²⌋, entity, purpose·2²⁴ + replication)
/// - key = (seed mod 2³², ⌊seed/2³²⌋)
///
/// @throws ContractError unless n < 2⁴⁹, attempt < 2¹⁶ and replication < 2²⁴: beyond, streams would overlap.
double uniform(const StreamKey& key, std::uint64_t n, std::uint32_t attempt = 0);

/// `out[i] = uniform(key, first + i, attempt)` to the bit, several times faster than one by one.
void fill_uniform(const StreamKey& key, std::uint64_t first, std::span<double> out,
                  std::uint32_t attempt = 0);

}  // namespace lunafab
