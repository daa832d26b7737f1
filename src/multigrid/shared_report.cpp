// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/shared_report.hpp"

#include <array>
#include <cstring>

namespace suan::multigrid {

namespace {

constexpr std::array level_counts = {&AmgLevel::entries, &AmgLevel::node_rows, &AmgLevel::ranks,
                                     &AmgLevel::interpolation_entries, &AmgLevel::bytes};
constexpr std::array level_numbers = {
    &AmgLevel::radius,        &AmgLevel::strength,    &AmgLevel::aggregation, &AmgLevel::tentative,
    &AmgLevel::interpolation, &AmgLevel::restriction, &AmgLevel::product,     &AmgLevel::smoothing};
static_assert(sizeof(AmgLevel) == sizeof(GlobalIndex) +
                                      8 * (level_counts.size() + level_numbers.size()) +
                                      sizeof(std::string),
              "a member of AmgLevel that is not shared");

class Packer {
 public:
  template <class N>
  void visit(const N& number) {
    text_.append(reinterpret_cast<const char*>(&number), sizeof(N));
  }
  void visit(const std::string& text) {
    visit(text.size());
    text_ += text;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

class Unpacker {
 public:
  explicit Unpacker(const std::string& text) : text_(text) {}
  template <class N>
  void visit(N& number) {
    std::memcpy(&number, text_.data() + at_, sizeof(N));
    at_ += sizeof(N);
  }
  void visit(std::string& text) {
    std::size_t size = 0;
    visit(size);
    text = text_.substr(at_, size);
    at_ += size;
  }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

template <class Visitor, class Level>
void visit_level(Visitor& visitor, Level& level) {
  visitor.visit(level.rows);
  for (const auto member : level_counts) visitor.visit(level.*member);
  for (const auto member : level_numbers) visitor.visit(level.*member);
  visitor.visit(level.smoother);
}

std::string packed(const AmgReport& report) {
  Packer packer;
  packer.visit(report.levels.size());
  for (const auto& level : report.levels) visit_level(packer, level);
  packer.visit(report.notes.size());
  for (const auto& note : report.notes) packer.visit(note);
  return packer.take();
}

AmgReport unpacked(const std::string& text) {
  Unpacker unpacker(text);
  AmgReport report;
  std::size_t size = 0;
  unpacker.visit(size);
  report.levels.resize(size);
  for (auto& level : report.levels) visit_level(unpacker, level);
  unpacker.visit(size);
  report.notes.resize(size);
  for (auto& note : report.notes) unpacker.visit(note);
  return report;
}

}  // namespace

AmgReport shared(const Communicator& comm, const AmgReport& report) {
  std::string text;
  together(comm, [&] {
    if (comm.is_root()) text = packed(report);
  });
  text = comm.broadcast(text);
  AmgReport result;
  together(comm, [&] { result = unpacked(text); });
  return result;
}

}  // namespace suan::multigrid
