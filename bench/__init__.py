"""How long the provider takes next to the other ways of doing it, on this machine, in one run. `make bench` runs it."""
