#include "factory/max_plus.hpp"
#include <algorithm>
#include <limits>
#include "factory/draws.hpp"

// Piece n starts at a station once it is there and the piece before has left: S = max(A, D of n−1). It is
// finished at C = S + X and leaves when there is room: D = max(C, S of n−B at the next station), B places
// between. Pieces go one after another as far as `until` lets them; what would happen later counts as never,
// so that the pieces behind see what the event engine would show them.
namespace lunafab::factory {
namespace {

constexpr std::int64_t long_ago = std::numeric_limits<std::int64_t>::min();

/// A station with the store before it; sums are those of this stretch.
struct Stage {
  std::int64_t free = 0;  ///< when the last piece left; never while one is there
  std::uint64_t starts = 0;
  ServiceCache* cache = nullptr;
  std::int64_t worked_us = 0, blocked_us = 0;
  std::int64_t whole = 0, finished_at = 0, born = 0;  ///< of the last piece
  Int128 wait_us = 0;                                 ///< in the store, of those taken
  std::vector<std::int64_t> taken{long_ago};  ///< when each of the last B pieces was; never: it is inside
  std::size_t slot = 0;                       ///< … of the next piece to come in
  const std::int64_t* room = nullptr;         ///< by slot, since when there is room
  // For the ends of the stretch:
  const Station* station = nullptr;
  Server* server = nullptr;
  StationState* totals = nullptr;
  StoreState* store = nullptr;  ///< none before the first
  Mode mode = Mode::starved;
  std::int64_t left_at = long_ago;  ///< the last piece that left, while another is there
  Int128 age_us = 0;                ///< in the store up to its last change, of those inside at first

  Mode last_mode() const { return free == never.us ? mode : Mode::starved; }
  std::int64_t last_start() const { return finished_at - whole; }
  std::int64_t last_left() const { return free == never.us ? left_at : free; }
  std::int64_t started() const { return static_cast<std::int64_t>(starts - totals->starts); }
  std::int64_t handed_over() const {
    return started() + server->loaded - (last_mode() == Mode::starved ? 0 : 1);
  }
  std::int64_t finished() const {
    return started() + (server->mode == Mode::busy ? 1 : 0) - (last_mode() == Mode::busy ? 1 : 0);
  }
};

/// A piece on its way.
struct Traveller {
  enum class Phase : std::uint8_t { waiting, serving, finished } phase = Phase::waiting;
  std::size_t stage = 0;
  std::int64_t at = 0;  ///< came into the store; will be, or was finished
  std::int64_t born = 0;
};

class Line {
 public:
  Line(const Plant& plant, const Group& group, GroupState& state, const RunKey& key, Tick until,
       std::vector<ServiceCache>& cache)
      : state_(state), key_(key), until_(until.us) {
    stages_.reserve(group.serial.size());
    for (const std::uint32_t index : group.serial) add_stage(plant, plant.stations[index], cache);
  }

  void run() {
    for (const Traveller& piece : pieces()) travel(piece);
    Stage& first = stages_.front();
    while (first.free < until_) travel({.at = first.free, .born = first.free});
    for (std::size_t k = 0; k < stages_.size(); ++k) {
      if (stages_[k].store != nullptr) write_store(stages_[k - 1], stages_[k]);
    }
    for (const Stage& stage : stages_) write_server(stage);
    state_.now = {until_};
  }

 private:
  void add_stage(const Plant& plant, const Station& station, std::vector<ServiceCache>& cache) {
    static constexpr std::int64_t always = long_ago;
    Server& server = state_.servers[station.first_server];
    StationState& totals = state_.stations[station.local];
    const bool loaded = server.loaded != 0, busy = server.mode == Mode::busy;
    Stage& stage =
        stages_.emplace_back(Stage{.free = loaded ? never.us : server.since.us,
                                   .starts = totals.starts,
                                   .cache = &cache[station.local],
                                   .whole = server.whole.us,
                                   .finished_at = (server.run_from + (busy ? server.whole : Ticks{})).us,
                                   .born = server.born.us,
                                   .station = &station,
                                   .server = &server,
                                   .totals = &totals,
                                   .mode = server.mode});
    const std::uint32_t from = station.mix.front().take.front().place;
    if (!is_store(from)) return;
    const Store& store = plant.stores[from];
    stage.store = &state_.stores[store.local];
    if (store.capacity == unlimited) {
      stage.room = &always;
    } else if (store.capacity == 0) {
      stage.room = &stage.free;
    } else {
      stage.taken.assign(static_cast<std::size_t>(store.capacity), long_ago);
      stage.room = stage.taken.data();
    }
  }

  /// Takes the pieces out of the state, the foremost first.
  std::vector<Traveller>& pieces() {
    using Phase = Traveller::Phase;
    pieces_.clear();
    for (std::size_t k = stages_.size(); k-- > 0;) {
      Stage& stage = stages_[k];
      if (stage.server->loaded != 0) {
        pieces_.push_back(
            {stage.mode == Mode::busy ? Phase::serving : Phase::finished, k, stage.finished_at, stage.born});
      }
      if (stage.store == nullptr) continue;
      // Their slots are the first ones, which each takes when it starts or stays.
      for (std::size_t slot = 0; !stage.store->pieces.empty(); ++slot) {
        const Piece piece = stage.store->pieces.pop();
        pieces_.push_back({Phase::waiting, k, piece.since.us, piece.born.us});
        stage.age_us += (stage.store->level.since - piece.since).us;
      }
    }
    return pieces_;
  }

  std::int64_t draw(Stage& stage) const {
    const std::uint64_t n = stage.starts++;
    if (n - stage.cache->first >= ServiceCache::block) draw_services(*stage.station, n, key_, *stage.cache);
    return stage.cache->ticks[n - stage.cache->first];
  }

  static void use_slot(Stage& stage, std::int64_t taken) {
    stage.taken[stage.slot] = taken;
    stage.slot = stage.slot + 1 == stage.taken.size() ? 0 : stage.slot + 1;
  }

  void travel(Traveller piece) {
    using Phase = Traveller::Phase;
    const std::size_t last = stages_.size() - 1;
    for (std::size_t k = piece.stage;; ++k) {
      Stage& stage = stages_[k];
      if (piece.phase == Phase::waiting && !start(stage, piece)) return stay(stage, piece);
      if (piece.phase != Phase::finished) {
        if (piece.at >= until_) return hold(stage, Mode::busy);
        stage.worked_us += stage.whole;
      }
      const Stage* next = k == last ? nullptr : &stage + 1;
      const std::int64_t left = next == nullptr ? piece.at : std::max(piece.at, next->room[next->slot]);
      if (left >= until_) return hold(stage, Mode::blocked);
      stage.blocked_us += left - piece.at;
      stage.free = left;
      if (next == nullptr) return ship(stage, piece);
      if (stage.station->source) piece.born = left;
      piece.at = left;
      piece.phase = Phase::waiting;
    }
  }

  /// Whether it does so in time.
  bool start(Stage& stage, Traveller& piece) const {
    const std::int64_t now = std::max(piece.at, stage.free);
    if (now >= until_) return false;
    use_slot(stage, now);
    stage.wait_us += now - piece.at;
    stage.whole = draw(stage);
    stage.born = piece.born;
    stage.finished_at = piece.at = now + stage.whole;
    return true;
  }

  static void stay(Stage& stage, const Traveller& piece) {
    if (stage.store == nullptr) return;
    use_slot(stage, never.us);
    stage.store->pieces.push({.since = {piece.at}, .born = {piece.born}});
  }

  void ship(const Stage& stage, const Traveller& piece) {
    if (stage.station->mix.front().ships > 0) state_.cycle.add({stage.free - piece.born});
  }

  static void hold(Stage& stage, Mode mode) {
    if (stage.free != never.us) stage.left_at = stage.free;
    stage.free = never.us;
    stage.mode = mode;
  }

  /// What has left one stage has come into the store of the next; the level's integral is the time that
  /// pieces have spent inside.
  static void write_store(const Stage& before, const Stage& stage) {
    StoreState& store = *stage.store;
    const std::int64_t puts = before.handed_over(), takes = stage.started();
    if (puts + takes == 0) return;
    store.received += puts;
    store.issued += takes;
    store.waits += takes;
    store.wait_us += stage.wait_us;
    store.amount += puts - takes;
    const std::int64_t last_put = puts > 0 ? before.last_left() : long_ago;
    const std::int64_t last_change = std::max(last_put, takes > 0 ? stage.last_start() : long_ago);
    Int128 inside_us = stage.wait_us - stage.age_us;
    store.pieces.each([&](const Piece& piece) { inside_us += last_change - piece.since.us; });
    store.level.integral += inside_us;
    store.level.level = store.amount;
    store.level.since = {last_change};
  }

  void write_server(const Stage& stage) {
    Server& server = *stage.server;
    StationState& totals = *stage.totals;
    const Mode mode = stage.last_mode();
    if (mode == server.mode && stage.started() == 0) return;  // nothing has happened
    const std::int64_t since = mode == Mode::busy      ? stage.last_start()
                               : mode == Mode::blocked ? stage.finished_at
                                                       : stage.free;
    // What was booked of the span in which the stretch began counts no more.
    const std::int64_t booked = (server.since - server.run_from).us;
    const std::int64_t busy_us = stage.worked_us - (server.mode == Mode::busy ? booked : 0);
    const std::int64_t blocked_us = stage.blocked_us - (server.mode == Mode::blocked ? booked : 0);
    totals.mode_us[static_cast<std::size_t>(Mode::busy)] += busy_us;
    totals.mode_us[static_cast<std::size_t>(Mode::blocked)] += blocked_us;
    totals.mode_us[static_cast<std::size_t>(Mode::starved)] += since - server.since.us - busy_us - blocked_us;
    state_.events += static_cast<std::uint64_t>(stage.finished());
    server.fired += stage.handed_over();
    totals.firings.front().good += stage.handed_over();
    totals.starts = totals.begun = stage.starts;
    totals.firings.front().started = static_cast<std::int64_t>(stage.starts);
    totals.starved = mode == Mode::starved ? 1 : 0;
    totals.blocked = mode == Mode::blocked ? 1 : 0;
    server.mode = mode;
    server.loaded = mode == Mode::starved ? 0 : 1;
    server.done = mode == Mode::blocked ? 1 : 0;
    server.since = {since};
    server.run_from = {mode == Mode::busy ? stage.last_start() : stage.finished_at};
    server.whole = {stage.whole};
    server.remaining = {mode == Mode::busy ? stage.whole : 0};
    server.worked = server.worked + Ticks{stage.worked_us};
    server.born = {stage.born};
    state_.calendar.set(stage.station->first_server, mode == Mode::busy ? Tick{stage.finished_at} : never);
  }

  std::vector<Stage> stages_;
  std::vector<Traveller> pieces_;
  GroupState& state_;
  RunKey key_;
  std::int64_t until_;
};

}  // namespace

void advance_serial(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
                    std::vector<ServiceCache>& cache) {
  cache.resize(plant.groups[group].stations.size());
  Line(plant, plant.groups[group], state, key, until, cache).run();
}

}  // namespace lunafab::factory
