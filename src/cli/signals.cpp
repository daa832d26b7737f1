// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <atomic>
#include <csignal>

#include "io/detail/signal_cleanup.hpp"

namespace suan::cli {

namespace {

// The state that a handler may access. It may run in any thread.
std::atomic<bool> signals_are_noted{false};
std::atomic<int> noted_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  int none = 0;
  if (signals_are_noted.load() && noted_signal.compare_exchange_strong(none, signal)) return;
  detail::clean_up_for_signal();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

class StoppedBySignals final : public EventLogger {
 public:
  explicit StoppedBySignals(std::shared_ptr<EventLogger> next) {
    if (next != nullptr) next_.add(std::move(next));
  }
  void setup_finished(const std::string& what, double seconds) override {
    next_.setup_finished(what, seconds);
  }
  void solve_started(const std::string& solver, double initial, double target) override {
    next_.solve_started(solver, initial, target);
  }
  void iteration_finished(std::int64_t iteration, double residual_norm) override {
    next_.iteration_finished(iteration, residual_norm);
  }
  void solve_finished(const SolveReport& report) override { next_.solve_finished(report); }
  bool may_stop() const override { return true; }
  bool stop_requested() override { return signal_was_noted(); }

 private:
  EventLog next_;
};

}  // namespace

void handle_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1}) {
    struct sigaction old {};
    if (sigaction(signal, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;  // reads and writes in progress continue
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }
}

NotedSignals::NotedSignals() { signals_are_noted.store(true); }

NotedSignals::~NotedSignals() { signals_are_noted.store(false); }

bool signal_was_noted() noexcept { return noted_signal.load() != 0; }

std::shared_ptr<EventLogger> stopped_by_signals(std::shared_ptr<EventLogger> next) {
  return std::make_shared<StoppedBySignals>(std::move(next));
}

}  // namespace suan::cli
