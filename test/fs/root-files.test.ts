/** The files of the root that speak to the desktop of this machine. */
import { afterEach, expect, it } from 'vitest';
import { EngineBench } from '../support/engine-bench.js';

const NAME = '.xdg-volume-info';
const TEXT = '[Volume Info]\nName=Nuage\n';

let bench: EngineBench;

afterEach(() => bench.close());

function start(): void {
  bench = new EngineBench({ rootFiles: { [NAME]: TEXT } });
}

it('are there from the start for who knows their names, and never sent', () => {
  start();
  expect(bench.read(NAME)).toBe(TEXT);
  expect(bench.list('')).toEqual([]);
  bench.settle();
  expect(bench.server.has(NAME)).toBe(false);
  expect(bench.engine.context.tree.pendingCount()).toBe(0);
});

it('keep what the user writes into them, on this machine alone', () => {
  start();
  bench.write(NAME, '[Volume Info]\nName=Mine\n');
  bench.settle();
  bench.restart('killed');
  expect(bench.read(NAME)).toBe('[Volume Info]\nName=Mine\n');
  expect(bench.server.has(NAME)).toBe(false);
});

it('are back at the next mount when they were deleted, which the server is not told', () => {
  start();
  bench.unlink(NAME);
  bench.settle();
  expect(bench.has(NAME)).toBe(false);
  bench.restart();
  expect(bench.read(NAME)).toBe(TEXT);
  bench.settle();
  expect(bench.server.log.some(({ op }) => op === 'remove' || op === 'put')).toBe(false);
});

it('are of this machine in the root alone: elsewhere such a name is one like others', () => {
  start();
  bench.mkdir('Cours');
  bench.write(`Cours/${NAME}`, 'of the user');
  bench.settle();
  expect(bench.server.read(`Cours/${NAME}`)).toBe('of the user');
});

it('leave alone what the server has under their name', () => {
  start();
  bench.server.write(NAME, 'of the server');
  bench.settle();
  expect(bench.server.read(NAME)).toBe('of the server');
  expect(bench.read(NAME)).toBe(TEXT);
});
