import { expect, it } from 'vitest';
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

it('learns of what has left alone, however little, and forgets', () => {
  const line = new UploadLine();
  line.sent(MIB, 1_000);
  expect(line.bytesIn(5_000)).toBe(5 * MIB);
  line.forget();
  expect(line.bytesIn(5_000)).toBeUndefined();
});
