# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for tests of what is sent: made with the openssl command, once for a test, in a
folder that goes away with it.  All keys are elliptic, which takes no time.

certificates() gives them by name: .server, .client and the rest of LEAVES, each with the files
.certificate and .key and the .pin of its key; .ca and .unknown_ca are the files of the CAs.
"""
import atexit
import base64
import functools
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

from tap import check, skip

NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
ELSEWHERE = "DNS:elsewhere.invalid"
SERVER, CLIENT = "serverAuth", "clientAuth"
NOW = ("20200101000000Z", "20991231235959Z")
PAST = ("20000101000000Z", "20010101000000Z")
LATER = ("20980101000000Z", "20991231235959Z")
# name: the CA, other names of its holder, what it is for, and when it is valid
LEAVES = {
    "server": ("ca", NAMES, SERVER, NOW),
    "renewed": ("ca", NAMES, SERVER, NOW),  # the same host with another key
    "other_host": ("ca", ELSEWHERE, SERVER, NOW),
    "expired": ("ca", NAMES, SERVER, PAST),
    "not_yet_valid": ("ca", NAMES, SERVER, LATER),
    "unknown": ("unknown_ca", NAMES, SERVER, NOW),
    "client": ("ca", "DNS:client.invalid", CLIENT, NOW),
    "client_expired": ("ca", "DNS:client.invalid", CLIENT, PAST),
    "client_unknown": ("unknown_ca", "DNS:client.invalid", CLIENT, NOW),
}
AUTHORITIES = ("ca", "unknown_ca")
SETTINGS = """[req]
distinguished_name = holder
prompt = no
[holder]
CN = $ENV::HOLDER
[ca]
default_ca = signer
[signer]
dir = $ENV::SIGNER
new_certs_dir = $dir
database = $dir/index
serial = $dir/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $ENV::PURPOSE
subjectAltName = $ENV::NAMES
"""


class Certificate:
    """A certificate and its key (files), and the pin of the key."""

    def __init__(self, certificate, key):
        self.certificate, self.key = str(certificate), str(key)

    @functools.cached_property
    def pin(self):
        """What curl calls the pin: the digest of the public key."""
        text = _openssl("x509", "-noout", "-pubkey", "-in", self.certificate).decode()
        key = base64.b64decode("".join(text.splitlines()[1:-1]))
        return "sha256//" + base64.b64encode(hashlib.sha256(key).digest()).decode()


def _openssl(*command, **settings):
    """Runs openssl; standard output."""
    environment = {"HOLDER": "nobody", "SIGNER": ".", "PURPOSE": SERVER, "NAMES": NAMES,
                   "PATH": os.environ.get("PATH", os.defpath), **settings}
    try:
        done = subprocess.run(["openssl", *map(str, command)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=10,
                              env=environment)
    except FileNotFoundError:
        return skip("there is no openssl here")
    check(done.returncode == 0, f"openssl {command[0]} ended with {done.returncode}",
          done.stderr.decode("utf-8", "replace")[-600:])
    return done.stdout


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout")


def _private(path):
    """The name of a key that only its owner will read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


def _authority(folder, name):
    """A CA: its certificate, and a folder of its own for what it signs."""
    signer = folder / name
    signer.mkdir(mode=0o700)
    (signer / "index").touch()
    (signer / "serial").write_text("01\n")
    _openssl("req", "-x509", "-config", folder / "settings", "-days", 3650, *NEW_KEY,
             _private(signer / "key"), "-extensions", "authority",
             "-out", folder / f"{name}.pem", HOLDER=f"Comity test {name}")
    return str(folder / f"{name}.pem")


def _leaf(folder, name, authority, names, purpose, valid):
    key = _private(folder / f"{name}.key")
    request, made = folder / f"{name}.req", folder / f"{name}.pem"
    settings = ("-config", folder / "settings")
    _openssl("req", "-new", *settings, *NEW_KEY, key, "-out", request,
             HOLDER=f"Comity test {name}")
    _openssl("ca", "-batch", "-notext", *settings, "-extensions", "leaf", "-in", request,
             "-out", made, "-cert", folder / f"{authority}.pem",
             "-keyfile", folder / authority / "key", "-startdate", valid[0],
             "-enddate", valid[1], SIGNER=str(folder / authority), NAMES=names,
             PURPOSE=purpose)
    return Certificate(made, key)


class Certificates:
    """All of them, each made when it is first asked for."""

    def __init__(self):
        self.lock = threading.RLock()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="comity-test-certificates-"))
        atexit.register(shutil.rmtree, self.folder, True)
        (self.folder / "settings").write_text(SETTINGS)

    def __getattr__(self, name):  # what is not made yet
        if name not in LEAVES and name not in AUTHORITIES:
            raise AttributeError(name)
        with self.lock:
            if name not in vars(self):
                if name in AUTHORITIES:
                    made = _authority(self.folder, name)
                else:
                    getattr(self, LEAVES[name][0])
                    made = _leaf(self.folder, name, *LEAVES[name])
                setattr(self, name, made)
        return vars(self)[name]


@functools.lru_cache(maxsize=None)
def certificates():
    return Certificates()
