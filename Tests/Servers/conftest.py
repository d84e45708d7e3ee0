"""Real model servers under load, read by the real daemon. Their environments come from scripts/server-env.sh."""

import importlib.util
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Servers"), str(TESTS / "Integration")]

# The fixtures of the integration tests serve here as well.
specification = importlib.util.spec_from_file_location("integration_conftest", TESTS / "Integration/conftest.py")
integration = importlib.util.module_from_spec(specification)
specification.loader.exec_module(integration)
pytest_configure = integration.pytest_configure
start_daemon = integration.start_daemon
promtool_check = integration.promtool_check
