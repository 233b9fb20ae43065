"""Reading this process's memory through the kernel, which refuses a bad address instead of crashing.

On POSIX the bytes go through a pipe: write(2) answers EFAULT for memory that cannot be read. Linux answers so; macOS
documents it. On Windows ReadProcessMemory does the same service.
"""

import os
import struct
import sys
from collections.abc import Callable

WORD = struct.calcsize("P")
"""The size of a pointer, in bytes."""

LONGEST_READ = 64

if sys.implementation.name != "pypy":  # which reads no memory; a tenth of what a search there walks over was ctypes'
    from ctypes import c_char

    # One array type for every size: a ctypes array type is itself a cycle of objects, left for the collector.
    _Window = c_char * LONGEST_READ


class Memory:
    """This process's memory, open for reading while the block runs; nothing stays open afterwards.

    Raises OSError on entry where the process has no file descriptors left.
    """

    __slots__ = ("_read_end", "_write_end")

    def __enter__(self) -> "Memory":
        # A pipe of its own for each reader: threads and forked children can never mix their bytes.
        self._read_end, self._write_end = (-1, -1) if sys.platform == "win32" else os.pipe()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._write_end >= 0:
            os.close(self._write_end)
            os.close(self._read_end)

    def read(self, address: int, size: int) -> bytes:
        """`size` bytes (1 to 64) from `address`; ValueError where the process cannot read them all."""
        data = b""
        if 0 < address <= (1 << 8 * WORD) - size:
            data = _read_process_memory(address, size) if self._write_end < 0 else self._through_pipe(address, size)
        if len(data) < size:
            raise ValueError(f"{size} bytes of memory at {address:#x} cannot be read")
        return data

    def _through_pipe(self, address: int, size: int) -> bytes:
        try:
            # The kernel stops short, without an error, where a readable page is followed by an unreadable one.
            written = os.write(self._write_end, memoryview(_Window.from_address(address))[:size])
        except OSError:
            return b""
        return os.read(self._read_end, written)

    def word(self, address: int) -> int:
        """Return the unsigned machine word at `address`."""
        return word(self.read(address, WORD))


def word(data: bytes, at: int = 0) -> int:
    """Return the unsigned machine word that starts `at` bytes into `data`, in this machine's byte order.

    >>> word(bytes(WORD)) == 0 and word(b"?" + b"\\xff" * WORD, 1) == 2 ** (8 * WORD) - 1
    True
    """
    return int.from_bytes(data[at : at + WORD], sys.byteorder)


if sys.platform == "win32":
    # Written from Microsoft's documentation and never run: no Windows machine was at hand.
    import ctypes
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel32.GetCurrentProcess.argtypes = ()
    _kernel32.ReadProcessMemory.restype = wintypes.BOOL
    _kernel32.ReadProcessMemory.argtypes = (
        wintypes.HANDLE,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.POINTER(ctypes.c_size_t),
    )

    def _from_windows(address: int, size: int) -> bytes:
        data = ctypes.create_string_buffer(size)
        copied = ctypes.c_size_t()
        process = _kernel32.GetCurrentProcess()
        done = _kernel32.ReadProcessMemory(process, address, data, size, ctypes.byref(copied))
        return data.raw[: copied.value] if done else b""

    _read_process_memory: Callable[[int, int], bytes] = _from_windows
else:

    def _read_process_memory(address: int, size: int) -> bytes:
        raise NotImplementedError("ReadProcessMemory belongs to Windows")
