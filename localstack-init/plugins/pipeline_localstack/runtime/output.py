"""Collects what a process writes, so that none of it is lost or attributed too late."""

import os
import select
import threading

_CHUNK = 65536


class Output:
    """The reading end of a process's standard output and error.

    Attributes:
        descriptor: the writing end, to be inherited by the process; see `close_descriptor`.
    """

    def __init__(self) -> None:
        self._read, self.descriptor = os.pipe()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._read, False)
        self._lock = threading.Lock()
        self._buffer = bytearray()
        self._open = True
        self._thread = threading.Thread(target=self._collect, name="lambda-output", daemon=True)
        self._thread.start()

    def close_descriptor(self) -> None:
        """Close this process's copy of the writing end, once the child has its own."""
        os.close(self.descriptor)

    def take(self) -> str:
        """Everything written until now and not taken before.

        What a process wrote before it sent a message that has been received is in the pipe, so it
        is taken here even if the collecting thread has not come round to it.
        """
        with self._lock:
            self._read_available()
            text = self._buffer.decode(errors="replace")
            self._buffer.clear()
        return text

    def close(self) -> None:
        """Stop collecting; what was not taken is dropped."""
        os.write(self._wake_write, b".")
        self._thread.join()
        for descriptor in (self._read, self._wake_read, self._wake_write):
            os.close(descriptor)

    def _collect(self) -> None:
        # poll(2), because select(2) refuses descriptors above 1023.
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        while self._open:
            if self._wake_read in (descriptor for descriptor, _ in poll.poll()):
                return
            with self._lock:
                self._read_available()

    def _read_available(self) -> None:
        while self._open:
            try:
                chunk = os.read(self._read, _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self._open = False
                return
            self._buffer += chunk
