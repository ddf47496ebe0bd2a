"""The API: what an account holds, how a request is handled, and what can go wrong with it."""
