// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the program does when it is asked to end: by Ctrl-C, a batch system, a terminal that closes.
#pragma once

#include <memory>

#include "suan/core/event_log.hpp"

namespace suan::cli {

/// From here on SIGINT, SIGTERM, SIGHUP, SIGXCPU and SIGUSR1 remove the files that are not complete
/// and then end the program as they would without it. Those that are ignored stay so (nohup).
void handle_signals();

/// While one of these lives, the first signal is noted only, and a second one ends the program.
class NotedSignals {
 public:
  NotedSignals();
  ~NotedSignals();
  NotedSignals(const NotedSignals&) = delete;
  NotedSignals& operator=(const NotedSignals&) = delete;
};

/// Whether a signal was noted.
bool signal_was_noted() noexcept;

/// A logger that stops the solve when a signal was noted on one of the ranks, and passes all else
/// on to `next` (which may be null). Every rank has to have one.
std::shared_ptr<EventLogger> stopped_by_signals(std::shared_ptr<EventLogger> next);

}  // namespace suan::cli
