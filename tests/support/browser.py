# SPDX-License-Identifier: LGPL-2.1-or-later
"""A headless browser for tests of what people see.  Each run is bounded in time; those of a test
share a profile, which takes seconds to make.  Without a browser a case is skipped."""
import atexit
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from tap import check, skip

_profile = []
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND"]


def browser():
    """The path of a browser, or the case is skipped."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return skip("there is no chromium here")


def browse(page, *options, timeout=60):
    """Opens a file; standard output."""
    path = browser()
    if not _profile:
        _profile.append(tempfile.mkdtemp(prefix="comity-test-browser-"))
        atexit.register(shutil.rmtree, _profile[0], True)
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [path, *QUIET, *sandbox, f"--user-data-dir={_profile[0]}", *options,
               pathlib.Path(page).as_uri()]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"the browser did not end in {timeout} s") from None
    check(done.returncode == 0, f"the browser ended with {done.returncode}",
          done.stderr.decode("utf-8", "replace")[-600:])
    return done.stdout.decode("utf-8", "replace")


def requests(net_log):
    """What the page asked for over the network, out of a log of it.  A browser also asks for
    things of its own (updates, the time): these say of themselves that no page began them."""
    log = json.loads(pathlib.Path(net_log).read_text(encoding="utf-8"))
    asked = set()
    for event in log["events"]:
        params = event.get("params") or {}
        url, initiator = params.get("url", ""), params.get("initiator", "not an origin")
        if isinstance(url, str) and initiator != "not an origin" and url[:5] != "file:":
            asked.add(url)
    return asked
