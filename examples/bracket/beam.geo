// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A cantilever of 100 mm x 10 mm x 10 mm: gmsh -3 beam.geo writes beam.msh. Lengths in mm.
SetFactory("OpenCASCADE");
Box(1) = {0, 0, 0, 100, 10, 10};
e = 0.01;
Physical Surface("clamped", 1) = Surface In BoundingBox{-e, -e, -e, e, 10 + e, 10 + e};
Physical Surface("loaded", 2) = Surface In BoundingBox{100 - e, -e, -e, 100 + e, 10 + e, 10 + e};
Physical Volume("steel", 3) = {1};
Mesh.MeshSizeMin = 5;
Mesh.MeshSizeMax = 5;
Mesh.ElementOrder = 2;
Mesh.MshFileVersion = 2.2;
