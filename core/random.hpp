#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace lunafab {

/// What a draw is for. Numbers are part of every result: add at the end, never reorder.
enum class Purpose : std::uint8_t {
  service = 1, time_to_failure = 2, time_to_repair = 3, yield = 4, flight_delay = 5, flight_loss = 6,
  muzzle_error = 7, misfire = 8, orbit_failure = 9, arrival = 10, vehicle_failure = 11, test = 12
};

/// The 32-bit key of an entity: FNV-1a of its full name in the file (`lines.cells.stations.evaporate`).
std::uint32_t entity_key(std::string_view name);

/// One random stream: which run, which entity, what for. Draw n of a stream depends on nothing else.
struct StreamKey {
  std::uint64_t seed = 0;
  std::uint32_t replication = 0;  ///< < 2^24
  std::uint32_t entity = 0;
  Purpose purpose = Purpose::test;
};

/// Draw `n` in (0, 1), never 0 or 1: 53 random bits, centred. `attempt` gives further draws under the same n (rejection methods).
/// Philox4x32-10 (Random123), counter = (n, attempt, entity, purpose·2²⁴ + replication), key = seed.
/// @source Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11.
double uniform(const StreamKey& key, std::uint64_t n, std::uint32_t attempt = 0);

/// `out[i] = uniform(key, first + i)`, several times faster than one by one.
void fill_uniform(const StreamKey& key, std::uint64_t first, std::span<double> out);

}  // namespace lunafab
