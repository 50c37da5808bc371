"""Graph -> graph by edits, which are addressed by the names of nodes."""
