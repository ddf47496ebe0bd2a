"""Find out how the real API behaves where its documentation is silent, with a few requests on one free webhook type."""
