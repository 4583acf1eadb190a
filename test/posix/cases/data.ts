/** Bytes of files: reading, writing, truncation, holes, fallocate, copying, memory maps. */
import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../posix-case.js';
import { fails, withFile } from '../posix-case.js';
import * as sys from '../syscalls.js';

const { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const MIB = 1024 * 1024;

/** Differs at every offset that a mistake of pages or blocks could confuse. */
function pattern(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4)
    buffer.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return buffer;
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const into = Buffer.alloc(length);
  return into.subarray(0, readSync(fd, into, 0, length, offset));
}

const writingCases: CaseTable = {
  'what is written is read back, in pieces of any size': (dir) => {
    const bytes = pattern(3 * MIB + 12);
    const path = join(dir, 'a');
    withFile(path, O_WRONLY | O_CREAT, (fd) => {
      for (let at = 0, size = 1; at < bytes.length; size = (size * 3) % 300_007) {
        at += writeSync(fd, bytes, at, Math.min(size, bytes.length - at));
      }
    });
    assert.ok(readFileSync(path).equals(bytes));
    withFile(path, O_RDONLY, (fd) => {
      for (const at of [0, 1, 4095, 4096, 131_071, MIB - 1, 2 * MIB + 7]) {
        assert.ok(readAt(fd, at, 70_000).equals(bytes.subarray(at, at + 70_000)), `at ${at}`);
      }
    });
  },
  'no file is larger than the largest': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    fails('EFBIG', () => truncateSync(path, Number.MAX_SAFE_INTEGER));
    assert.equal(readFileSync(path, 'utf8'), 'text');
  },
  'a read stops at the end, and behind it gives nothing': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (fd) => {
      assert.equal(readAt(fd, 2, 100).toString(), 'xt');
      assert.equal(readAt(fd, 4, 100).length, 0);
      assert.equal(readAt(fd, 1_000_000, 100).length, 0);
    });
  },
  'an overwrite in the middle leaves the rest': (dir) => {
    const bytes = pattern(300_000);
    const path = join(dir, 'a');
    writeFileSync(path, bytes);
    withFile(path, O_RDWR, (fd) => writeSync(fd, Buffer.alloc(5_000, 'x'), 0, 5_000, 130_000));
    bytes.fill('x', 130_000, 135_000);
    assert.ok(readFileSync(path).equals(bytes));
  },
  'a write behind the end leaves zeros between': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'start');
    withFile(path, O_RDWR, (fd) => writeSync(fd, 'end', 200_000));
    const bytes = readFileSync(path);
    assert.equal(bytes.length, 200_003);
    assert.ok(bytes.subarray(5, 200_000).every((byte) => byte === 0));
    assert.equal(bytes.toString('utf8', 200_000), 'end');
  },
  'a write far behind the end makes a large, sparse file': (dir) => {
    const path = join(dir, 'a');
    const far = 3 * 1024 * MIB;
    withFile(path, O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'end', far);
      assert.equal(fstatSync(fd).size, far + 3);
      assert.equal(readAt(fd, far - 2, 10).toString('latin1'), '\0\0end');
      assert.ok(fstatSync(fd).blocks * 512 < 64 * MIB, 'it takes no more room than its data');
    });
  },
  'fsync and fdatasync succeed on files, fsync on folders': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'text');
      fsyncSync(fd);
      fdatasyncSync(fd);
    });
    withFile(dir, O_RDONLY, (fd) => fsyncSync(fd));
  },
  'the size is right at once, through path and descriptor': (dir) => {
    const path = join(dir, 'a');
    withFile(path, O_RDWR | O_CREAT, (fd) => {
      for (const size of [1, 4_096, 4_097, 500_000]) {
        writeSync(fd, 'x', size - 1);
        assert.equal(fstatSync(fd).size, size);
        assert.equal(statSync(path).size, size);
      }
    });
  },
};

const truncationCases: CaseTable = {
  'truncate cuts, and what is grown again reads as zeros': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, pattern(300_000));
    truncateSync(path, 100_001);
    assert.ok(readFileSync(path).equals(pattern(300_000).subarray(0, 100_001)));
    truncateSync(path, 200_000);
    const bytes = readFileSync(path);
    assert.equal(bytes.length, 200_000);
    assert.ok(bytes.subarray(100_001).every((byte) => byte === 0));
  },
  'truncate to 0, and to the present size, work': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    truncateSync(path, 4);
    assert.equal(readFileSync(path, 'utf8'), 'text');
    truncateSync(path, 0);
    assert.equal(readFileSync(path, 'utf8'), '');
  },
  'ftruncate needs a descriptor open for writing: EINVAL': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (fd) => fails('EINVAL', () => ftruncateSync(fd, 0)));
  },
  'truncate of a folder fails with EISDIR, of what is missing with ENOENT': (dir) => {
    fails('EISDIR', () => truncateSync(dir, 0));
    fails('ENOENT', () => truncateSync(join(dir, 'none'), 0));
  },
  'ftruncate of a file that was unlinked works': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDWR, (fd) => {
      unlinkSync(path);
      ftruncateSync(fd, 2);
      assert.equal(readAt(fd, 0, 10).toString(), 'te');
    });
  },
};

const holeCases: CaseTable = {
  'SEEK_DATA and SEEK_HOLE find data and the end': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, Buffer.alloc(4096, 'x'), 0, 4096, MIB);
      assert.equal(sys.lseek(fd, MIB, sys.SEEK_DATA), MIB);
      assert.ok(sys.lseek(fd, 0, sys.SEEK_DATA) <= MIB);
      const hole = sys.lseek(fd, MIB, sys.SEEK_HOLE);
      assert.ok(hole >= MIB + 4096 || hole === MIB + 4096, String(hole));
      assert.equal(sys.lseek(fd, 0, sys.SEEK_END), MIB + 4096);
    });
  },
  'SEEK_DATA and SEEK_HOLE behind the end fail with ENXIO': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'text');
      fails('ENXIO', () => sys.lseek(fd, 4, sys.SEEK_DATA));
      fails('ENXIO', () => sys.lseek(fd, 5, sys.SEEK_HOLE));
    });
  },
  'fallocate makes a file longer, with zeros': (dir) => {
    const path = join(dir, 'a');
    withFile(path, O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'text');
      sys.fallocate(fd, 0, 0, 100_000);
      assert.equal(fstatSync(fd).size, 100_000);
      assert.equal(readAt(fd, 0, 6).toString('latin1'), 'text\0\0');
    });
  },
  'fallocate with KEEP_SIZE leaves the size': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, 'text');
      sys.fallocate(fd, sys.FALLOC_FL_KEEP_SIZE, 0, 100_000);
      assert.equal(fstatSync(fd).size, 4);
    });
  },
  'fallocate punches a hole that reads as zeros': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      writeSync(fd, Buffer.alloc(20_000, 'x'));
      const mode = sys.FALLOC_FL_PUNCH_HOLE | sys.FALLOC_FL_KEEP_SIZE;
      sys.fallocate(fd, mode, 5_000, 9_000);
      const bytes = readAt(fd, 0, 20_000);
      assert.ok(bytes.subarray(0, 5_000).every((byte) => byte === 0x78));
      assert.ok(bytes.subarray(5_000, 14_000).every((byte) => byte === 0));
      assert.ok(bytes.subarray(14_000).every((byte) => byte === 0x78));
      assert.equal(bytes.length, 20_000);
    });
  },
  'fallocate of a negative or empty range fails with EINVAL': (dir) => {
    withFile(join(dir, 'a'), O_RDWR | O_CREAT, (fd) => {
      fails('EINVAL', () => sys.fallocate(fd, 0, 0, 0));
      fails('EINVAL', () => sys.fallocate(fd, 0, -1, 10));
    });
  },
  'copy_file_range copies between files, and within one': (dir) => {
    const bytes = pattern(400_000);
    writeFileSync(join(dir, 'a'), bytes);
    withFile(join(dir, 'a'), O_RDWR, (a) => {
      withFile(join(dir, 'b'), O_RDWR | O_CREAT, (b) => {
        const copied = sys.copyFileRange({ fd: a, offset: 1_000 }, { fd: b, offset: 50 }, 200_000);
        assert.ok(copied > 0 && copied <= 200_000);
        assert.ok(readAt(b, 50, copied).equals(bytes.subarray(1_000, 1_000 + copied)));
        assert.equal(fstatSync(b).size, 50 + copied);
        const end = { fd: a, offset: 400_000 };
        assert.equal(sys.copyFileRange(end, { fd: b, offset: 0 }, 10), 0);
        const within = sys.copyFileRange({ fd: a, offset: 0 }, end, 1_000);
        assert.ok(readAt(a, 400_000, within).equals(bytes.subarray(0, within)));
      });
    });
  },
};

const mappingCases: CaseTable = {
  'a shared map shows the file, and what is written to the file': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, pattern(20_000));
    withFile(path, O_RDWR, (fd) => {
      const map = sys.mmap(fd, 20_000, sys.PROT_READ, sys.MAP_SHARED);
      assert.equal(map.read(10_000, 100), pattern(20_000).toString('latin1', 10_000, 10_100));
      writeSync(fd, 'through the file', 5_000);
      assert.equal(map.read(5_000, 16), 'through the file');
      map.unmap();
    });
  },
  'writes through a shared map reach the file, also after the descriptor is closed': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, Buffer.alloc(20_000, '.'));
    const fd = openSync(path, O_RDWR);
    const map = sys.mmap(fd, 20_000, sys.PROT_READ | sys.PROT_WRITE, sys.MAP_SHARED);
    closeSync(fd);
    map.write(4_094, 'across pages');
    assert.equal(readFileSync(path, 'latin1').slice(4_094, 4_106), 'across pages');
    map.sync();
    map.write(19_990, 'at the end');
    map.unmap();
    const text = readFileSync(path, 'latin1');
    assert.equal(text.slice(4_093, 4_107), '.across pages.');
    assert.equal(text.slice(19_989), '.at the end');
  },
  'writes through a private map stay private': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, Buffer.alloc(8_192, '.'));
    withFile(path, O_RDONLY, (fd) => {
      const map = sys.mmap(fd, 8_192, sys.PROT_READ | sys.PROT_WRITE, sys.MAP_PRIVATE);
      map.write(0, 'private');
      assert.equal(map.read(0, 8), 'private.');
      map.unmap();
    });
    assert.equal(readFileSync(path, 'latin1').slice(0, 8), '........');
  },
  'a shared writable map of a file that is open for reading fails with EACCES': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (fd) =>
      fails('EACCES', () => sys.mmap(fd, 4, sys.PROT_READ | sys.PROT_WRITE, sys.MAP_SHARED)),
    );
  },
  'a map behind the end of the file reads zeros up to the end of its page': (dir) => {
    const path = join(dir, 'a');
    writeFileSync(path, 'text');
    withFile(path, O_RDONLY, (fd) => {
      const map = sys.mmap(fd, 4_096, sys.PROT_READ, sys.MAP_SHARED);
      assert.equal(map.read(2, 4), 'xt\0\0');
      map.unmap();
    });
  },
};

export const dataCases: CaseTable = {
  ...writingCases,
  ...truncationCases,
  ...holeCases,
  ...mappingCases,
};
