"""Fixtures for tests that reach servers on loopback."""

from tests.support.network import api, bundle, certified, plain_environment, secure  # noqa: F401 - fixtures
