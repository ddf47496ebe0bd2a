"""The voice API over HTTP: the client, its deadlines and its JSON."""
