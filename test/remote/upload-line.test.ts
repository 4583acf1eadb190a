import { expect, it } from 'vitest';
import { DIRECT_PUT_MS_MAX } from '../../src/limits.js';
import { DirectUploads } from '../../src/remote/direct-uploads.js';
import { UploadLine } from '../../src/remote/upload-line.js';

const MIB = 1024 * 1024;

it('takes the pause of a server for no slow line', () => {
  const line = new UploadLine();
  line.answered(10_000, 1_200);
  expect(line.bytesIn(5_000)).toBeUndefined();
  line.answered(10 * MIB, 1_000);
  line.answered(10_000, 1_200);
  expect(line.bytesIn(5_000)).toBe(50 * MIB);
});

it('forgets the line when it may be another one', () => {
  const line = new UploadLine();
  line.answered(10 * MIB, 1_000);
  line.forget();
  expect(line.bytesIn(5_000)).toBeUndefined();
});

it('sends a large new file in one request over a line that is known for fast', () => {
  const line = new UploadLine();
  const direct = new DirectUploads(line);
  expect([direct.admits(MIB), direct.dependsOnLine(40 * MIB)]).toEqual([true, true]);
  expect(direct.admits(40 * MIB)).toBe(false);
  line.answered(40 * MIB, DIRECT_PUT_MS_MAX);
  expect([direct.admits(40 * MIB), direct.dependsOnLine(40 * MIB)]).toEqual([true, false]);
  expect([direct.admits(41 * MIB), direct.dependsOnLine(41 * MIB)]).toEqual([false, false]);
  direct.refused(30 * MIB);
  expect([direct.admits(29 * MIB), direct.admits(30 * MIB)]).toEqual([true, false]);
  line.forget();
  expect([direct.dependsOnLine(29 * MIB), direct.dependsOnLine(30 * MIB)]).toEqual([true, false]);
});
