"""Ad Ops Command Center: three ad platforms, one warehouse, decisions on top. Layers are described in README.md."""
