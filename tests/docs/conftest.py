"""The fixtures of tests that run what the documents show."""

from tests.support.network import plain_environment  # noqa: F401 - a fixture
