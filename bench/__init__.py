"""How long the two doors of the provider take next to the other ways of doing it. `make bench` runs it."""
