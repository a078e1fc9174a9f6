"""Write .env for docker compose: .env.example with a random secret for each empty name."""

import base64
import os
import re
import secrets
import sys
from pathlib import Path

_EMPTY = re.compile(r"^([A-Z_]+)=$", re.MULTILINE)


def filled(template: str) -> str:
    """Give each empty name of the template a secret of its own."""
    return _EMPTY.sub(lambda found: f"{found[1]}={_secret(found[1])}", template)


def _secret(name: str) -> str:
    if name == "AIRFLOW_FERNET_KEY":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(64 if name == "AIRFLOW_JWT_SECRET" else 24)


def main(folder: Path) -> int:
    """Write ``.env`` in the folder, readable by its owner only; never over an existing one."""
    text = filled((folder / ".env.example").read_text(encoding="utf-8"))
    try:
        descriptor = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(".env is there already; remove it first to make new secrets", file=sys.stderr)
        return 1
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    print("wrote .env; the password of the Airflow user admin is AIRFLOW_ADMIN_PASSWORD in it")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parents[1]))
