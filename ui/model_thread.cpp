#include "ui/model_thread.hpp"
#include <algorithm>
#include <utility>
#include "core/contract.hpp"
#include "core/visit.hpp"

namespace lunafab::ui {
namespace {

// A window may last microseconds; copies for a screen need not come faster than it is drawn.
constexpr std::chrono::milliseconds screen_interval{30};

bool over(RunState run) {
  return run == RunState::finished || run == RunState::failed;
}

}  // namespace

Sample sample(const campaign::Snapshot& snapshot) {
  Sample s{.day = days(snapshot.now),
           .built = snapshot.built,
           .launched = snapshot.launched,
           .inserted = snapshot.inserted,
           .shipped = snapshot.shipped,
           .supply_MW = snapshot.supply_MW,
           .stored_MWh = snapshot.stored_MWh};
  bool measured = false;
  for (const campaign::StationView& station : snapshot.stations) {
    s.busiest = std::max(s.busiest, station.share[static_cast<std::size_t>(factory::Mode::busy)]);
    measured = measured || std::any_of(station.share.begin(), station.share.end(),
                                       [](double part) { return part > 0.0; });
  }
  if (!measured) s.busiest = std::numeric_limits<double>::quiet_NaN();
  return s;
}

ModelThread::ModelThread(const campaign::Scenario& scenario, const ModelOptions& options)
    : scenario_(&scenario), options_(options), pace_from_(Clock::now()), published_at_(pace_from_) {
  expects(options.days_per_s > 0.0, "model thread: speed is positive");
  Frame first;  // there is always something to draw, even before the campaign is set up
  first.snapshot.title = scenario.title;
  first.snapshot.end = scenario.end;
  first.days_per_s = options.days_per_s;
  frame_ = std::make_shared<const Frame>(std::move(first));
  thread_ = std::thread([this] { run(); });
}

ModelThread::~ModelThread() {
  send({.kind = Command::Kind::quit});
  if (thread_.joinable()) thread_.join();
}

void ModelThread::send(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(command);
  command_sent_.notify_one();
}

std::shared_ptr<const Frame> ModelThread::latest() const {
  const std::lock_guard lock(mutex_);
  return frame_;
}

std::shared_ptr<const Frame> ModelThread::wait_newer(std::uint64_t number) const {
  std::unique_lock lock(mutex_);
  frame_posted_.wait(lock, [&] { return frame_->number > number || over(frame_->run); });
  return frame_;
}

void ModelThread::rethrow_failure() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

std::uint64_t ModelThread::final_state_hash() {
  send({.kind = Command::Kind::finish});
  if (thread_.joinable()) thread_.join();
  rethrow_failure();
  return state_hash(campaign_->state());
}

void ModelThread::run() {
  try {
    campaign_.emplace(*scenario_, 0);
    restart_pace();
    history_.push_back(sample(campaign::snapshot(*campaign_)));
    recorded_at_ = campaign_->state().now;
    publish();
    while (await_window()) {
      campaign_->step(nullptr);
      after_window();
    }
  } catch (...) {
    publish_failure();
  }
}

bool ModelThread::await_window() {
  for (;;) {
    std::deque<Command> commands;
    {
      std::unique_lock lock(mutex_);
      const auto woken = [this] {
        return !commands_.empty();
      };
      if (!campaign_->done() && (options_.playing || stepping_)) {
        command_sent_.wait_until(lock, due(), woken);
      } else if (!campaign_->done()) {
        command_sent_.wait(lock, woken);
      }
      commands.swap(commands_);
    }
    if (campaign_->done()) return false;
    for (const Command& command : commands) obey(command);
    if (quitting_) return false;
    if (!commands.empty()) publish();
    if (stepping_ || (options_.playing && Clock::now() >= due())) return true;
  }
}

void ModelThread::obey(Command command) {
  switch (command.kind) {
    case Command::Kind::play:
      options_.playing = true;
      break;
    case Command::Kind::pause:
      options_.playing = false;
      break;
    case Command::Kind::step:
      options_.playing = false;
      stepping_ = true;
      break;
    case Command::Kind::speed:
      expects(command.days_per_s > 0.0, "model thread: speed is positive");
      options_.days_per_s = command.days_per_s;
      break;
    case Command::Kind::finish:
      options_ = {
          .pause_at = never, .sample_every = options_.sample_every, .days_per_s = unpaced, .playing = true};
      break;
    case Command::Kind::quit:
      quitting_ = true;
      break;
  }
  restart_pace();
}

void ModelThread::restart_pace() {
  pace_from_ = Clock::now();
  pace_from_tick_ = campaign_->state().now;
}

ModelThread::Clock::time_point ModelThread::due() const {
  const double simulated_days = seconds(campaign_->state().now - pace_from_tick_) / 86400.0;
  const std::chrono::duration<double> wall(stepping_ ? 0.0 : simulated_days / options_.days_per_s);
  return pace_from_ + std::chrono::duration_cast<Clock::duration>(wall);
}

void ModelThread::after_window() {
  const Tick now = campaign_->state().now;
  bool show = stepping_ || campaign_->done() || Clock::now() - published_at_ >= screen_interval;
  stepping_ = false;
  if (now >= options_.pause_at) {
    options_.playing = false;
    options_.pause_at = never;
    show = true;
  }
  const auto interval = [this](Tick tick) {
    return tick.us / options_.sample_every.us;
  };
  const bool record =
      options_.sample_every.us <= 0 || campaign_->done() || interval(now) > interval(recorded_at_);
  if (record) {
    history_.push_back(sample(campaign::snapshot(*campaign_)));
    recorded_at_ = now;
  }
  if (show || record) publish();
}

RunState ModelThread::run_state() const {
  if (campaign_->done()) return RunState::finished;
  return options_.playing ? RunState::running : RunState::paused;
}

void ModelThread::publish() {
  Frame frame{.snapshot = campaign::snapshot(*campaign_),
              .history = history_,
              .run = run_state(),
              .days_per_s = options_.days_per_s,
              .warmup_days = days(scenario_->warmup)};
  // The plots end at the present, also between two points of the history.
  if (const Sample now = sample(frame.snapshot); now.day > frame.history.back().day)
    frame.history.push_back(now);
  post(std::move(frame));
  published_at_ = Clock::now();
}

void ModelThread::publish_failure() {
  Frame frame = *latest();
  frame.run = RunState::failed;
  try {
    throw;
  } catch (const std::exception& error) {
    frame.error = error.what();
  } catch (...) {
    frame.error = "unknown failure";
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  post(std::move(frame));
}

void ModelThread::post(Frame frame) {
  frame.number = ++posted_;
  auto next = std::make_shared<const Frame>(std::move(frame));
  const std::lock_guard lock(mutex_);
  frame_.swap(next);
  frame_posted_.notify_all();
}

}  // namespace lunafab::ui
