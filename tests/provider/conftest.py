"""Fixtures for tests that reach servers on loopback."""

from tests.support.command_line import account_in_the_environment  # noqa: F401 - fixtures
from tests.support.network import api, bundle, certified, plain_environment, secure  # noqa: F401 - fixtures
