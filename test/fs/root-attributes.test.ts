/**
 * The first attributes of the root. Until the kernel has taken them it lets nobody in, and it throws
 * them away when it is told at that moment that they have changed.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT_INO } from '../../src/cache/node.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.write('a', 'somebody else’s');
  bench.settle();
});

afterEach(() => bench.close());

function rootIsTold(): boolean {
  return bench.notifications.some(({ what, ino }) => what === 'inode' && ino === ROOT_INO);
}

function changeElsewhere(): void {
  bench.notifications.length = 0;
  bench.server.write('b', 'new');
  for (let poll = 0; poll < 2; poll += 1) {
    bench.advance(40_000);
    bench.settle();
  }
  expect(bench.engine.context.tree.child(ROOT_INO, 'b')).toBeDefined();
}

it('are neither kept by the kernel nor said to have changed before it has entered', () => {
  expect(bench.attributesValidMs(ROOT_INO)).toBe(0);
  changeElsewhere();
  expect(rootIsTold()).toBe(false);
});

it.each([
  ['looks a name up', (): void => void bench.has('a')],
  ['looks a name up that is not there', (): void => void bench.has('none')],
  ['lists it', (): void => void bench.list('')],
])('are kept, and said to have changed, once it %s', (_, enter) => {
  enter();
  expect(bench.attributesValidMs(ROOT_INO)).toBeGreaterThan(0);
  changeElsewhere();
  expect(rootIsTold()).toBe(true);
});
