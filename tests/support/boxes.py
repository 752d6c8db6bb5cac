# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of sending share: a store and the commands on it, and answers of endpoints."""
import json

from receiver import certificates
from tap import SOURCE, folder, run

REQUEST = SOURCE / "examples" / "requests" / "preservation.json"


class Box:
    """A store, and the commands on it."""

    def __init__(self):
        self.store = folder() / "store"

    def comity(self, *command, **more):
        env = {"COMITY_STORE": str(self.store), **more.pop("env", {})}
        return run(*command, env=env, **more)

    def submit(self, url, *options, document=REQUEST, **settings):
        settings = {"internal": True, "ca": str(certificates() / "ca.pem"), **settings}
        settings = {n: v for n, v in settings.items() if v is not None}
        return self.comity("submit", "--json", "--endpoint", url, "--settings",
                           json.dumps(settings), *options, document)

    def run(self, *options, **more):
        return self.comity("outbox", "run", "--once", *options, **more)

    def items(self):
        lines = self.comity("outbox", "list", "--json").ends(0).out.splitlines()
        return [json.loads(line) for line in lines]

    def states(self):
        return [item["status"] for item in self.items()]

    def is_whole(self):
        self.comity("audit", "verify").ends(0)


def status(number, **headers):
    """An answer of that status."""
    return lambda handler, _body: handler.reply(number, b"no", **headers)
