import { expect, it } from 'vitest';
import { DirectUploads } from '../../src/remote/direct-uploads.js';
import { UploadLine } from '../../src/remote/upload-line.js';
import { systemClock } from '../../src/clock.js';

const MIB = 1024 * 1024;

it('takes the pause of a server for no slow line', () => {
  const line = new UploadLine();
  line.answered(10_000, 1_200);
  expect(line.bytesIn(5_000)).toBeUndefined();
  line.answered(10 * MIB, 1_000);
  line.answered(10_000, 1_200);
  expect(line.bytesIn(5_000)).toBe(50 * MIB);
});

it('learns of what has left alone, however little, and forgets', () => {
  const line = new UploadLine();
  line.sent(MIB, 1_000);
  expect(line.bytesIn(5_000)).toBe(5 * MIB);
  line.forget();
  expect(line.bytesIn(5_000)).toBeUndefined();
});

it('tries an unknown line with one request, unless others see what is left of that', () => {
  const line = new UploadLine();
  const direct = new DirectUploads(systemClock, line);
  expect(direct.admits(20 * MIB)).toBe(true);
  direct.cutIsKept();
  expect(direct.admits(20 * MIB)).toBe(false);
  line.answered(20 * MIB, 1_000);
  expect(direct.admits(20 * MIB)).toBe(true);
});
