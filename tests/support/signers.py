# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys and certificates of signers, and signatures made by others: xmlsec1, openssl."""
import atexit
import base64
import functools
import json
import pathlib
import shutil
import subprocess
import tempfile

from tap import check, folder, skip

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

KINDS = {"rsa": ("rsa", "rsa_keygen_bits:2048"), "p256": ("ec", "ec_paramgen_curve:P-256"),
         "p384": ("ec", "ec_paramgen_curve:P-384"), "p521": ("ec", "ec_paramgen_curve:P-521"),
         "short": ("rsa", "rsa_keygen_bits:1024"), "k1": ("ec", "ec_paramgen_curve:secp256k1"),
         "ed25519": ("ed25519", None)}

CONFIG = """[ca]
default_ca = d
[d]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
default_crl_days = 3
policy = p
unique_subject = no
[p]
commonName = supplied
"""


def do(*command, where=None, data=None, env=None):
    done = subprocess.run([str(c) for c in command], cwd=where, input=data, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    check(done.returncode == 0, command, done.stderr[-600:])
    return done.stdout


class Signers:
    """A folder of NAME.key and NAME.pem; of CAs: ca, other, sub (whose CA is ca)."""

    def __init__(self, where):
        self.where = where
        (where / "index").touch()
        (where / "serial").write_text("1000\n")
        (where / "ca.cnf").write_text(CONFIG)
        for name in ("ca", "other"):
            self.key(name, "p256")
            do("openssl", "req", "-x509", "-key", f"{name}.key", "-out", f"{name}.pem", "-days",
               "3", "-subj", f"/CN=Comity test {name}", where=where)
        self.make("sub", "p256", extensions="basicConstraints=critical,CA:true\n"
                  "keyUsage=critical,keyCertSign,cRLSign\n")
        for kind in KINDS:
            self.make(kind, kind)
        self.make("deep", "p256", by="sub")
        self.make("stranger", "p256", by="other")
        self.make("thief", "rsa", by="other")
        self.make("expired", "p256", dates=("20200101000000Z", "20210101000000Z"))
        self.make("future", "p256", dates=("21000101000000Z", "21010101000000Z"))
        self.make("cipher", "p256", extensions="keyUsage=critical,keyEncipherment\n")
        self.make("forged", "p256", by="p256")  # by one who is no authority
        self.make("revoked", "p256")
        do("openssl", "ca", "-config", "ca.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile",
           "ca.key", "-out", "none.crl", where=where)
        do("openssl", "ca", "-config", "ca.cnf", "-revoke", "revoked.pem", "-cert", "ca.pem",
           "-keyfile", "ca.key", where=where)
        do("openssl", "ca", "-config", "ca.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile",
           "ca.key", "-out", "ca.crl", where=where)
        self.key("self", "p256")
        do("openssl", "req", "-x509", "-key", "self.key", "-out", "self.pem", "-days", "3",
           "-subj", "/CN=Comity test ca", where=where)
        (where / "chain.pem").write_bytes(self.pem("deep") + self.pem("sub"))
        (where / "chain.key").write_bytes((where / "deep.key").read_bytes())
        (where / "chain.key").chmod(0o600)
        for path in where.glob("*.pem"):
            path.chmod(0o644)

    def key(self, name, kind):
        algorithm, option = KINDS[kind]
        do("openssl", "genpkey", "-algorithm", algorithm, "-out", f"{name}.key",
           *(["-pkeyopt", option] if option else []), where=self.where)
        (self.where / f"{name}.key").chmod(0o600)

    def make(self, name, kind, by="ca", dates=None, extensions="basicConstraints=CA:false\n"):
        self.key(name, kind)
        (self.where / f"{name}.ext").write_text(extensions)
        do("openssl", "req", "-new", "-key", f"{name}.key", "-out", f"{name}.csr", "-subj",
           f"/CN=Signer {name}", where=self.where)
        when = ["-startdate", dates[0], "-enddate", dates[1]] if dates else ["-days", "3"]
        do("openssl", "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", f"{by}.pem",
           "-keyfile", f"{by}.key", "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile",
           f"{name}.ext", *when, where=self.where)

    def path(self, name):
        return self.where / name

    def pem(self, name):
        return (self.where / f"{name}.pem").read_bytes()

    def der(self, name):
        """Base64 of the certificate's DER."""
        return "".join(self.pem(name).decode().split("-----")[2].split())

    def settings(self, name, how):
        return {"sign": how, "sign_key": str(self.path(f"{name}.key")),
                "sign_certificate": str(self.path(f"{name}.pem"))}


@functools.cache
def signers():
    where = pathlib.Path(tempfile.mkdtemp(prefix="comity-signers-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    return Signers(where)


# --- XML, by xmlsec1

def template(reference=None, method=MORE + "ecdsa-sha256", canonical=C14N11, key_info=None,
             transforms=None, digest=ENC + "sha256", uri="", more="", references=None,
             inside=""):
    """A signature that is yet to be made; parts may be given as XML."""
    if transforms is None:
        transforms = [DSIG + "enveloped-signature", C14N11]
    listed = "".join(t if t.startswith("<") else f'<ds:Transform Algorithm="{t}"/>'
                     for t in transforms)
    reference = reference or (
        f'<ds:Reference URI="{uri}"><ds:Transforms>{listed}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>')
    key_info = key_info if key_info is not None else (
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>")
    return (f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{canonical}"/>'
            f'<ds:SignatureMethod Algorithm="{method}">{inside}</ds:SignatureMethod>'
            f"{reference if references is None else references}</ds:SignedInfo>"
            f"<ds:SignatureValue/>{key_info}{more}</ds:Signature>")


def xmlsec_sign(document, name, *options, signature=None, key=None):
    """The document with that signature as the last child of its root."""
    at = document.rindex("</")
    path = folder() / "in.xml"
    path.write_text(document[:at] + (signature or template()) + document[at:])
    where = signers()
    key = key or ["--privkey-pem", f"{where.path(name + '.key')},{where.path(name + '.pem')}"]
    if not shutil.which("xmlsec1"):
        skip("xmlsec1")
    return do("xmlsec1", "--sign", *key, *options, path).decode()


def xmlsec_verifies(document, ca="ca"):
    path = folder() / "in.xml"
    path.write_bytes(document)
    if not shutil.which("xmlsec1"):
        skip("xmlsec1")
    trusted = str(signers().path(ca + ".pem"))
    done = subprocess.run(["xmlsec1", "--verify", "--trusted-pem", trusted, str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    return done.returncode == 0 and done.stdout.startswith(b"OK")


# --- JSON, by openssl

def url64(data):
    data = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_url64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def raw_ecdsa(der, size):
    """r and s, side by side, out of a DER SEQUENCE of two INTEGERs."""
    at = 2 if der[1] < 0x80 else 3
    numbers = []
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big"))
        at += 2 + length
    return b"".join(n.to_bytes(size, "big") for n in numbers)


def openssl_value(name, data, algorithm):
    options = ["-sha" + algorithm[2:], "-sign", signers().path(name + ".key")]
    if algorithm.startswith("PS"):
        options += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    made = do("openssl", "dgst", *options, data=data)
    sizes = {"ES256": 32, "ES384": 48, "ES512": 66}
    return raw_ecdsa(made, sizes[algorithm]) if algorithm in sizes else made


def jws(payload, name="p256", algorithm="ES256", header=None, value=None, **members):
    """A JWS made by openssl; `header` may be text or what is put into the header (None: taken
    out); `value` makes the signature of the bytes that are signed."""
    if not isinstance(header, str):
        made = {"alg": algorithm, "x5c": [signers().der(name)], **(header or {})}
        header = json.dumps({n: v for n, v in made.items() if v is not None})
    protected, body = url64(header), url64(payload)
    signed = f"{protected}.{body}".encode()
    signature = value(signed) if value else openssl_value(name, signed, algorithm)
    made = {"payload": body, "protected": protected, "signature": url64(signature), **members}
    return json.dumps(made)


def jose_verifies(document, name):
    """True where the program jose says so, by the public key alone."""
    if not shutil.which("jose"):
        skip("jose")
    pem = signers().path(name + ".pem")
    text = do("openssl", "x509", "-in", pem, "-noout", "-text").decode()
    lines = [line.strip() for line in text.splitlines()]
    begin = next(i for i, line in enumerate(lines) if line in ("pub:", "Modulus:"))
    digits = ""
    for line in lines[begin + 1:]:
        if not set(line) <= set("0123456789abcdef:"):
            break
        digits += line.replace(":", "")
    number = bytes.fromhex(digits)
    if lines[begin] == "Modulus:":
        jwk = {"kty": "RSA", "n": url64(number.lstrip(b"\0")), "e": "AQAB"}
    else:
        half = (len(number) - 1) // 2
        curve = {32: "P-256", 48: "P-384", 66: "P-521"}[half]
        jwk = {"kty": "EC", "crv": curve, "x": url64(number[1:1 + half]),
               "y": url64(number[1 + half:])}
    where = folder()
    (where / "key").write_text(json.dumps(jwk))
    (where / "jws").write_bytes(document)
    done = subprocess.run(["jose", "jws", "ver", "-i", str(where / "jws"), "-k",
                           str(where / "key"), "-O", "-"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30)
    return done.stdout if done.returncode == 0 else None
