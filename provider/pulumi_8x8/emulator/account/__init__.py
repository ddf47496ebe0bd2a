"""The API: what an account holds, how a request is answered, and what can go wrong with it."""
