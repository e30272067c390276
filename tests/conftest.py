"""What holds for all tests: laws are checked without a clock, as a busy machine is no defect."""

from hypothesis import HealthCheck, settings

settings.register_profile("clockless", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clockless")
