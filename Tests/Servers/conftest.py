"""Real model servers under load, read by the real daemon. Their environments come from scripts/server-env.sh."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Integration")]

# The fixtures of the integration tests serve here as well.
from importlib import util  # noqa: E402

_spec = util.spec_from_file_location("integration_conftest", HERE.parent / "Integration/conftest.py")
_integration = util.module_from_spec(_spec)
_spec.loader.exec_module(_integration)
pytest_configure = _integration.pytest_configure
start_daemon = _integration.start_daemon
promtool_check = _integration.promtool_check
