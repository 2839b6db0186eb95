"""What is installed comes from whichever registry the machine is configured for."""

import json
import subprocess
import sys

from helpdesk.paths import BASE_DIR


def test_the_lock_file_names_no_registry_and_pins_every_package_by_its_content():
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}

    assert installed
    assert not [name for name, package in installed.items() if "resolved" in package]
    assert not [name for name, package in installed.items() if "integrity" not in package]
    assert "http" not in {str(package.get("version", ""))[:4] for package in installed.values()}


def test_desk_alone_prints_its_commands_and_an_unknown_one_is_refused():
    alone = subprocess.run([sys.executable, "desk"], cwd=BASE_DIR, capture_output=True, text=True)
    unknown = subprocess.run([sys.executable, "desk", "fly"], cwd=BASE_DIR, capture_output=True, text=True)

    assert alone.returncode == 0
    assert all(f"  {command} " in alone.stdout for command in ("up", "test", "check", "bench", "manage"))
    assert unknown.returncode == 2
    assert "There is no command 'fly'." in unknown.stderr
