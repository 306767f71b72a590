"""What benchmarks tell while they run."""


def say(line: str) -> None:
    """Tells how far it is."""
    print(f"bench: {line}", flush=True)
