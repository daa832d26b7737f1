// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// suan info: facts about a matrix.
#include <iostream>
#include <nlohmann/json.hpp>

#include "agreement.hpp"
#include "commands.hpp"
#include "source.hpp"
#include "suan/matrix/analysis.hpp"

namespace suan::cli {

namespace {

struct InfoArguments {
  SourceOptions source;
  bool json = false;
  static const OptionTable<InfoArguments>& table();
};

const OptionTable<InfoArguments>& InfoArguments::table() {
  static const auto table = OptionTable<InfoArguments>()
                                .include(&InfoArguments::source)
                                .value("json", &InfoArguments::json, "Print JSON, not a table.");
  return table;
}

std::string facts_json(const MatrixFacts& facts, const std::string& name) {
  nlohmann::ordered_json json;
  json["command"] = "suan info";
  json["version"] = SUAN_VERSION;
  json["matrix"] = name;
  json.update(nlohmann::ordered_json::parse(facts.to_json(-1)));
  return json.dump(2);
}

}  // namespace

Usage info_usage() {
  auto groups = source_groups();
  groups.insert(groups.begin() + 1, {"Output", without(InfoArguments::table().descriptions(),
                                                       SourceOptions::table().descriptions())});
  return {"info",
          "Prints sizes, symmetry, hints on definiteness, bandwidth, row lengths, diagonal "
          "dominance and the bytes of each storage format.",
          {"matrix"},
          groups,
          {"suan info A.mtx", "suan info A.h5:stiffness --json",
           "mpirun -n 4 suan info --problem poisson3d --size 128"}};
}

int run_info(const Communicator& world, const CommandLine& line) {
  const auto arguments = make_options<InfoArguments>(line);
  const auto& source = arguments.source;
  check_source(source, line);
  const auto facts = with_scalar(choose_scalar(source, {}, world), [&]<class T>(T) {
    return analyse(load_matrix<T>(source, 2, world));
  });
  if (!world.is_root()) return exit_solved;
  const std::string name = source_name(source);
  if (arguments.json) {
    std::cout << facts_json(facts, name) << '\n';
  } else {
    std::cout << name << ": " << facts;
  }
  return exit_solved;
}

}  // namespace suan::cli
