"""
Does the same random operations to a file of the mount and to one of the local disk, and looks after
each whether they are the same; in the manner of fsx, the file system exerciser.

    fsx.py FILE REFERENCE SEED OPERATIONS

Both files keep what the last run left. Ends with 1 and the last operations when they differ.
"""

import mmap
import os
import random
import sys

SIZE_MAX = 3 * 1024 * 1024 + 4321
LENGTH_MAX = 192 * 1024
LAST_SHOWN = 30


class File:
    def __init__(self, path):
        self.path = path
        self.open()

    def open(self):
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)

    def reopen(self):
        os.close(self.fd)
        self.open()

    def size(self):
        return os.fstat(self.fd).st_size

    def read(self, offset, length):
        return os.pread(self.fd, length, offset)

    def write(self, offset, data):
        assert os.pwrite(self.fd, data, offset) == len(data)

    def append(self, data):
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            assert os.write(fd, data) == len(data)
        finally:
            os.close(fd)

    def truncate(self, size):
        os.ftruncate(self.fd, size)

    def allocate(self, offset, length):
        os.posix_fallocate(self.fd, offset, length)

    def sync(self):
        os.fsync(self.fd)

    def read_mapped(self, offset, length):
        with mmap.mmap(self.fd, self.size(), access=mmap.ACCESS_READ) as pages:
            return pages[offset : offset + length]

    def write_mapped(self, offset, data):
        with mmap.mmap(self.fd, self.size()) as pages:
            pages[offset : offset + len(data)] = data
            pages.flush()


def main():
    path, reference, seed, operations = sys.argv[1:]
    dice = random.Random(int(seed))
    files = File(path), File(reference)
    done = []

    def both(name, *arguments):
        shown = [len(a) if isinstance(a, bytes) else a for a in arguments]
        done.append(f"{name} {shown}")
        ours, theirs = (getattr(file, name)(*arguments) for file in files)
        if ours != theirs:
            differ(name)

    def differ(what):
        print(f"seed {seed}: not the same after {len(done)} operations, by {what}:")
        print("\n".join(done[-LAST_SHOWN:]))
        sys.exit(1)

    def place():
        size = files[1].size()
        offset = dice.randrange(size + 1)
        return offset, min(dice.randint(1, LENGTH_MAX), size - offset)

    def anywhere():
        offset = dice.randrange(SIZE_MAX)
        return offset, dice.randint(1, min(LENGTH_MAX, SIZE_MAX - offset))

    for _ in range(int(operations)):
        offset, length = place()
        far, much = anywhere()
        match dice.randrange(14):
            case 0 | 1 | 2:
                both("read", offset, length)
            case 3 | 4 | 5:
                both("write", far, dice.randbytes(much))
            case 6 if files[1].size() + much < SIZE_MAX:
                both("append", dice.randbytes(much))
            case 7:
                both("truncate", dice.choice([0, offset, far, files[1].size()]))
            case 8 if length > 0:
                both("read_mapped", offset, length)
            case 9 if length > 0:
                both("write_mapped", offset, dice.randbytes(length))
            case 10:
                both("reopen")
            case 11:
                both("sync")
            case 12:
                both("allocate", far, much)
        both("size")
    for offset in range(0, files[1].size(), LENGTH_MAX):
        both("read", offset, LENGTH_MAX)


main()
