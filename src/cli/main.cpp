// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The program `suan`. docs/cli.md describes it.
#include <csignal>
#include <exception>
#include <iomanip>
#include <iostream>
#include <string_view>

#include "agreement.hpp"
#include "commands.hpp"
#include "signals.hpp"
#include "spinning.hpp"
#include "suan/comm/environment.hpp"
#include "suan/kernels/kernel_path.hpp"
#include "suan/solvers/registry.hpp"

namespace suan::cli {

namespace {

struct Command {
  Usage (*usage)();
  int (*run)(const Communicator& world, const CommandLine& line);
};

// A new command takes one line here.
constexpr Command commands[] = {{solve_usage, run_solve},
                                {info_usage, run_info},
                                {convert_usage, run_convert},
                                {generate_usage, run_generate}};

void print_overview() {
  std::cout << "suan: sparse linear systems from files, on one or many ranks.\n\n"
               "Usage: suan <command> [options]\n"
               "       mpirun -n <ranks> suan <command> [options]\n\nCommands:\n";
  for (const auto& command : commands) {
    const auto usage = command.usage();
    const auto end = usage.sentence.find(". ");
    std::cout << "  " << std::left << std::setw(10) << usage.command;
    print_wrapped(std::cout,
                  end == std::string::npos ? usage.sentence : usage.sentence.substr(0, end + 1),
                  12);
  }
  std::cout
      << "\n`suan <command> --help` lists the options of a command, `suan help <name>` those of a "
         "solver\nor a preconditioner, `suan --version` says what this build has.\nThreads: "
         "OMP_NUM_THREADS or --kokkos-num-threads=<int>.\n";
}

void print_version(const Environment& environment) {
  const auto line = [](const char* label, const std::string& text) {
    std::cout << "  " << std::left << std::setw(10) << label << text << '\n';
  };
  std::cout << "suan " << SUAN_VERSION << '\n';
  line("Kokkos", message(KOKKOS_VERSION / 10000, '.', KOKKOS_VERSION / 100 % 100, '.',
                         KOKKOS_VERSION % 100, ", back end ", ExecutionSpace::name()));
#if SUAN_HAVE_MPI
  char library[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(library, &length);
  const std::string_view text(library, static_cast<std::size_t>(length));
  line("MPI", std::string(text.substr(0, text.find_first_of(",\n"))));
#else
  line("MPI", "not in this build");
#endif
  line("HDF5", SUAN_HAVE_HDF5 != 0 ? "yes" : "not in this build");
  std::string kernels;
  for (const auto path : available_kernel_paths()) {
    kernels += (kernels.empty() ? "" : ", ") + std::string(to_string(path));
  }
  line("kernels", kernels);
  line("threads", std::to_string(HostExecutionSpace().concurrency()));
  line("ranks", std::to_string(environment.world().size()));
}

/// A type of the option `node`.
struct Component {
  std::string node;
  OptionType type;
};

/// The command line of a rank.
struct Request {
  enum class Kind { overview, version, command, component };
  Kind kind = Kind::overview;
  Command command{};
  Usage usage;
  CommandLine line;
  std::vector<Component> components;  ///< one, or a solver and a preconditioner of the same name
};

/// `suan help <word>`. Not collective. @throws InvalidArgument
Request parse_help(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& command : commands) {
    Request request{Request::Kind::command, command, command.usage(), {}, {}};
    request.line.help = true;
    names.push_back(request.usage.command);
    if (names.back() == word) return request;
  }
  Request request{Request::Kind::component, {}, {}, {}, {}};
  for (const auto& [node, types] :
       {std::pair("solver", solver_types()), std::pair("preconditioner", preconditioner_types())}) {
    for (const auto& type : types) {
      names.push_back(type.name);
      if (type.name == word) request.components.push_back({node, type});
    }
  }
  if (!request.components.empty()) return request;
  throw_unknown_name("command, solver or preconditioner", word, names);
}

/// Not collective. @throws InvalidArgument
Request parse(const std::vector<std::string>& words) {
  if (words.empty()) throw InvalidArgument("a command is needed; `suan --help` lists them");
  if (words[0] == "help" && words.size() > 1) return parse_help(words[1]);
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return {};
  if (words[0] == "--version") return {Request::Kind::version, {}, {}, {}, {}};
  std::vector<std::string> names = {"--help", "--version"};
  for (const auto& command : commands) {
    const auto usage = command.usage();
    names.push_back(usage.command);
    if (usage.command != words[0]) continue;
    const auto line = parse_command_line(usage, {words.begin() + 1, words.end()});
    return {Request::Kind::command, command, usage, line, {}};
  }
  throw_unknown_name("command", words[0], names);
}

/// The lines that ranks compare.
std::string lines_of(const Request& request) {
  if (request.kind == Request::Kind::overview) return "command = --help\n";
  if (request.kind == Request::Kind::version) return "command = --version\n";
  if (request.kind == Request::Kind::component) {
    return message("command = help\ncomponent = ", request.components.front().type.name, "\n");
  }
  return request.line.lines(request.usage);
}

int run(const Environment& environment, const std::vector<std::string>& words) {
  const Communicator& world = environment.world();
  Request request;
  require_same_words(world, [&] {
    request = parse(words);
    return lines_of(request);
  });
  if (request.kind == Request::Kind::command && !request.line.help) {
    return request.command.run(world, request.line);
  }
  if (!world.is_root()) return exit_solved;
  if (request.kind == Request::Kind::command) {
    print_help(std::cout, request.usage);
  } else if (request.kind == Request::Kind::component) {
    const char* between = "";
    for (const auto& [node, type] : request.components) {
      std::cout << between;
      print_component_help(std::cout, node, type);
      between = "\n";
    }
  } else if (request.kind == Request::Kind::version) {
    print_version(environment);
  } else {
    print_overview();
  }
  return exit_solved;
}

}  // namespace

}  // namespace suan::cli

int main(int argc, char** argv) {
  suan::cli::spin_less(argv);
  // Exceeding the limit on file sizes then makes the write fail instead of ending the program.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const suan::Environment environment(argc, argv);
    suan::cli::handle_signals();
    const std::vector<std::string> words(argv + 1, argv + argc);
    return suan::cli::run_together(environment.world(),
                                   [&] { return suan::cli::run(environment, words); });
  } catch (const std::exception& error) {
    // MPI or Kokkos could not start.
    std::cerr << "suan: " << error.what() << std::endl;
    return suan::cli::exit_bad_use;
  }
}
