"""Authorities and certificates made by openssl, and bcrypt hashes made by libcrypt."""

import ctypes
import ctypes.util
import subprocess
from pathlib import Path


def openssl(*arguments: str | Path) -> str:
    result = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Authority:
    """An authority in `folder`, with the certificates that it signs."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self.folder = folder
        self.certificate = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.certificate)

    def sign(self, name: str, names: str, usage: str = "serverAuth", days: int = 1) -> tuple[Path, Path]:
        """The certificate and the key `name`, for `names` such as DNS:localhost. A negative `days` has it expired."""
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                "-days", str(days), "-extfile", extensions, "-out", certificate)
        return certificate, key


def serial(certificate: Path | str) -> str:
    return openssl("x509", "-in", certificate, "-noout", "-serial").strip().split("=")[1]


def bcrypt(password: str, cost: int = 10) -> str:
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    setting = f"$2b${cost:02}$abcdefghijklmnopqrstuu".encode()
    hashed = library.crypt(password.encode(), setting)
    assert hashed and len(hashed) == 60
    return hashed.decode()
