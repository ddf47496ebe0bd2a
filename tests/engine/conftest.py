"""Fixtures for tests that run the real CLI."""

from tests.support.engine import api, either_api, project  # noqa: F401 - fixtures
