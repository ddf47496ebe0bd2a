"""How the real API behaves where its documents are silent: a few requests about one free webhook type."""
