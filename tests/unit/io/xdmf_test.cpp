// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What ParaView is told of an HDF5 file. The examples' tests compare it with real files.
#include "suan/io/xdmf.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "suan/core/error.hpp"
#include "suan/io/text_file.hpp"
#include "support/temporary_folder.hpp"

namespace {

using suan::Xdmf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Xdmf, DescribesCubes) {
  Xdmf xdmf("a.h5", "in mm");
  xdmf.cubes({2, 3, 4}, 0.5).cell_values("T", "temperature", 4);
  const auto text = xdmf.text();
  EXPECT_THAT(text, HasSubstr("\"3DCoRectMesh\" Dimensions=\"3 4 5\""));
  EXPECT_THAT(text, HasSubstr("0.5 0.5 0.5"));
  EXPECT_THAT(text, HasSubstr("Dimensions=\"2 3 4\" NumberType=\"Float\" Precision=\"4\""));
  EXPECT_THAT(text, HasSubstr("a.h5:/temperature"));
}

TEST(Xdmf, DescribesTetrahedra) {
  Xdmf xdmf("a.h5");
  xdmf.tetrahedra("corners", 6, "points", 8).node_vectors("u", "u").cell_values("s", "s");
  const auto text = xdmf.text();
  EXPECT_THAT(text, HasSubstr("NumberOfElements=\"6\""));
  EXPECT_THAT(text, HasSubstr("\"6 4\""));
  EXPECT_THAT(text, HasSubstr("\"8 3\""));
  EXPECT_LT(text.find("a.h5:/corners"), text.find("a.h5:/points"));
  EXPECT_LT(text.find("a.h5:/u"), text.find("a.h5:/s"));
}

TEST(Xdmf, TitlesMayHoldAnything) {
  Xdmf xdmf("a&b.h5", "<\"R&D\">");
  const auto text = xdmf.cubes({1, 1, 1}, 1).cell_values("T < 0", "T").text();
  EXPECT_THAT(text, HasSubstr("&lt;&quot;R&amp;D&quot;&gt;"));
  EXPECT_THAT(text, HasSubstr("a&amp;b.h5:/T"));
  EXPECT_THAT(text, HasSubstr("Name=\"T &lt; 0\""));
}

TEST(Xdmf, RefusesFieldsWithoutTheirGrid) {
  Xdmf xdmf("a.h5");
  EXPECT_THAT([&] { xdmf.cell_values("T", "t"); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("\"T\") needs a grid")));
  EXPECT_THAT([&] { static_cast<void>(xdmf.text()); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("no grid")));
  xdmf.cubes({1, 1, 1}, 1);
  EXPECT_THAT([&] { xdmf.node_vectors("u", "u"); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("needs tetrahedra")));
  EXPECT_THAT([&] { xdmf.cell_values("T", "t", 2); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("2 bytes in \"T\"")));
}

TEST(TextFile, AppearsWholeOrNotAtAll) {
  const suan::test::TemporaryFolder folder;
  const auto comm = suan::Communicator::world();
  const auto path = folder / "a.txt";
  suan::write_text_file(path, "one\ntwo\n", comm);
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  EXPECT_EQ(read.str(), "one\ntwo\n");
  EXPECT_THROW(suan::write_text_file(folder / "no/a.txt", "", comm), suan::IoError);
  EXPECT_EQ(folder.files(), 1u);
}

}  // namespace
