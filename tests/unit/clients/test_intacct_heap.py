"""What was read leaves the process, and the arrays that are made of it find their memory again."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_PROBE = """
import ctypes
from intacct_pipelines.clients.intacct import Credentials, IntacctClient, Options

class Heap(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keep")]

mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Heap
with IntacctClient(Credentials("s", "s", "c", "u", "s"), Options(url="http://localhost")):
    page = bytearray(8_000_000)
    del page
    before = mallinfo2().hblks
    page = bytearray(4_000_000)
    print(mallinfo2().hblks - before)
    arrays = [bytearray(1_000_000) for _ in range(10)]
    before = mallinfo2().arena
    del arrays
    print(before - mallinfo2().arena)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="needs glibc 2.33, which alone tells")
def test_a_page_is_a_block_of_its_own_and_small_blocks_stay_with_the_heap():
    """Of a page after a larger one was freed; and ten small blocks that end leave the heap as large as it was."""
    command = [sys.executable, "-c", _PROBE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.split() == ["1", "0"]
