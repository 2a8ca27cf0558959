# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made by the openssl program in a folder of their own."""

import os
import subprocess


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Authority:
    def __init__(self, folder, name="fake-ca"):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.name, self.count = str(folder), name, 0
        self.key, self.cert = self.path(f"{name}.key"), self.path(f"{name}.pem")
        openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            self.key,
            "-out",
            self.cert,
            "-days",
            "30",
            "-subj",
            f"/CN={name}",
        )

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, cn, san=None):
        """(certificate, key) as paths. san: "IP:127.0.0.1,DNS:localhost"."""
        self.count += 1
        base = self.path(f"{self.name}-{self.count}")
        openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            base + ".key",
            "-out",
            base + ".csr",
            "-subj",
            f"/CN={cn}",
        )
        extension = []
        if san:
            with open(base + ".ext", "w", encoding="ascii") as f:
                f.write(f"subjectAltName={san}\n")
            extension = ["-extfile", base + ".ext"]
        openssl(
            "x509",
            "-req",
            "-in",
            base + ".csr",
            "-CA",
            self.cert,
            "-CAkey",
            self.key,
            "-CAcreateserial",
            "-out",
            base + ".pem",
            "-days",
            "30",
            *extension,
        )
        return base + ".pem", base + ".key"
