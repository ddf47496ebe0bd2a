"""What every test shares."""

from hypothesis import settings

# A machine that is busy with other tests is no reason to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
