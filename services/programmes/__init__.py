"""Programme packs: content as data, read, checked and frozen."""
