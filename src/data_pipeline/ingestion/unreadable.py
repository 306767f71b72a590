"""Why a file can't be read as a whole."""


class UnreadableFile(Exception):  # noqa: N818 - the state, as callers name it
    """Nothing of the file is loaded, and reading it again will not help.

    Attributes:
        rule: what is wrong, one word that stays the same whatever the file.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
