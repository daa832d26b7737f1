// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/energy.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.hpp"

namespace suan::test {
namespace {

class Energy : public testing::Test {
 protected:
  void write(const std::string& zone, const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(root() + "/" + zone);
    std::ofstream(root() + "/" + zone + "/" + file) << text << '\n';
  }
  void zone(const std::string& zone, const std::string& name, std::uint64_t now,
            std::uint64_t range = 262143328850) const {
    write(zone, "name", name);
    write(zone, "energy_uj", std::to_string(now));
    write(zone, "max_energy_range_uj", std::to_string(range));
  }
  std::string root() const { return folder_ / "powercap"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(Energy, PackagesAndMemoryAreAdded) {
  zone("intel-rapl:0", "package-0", 1000000);
  zone("intel-rapl:0:0", "core", 5);
  zone("intel-rapl:0:1", "dram", 2000000);
  zone("intel-rapl:1", "package-1", 7000000);
  zone("intel-rapl:2", "psys", 9);
  zone("intel-rapl-mmio:0", "package-0", 3);
  const EnergyMeter meter(root());
  EXPECT_TRUE(meter.available());
  EXPECT_EQ(meter.joules(), 0);
  zone("intel-rapl:0", "package-0", 2500000);
  zone("intel-rapl:0:0", "core", 1000000);
  zone("intel-rapl:0:1", "dram", 2250000);
  zone("intel-rapl:1", "package-1", 8000000);
  EXPECT_DOUBLE_EQ(meter.joules(), 1.5 + 0.25 + 1.0);
}

TEST_F(Energy, ACounterMayBeginAnew) {
  zone("intel-rapl:0", "package-0", 262143000000);
  const EnergyMeter meter(root());
  zone("intel-rapl:0", "package-0", 671150);
  EXPECT_DOUBLE_EQ(meter.joules(), 1.0);
}

TEST_F(Energy, ACounterThatMayHaveBegunAnewOftenTellsNothing) {
  zone("intel-rapl:0", "package-0", 0, 1);
  const EnergyMeter meter(root());
  EXPECT_LT(meter.joules(), 0);
}

TEST_F(Energy, WithoutCountersItIsUnknown) {
  const EnergyMeter none(root() + "/nothing");
  EXPECT_FALSE(none.available());
  EXPECT_LT(none.joules(), 0);
  // One of two packages is unreadable: half the energy would be a wrong answer.
  zone("intel-rapl:0", "package-0", 1000000);
  write("intel-rapl:1", "name", "package-1");
  EXPECT_FALSE(EnergyMeter(root()).available());
}

}  // namespace
}  // namespace suan::test
