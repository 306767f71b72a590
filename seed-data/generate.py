"""Writes the exports in this directory, and as many and as large others as you like: --help."""

from generator.command import main

if __name__ == "__main__":
    main()
