// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Signals that ask the program to end: Ctrl-C, a batch system, a closing terminal.
#pragma once

#include <memory>

#include "suan/core/event_log.hpp"

namespace suan::cli {

/// From here on SIGINT, SIGTERM, SIGHUP, SIGXCPU and SIGUSR1 remove incomplete files before they
/// end the program as usual. Ignored signals stay ignored (nohup).
void handle_signals();

/// While one of these exists, the first signal is only recorded, and a second one ends the program.
class NotedSignals {
 public:
  NotedSignals();
  ~NotedSignals();
  NotedSignals(const NotedSignals&) = delete;
  NotedSignals& operator=(const NotedSignals&) = delete;
};

/// Whether a signal was recorded.
bool signal_was_noted() noexcept;

/// A logger that stops the solve when a signal was recorded on one of the ranks, and forwards
/// everything to `next` (which may be null). Every rank must have one.
std::shared_ptr<EventLogger> stopped_by_signals(std::shared_ptr<EventLogger> next);

}  // namespace suan::cli
