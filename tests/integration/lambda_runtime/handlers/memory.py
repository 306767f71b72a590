import subprocess
import sys
from typing import Any

MIB = 1024 * 1024


def handle(event: Any, _context: Any) -> Any:
    """Use memory, here or in a child process."""
    if event.get("child"):
        code = f"b'x' * {event['mib'] * MIB}; import time; time.sleep(10)"
        return subprocess.run([sys.executable, "-c", f"kept = {code}"], check=False).returncode
    return len(b"x" * (event["mib"] * MIB)) // MIB
