"""Settings every test shares: property tests never depend on how busy the machine is, nor on luck."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "osseo", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("osseo")
