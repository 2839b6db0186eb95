"""`./desk check`: everything that can be found wrong without running the helpdesk."""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "manage.py"]
ESLINT = [*shlex.split(os.environ.get("NODE", "node")), "node_modules/eslint/bin/eslint.js"]

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "style": ["ruff", "check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports"],
    "django": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "browser code": [*ESLINT, "--max-warnings", "0", "."],
}


def main() -> int:
    """Run every check, also after one failed; return the exit code."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="hd-check-") as directory:
        # As in production, where Django's own checks are strictest.
        environment = {**os.environ, "VAR_DIR": directory, "HTTPS": "true", "LOG_LEVEL": "WARNING"}
        environment["ALLOWED_HOSTS"] = "helpdesk.example.com"
        for name, command in CHECKS.items():
            began = time.monotonic()
            result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            print(
                f"{'ok' if result.returncode == 0 else 'FAILED':7}{name:14}{time.monotonic() - began:5.1f} s"
            )
            if result.returncode != 0:
                failed.append(name)
                print(result.stdout + result.stderr)
            sys.stdout.flush()
    print(f"Checks: {len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
