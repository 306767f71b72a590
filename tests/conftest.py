"""What all tests share: how Hypothesis searches for examples.

The examples are the same each time, so that a test tells of what was changed and not of its luck,
and a failure can be repeated. `pytest --hypothesis-profile=default` searches among others.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    # How long an example takes says how busy the machine is.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
