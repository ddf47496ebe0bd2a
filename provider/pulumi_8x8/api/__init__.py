"""The voice API over HTTP: a client, its deadline, and its JSON."""
