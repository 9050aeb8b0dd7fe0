#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What runs gave, as it came: `DIR/segments/NNN.log`, one a worker, only ever appended to. A record is its
// length, a hash of its bytes, and the bytes. After a kill the last one may be torn: it is dropped, and the
// run done again. A process that is killed loses no record that was appended; a power cut may lose those
// since the last `sync`, which cuts segments short and is noticed in the same way.
namespace lunafab::studies {

/// From the best: where a run has two records, the better one counts.
enum class RunStatus : std::uint8_t { done, failed, timed_out };

/// What one run gave.
struct RunRecord {
  std::uint64_t id = 0;  ///< hash of resolved scenario, replication and model version
  RunStatus status = RunStatus::done;
  std::string error;           ///< why it failed, on one line
  std::uint64_t names = 0;     ///< hash of the names of `values`
  std::vector<double> values;  ///< every metric; empty where it failed
  double wall_s = 0.0;

  static void visit_fields(auto& self, auto&& visit) {
    visit("id", self.id), visit("status", self.status), visit("error", self.error);
    visit("names", self.names), visit("values", self.values), visit("wall_s", self.wall_s);
  }
};

/// Whether a record is to take the place of another of the same run.
inline bool supersedes(const RunRecord& record, const RunRecord& old) {
  return record.status < old.status;
}

using MetricNames = std::vector<std::string>;

/// The records of a directory, by run and by list of names.
struct Records {
  std::unordered_map<std::uint64_t, RunRecord> runs;
  std::unordered_map<std::uint64_t, MetricNames> names;
  std::uint64_t dropped_bytes = 0;  ///< of torn tails
};

/// Reads all segments and changes nothing; none: no records.
/// @throws std::runtime_error where a file cannot be read.
Records read_records(const std::string& directory);

/// The store of a directory, held by one process.
class RunStore {
 public:
  /// Takes the lock, reads what is there, cuts torn tails off.
  /// @throws std::runtime_error where the directory is in use, or cannot be written.
  RunStore(const std::string& directory, std::size_t workers);
  ~RunStore();
  RunStore(const RunStore&) = delete;
  RunStore& operator=(const RunStore&) = delete;

  const Records& records() const { return records_; }
  /// Appends to the worker's segment; safe from several threads with different workers.
  /// @throws std::runtime_error where the disk is full, or the file cannot be written.
  void append(std::size_t worker, RunRecord record, const MetricNames& names);
  /// Returns when all records are on the disk.
  void sync();

 private:
  struct Segment {
    std::string path;
    int file = -1;
    std::vector<std::uint64_t> names;  ///< written to it
  };
  void open_segment(Segment& segment) const;

  int lock_ = -1;
  Records records_;
  std::vector<Segment> segments_;
  std::mutex mutex_;
};

/// Hash of a list of names, as records refer to it.
std::uint64_t names_hash(const MetricNames& names);

}  // namespace lunafab::studies
