"""How long a test waits for something that always happens: no test measures time, a wait ends with its condition."""

import os

PATIENCE = float(os.environ.get("MERGESCOPE_TEST_PATIENCE", "300"))  # seconds; only a test that fails waits that long
PATIENCE_MS = int(1000 * PATIENCE)  # the same for Playwright
SLOW_MS = int(os.environ.get("MERGESCOPE_TEST_SLOW_MS", "0"))  # how late frames and messages come in a browser
