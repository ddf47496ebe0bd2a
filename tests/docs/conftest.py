"""Fixtures for tests that run the examples in the documents."""

from tests.support.network import plain_environment  # noqa: F401 - a fixture
