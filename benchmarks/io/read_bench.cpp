// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading a Matrix Market file into a matrix that is ready for products. The file comes from the
// caller, so that other readers can be measured on the same one, or is written here.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/io/matrix_market.hpp"

namespace {

using suan::Communicator;
using suan::Environment;

struct Options {
  std::string file;
  std::int64_t size = 64;
  std::int64_t repetitions = 5;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .value("file", &Options::file,
                   "The file to read; default: a file written for this run.")
            .number("size", &Options::size, 1, 1200,
                    "Points in each direction of the 7-point problem that is written.")
            .number("repetitions", &Options::repetitions, 1, 10000,
                    "Number of readings; minimum and median are reported.");
    return table;
  }
};

/// The file to read; if it was written here, it is removed at the end.
class InputFile {
 public:
  InputFile(const Options& options, const Communicator& comm) : path_(options.file), comm_(comm) {
    if (!path_.empty()) return;
    owned_ = true;
    const auto name = "suan-read-bench-" + std::to_string(getpid()) + ".mtx";
    path_ = comm.broadcast((std::filesystem::temp_directory_path() / name).string());
    const auto n = options.size;
    suan::write_matrix_market(path_, suan::poisson3d(n, n, n, comm));
  }
  ~InputFile() {
    std::error_code ignored;
    if (owned_ && comm_.is_root()) std::filesystem::remove(path_, ignored);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  Communicator comm_;
  bool owned_ = false;
};

void add(const Options& options, const Environment& environment) {
  const auto& comm = environment.world();
  const auto file = std::make_shared<InputFile>(options, comm);
  // Reads it once, so that it is in the system's file cache as for every other reader.
  const auto first = suan::read_matrix_market<double>(file->path(), comm);
  const auto entries = static_cast<double>(first.global_entries());
  const auto bytes = static_cast<double>(std::filesystem::file_size(file->path()));
  auto* benchmark =
      benchmark::RegisterBenchmark("read_matrix_market/float64", [=](benchmark::State& state) {
        const double seconds = suan::bench::measure(state, comm, 1, [&] {
          const auto a = suan::read_matrix_market<double>(file->path(), comm);
          benchmark::DoNotOptimize(a.global_entries());
        });
        state.counters["entries"] = entries;
        state.counters["file_bytes"] = bytes;
        state.counters["megabytes_per_second"] = bytes / seconds * 1e-6;
      });
  suan::bench::configure(benchmark, options.repetitions);
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(argc, argv, "Reading a Matrix Market file.", add);
}
