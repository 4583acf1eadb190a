/** Which deletions ask first. */
import { describe, expect, it } from 'vitest';
import { isRunaway, isShareRoot } from '../../src/sync/runaway.js';

const GB = 1e9;

describe('a runaway deletion', () => {
  it.each([
    ['a few files of a small account', { entries: 49, bytes: 0 }, [49, 0, true], false],
    ['everything', { entries: 50, bytes: 0 }, [50, 0, true], true],
    ['a tenth of the account', { entries: 1_000, bytes: 1 * GB }, [10_000, 10 * GB, true], false],
    ['many small files, known to be most', { entries: 900, bytes: 1 }, [1_000, 9 * GB, true], true],
    [
      'most of what is known of an account that was hardly looked into',
      { entries: 300, bytes: 0.06 * GB },
      [320, 5 * GB, false],
      false,
    ],
    ['half of the bytes', { entries: 60, bytes: 3 * GB }, [100_000, 5 * GB, false], true],
    ['what is left of an empty account', { entries: 0, bytes: 0 }, [1, 0, true], false],
  ] as const)('is not %s unless the table says so', (_title, removed, account, expected) => {
    const [entries, bytes, isWhole] = account;
    expect(isRunaway(removed, { entries, bytes, isWhole }, 0.3)).toBe(expected);
  });

  it('is never one where all may go without asking', () => {
    const all = { entries: 1_000, bytes: GB };
    expect(isRunaway(all, { ...all, isWhole: true }, 1)).toBe(false);
  });
});

describe('the root of a share', () => {
  it.each([
    ['a received folder', 'SRGDNVCK', 'RGDNVCK', true],
    ['what is in it', 'SRGDNVCK', 'SRGDNVCK', false],
    ['an external storage', 'RGDNVCKM', 'RGDNVCK', true],
    ['an own folder', 'RGDNVCK', 'RGDNVCK', false],
  ])('is %s or not', (_title, permissions, above, expected) => {
    expect(isShareRoot(permissions, above)).toBe(expected);
  });
});
