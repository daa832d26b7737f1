// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/agreement.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace suan {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The message for two texts that differ: the first line has the function, the others its
/// arguments.
std::string difference(std::string_view first, std::string_view other, int rank) {
  const auto mine = lines_of(first);
  const auto theirs = lines_of(other);
  if (mine.front() != theirs.front()) {
    return message("rank 0 called ", mine.front(), " and rank ", rank, " called ", theirs.front(),
                   "; all ranks must call the same functions in the same order");
  }
  std::size_t at = 1;
  while (at < mine.size() && at < theirs.size() && mine[at] == theirs[at]) ++at;
  const auto line = [at](const auto& lines) {
    return at < lines.size() ? lines[at] : std::string_view("nothing");
  };
  return message(mine.front(), ": the ranks were told different things: rank 0 has ", line(mine),
                 ", rank ", rank, " has ", line(theirs),
                 "; tell all ranks the same (does a file or a variable differ between machines?)");
}

/// From the texts of all ranks, each ending with a zero byte.
std::string first_difference(const std::vector<char>& texts) {
  const std::string_view first(texts.data());
  std::size_t at = 0;
  for (int rank = 0; at < texts.size(); ++rank) {
    const std::string_view text(texts.data() + at);
    if (text != first) return difference(first, text, rank);
    at += text.size() + 1;
  }
  return {};
}

}  // namespace

void require_agreement(const Communicator& comm, const std::string& function,
                       const std::string& told) {
  if (comm.size() == 1) return;
  const std::string text = function + '\n' + told;
  const auto key = static_cast<std::uint64_t>(std::hash<std::string>()(text));
  if (comm.max(key) == comm.min(key)) return;
  const auto texts = comm.gather(std::span<const char>(text.c_str(), text.size() + 1));
  throw InvalidArgument(
      comm.broadcast(comm.is_root() ? first_difference(texts) : std::string(), 0));
}

}  // namespace suan
