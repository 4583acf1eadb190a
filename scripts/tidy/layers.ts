/**
 * Who may import whom: the table of `docs/DESIGN.md` §3, and the packages that belong to one layer
 * alone (HTTP and XML to `remote`, SQLite to `cache`, system calls to `fuse`). A layer that is not
 * in the table may import nothing, so a new folder is a decision and not an accident.
 */
import ts from 'typescript';

import { modulesIn, startLine, walk } from './project.js';
import type { Finding, Import, Module, Project } from './project.js';

const LEAVES = 'leaves';
const LEAF_FILES = [
  'errors',
  'limits',
  'clock',
  'log',
  'assert',
  'histogram',
  'block-sum',
  'back-off',
].map((name) => `src/${name}.ts`);

/** Beside itself, which a layer always may. The arrows of the design are transitive. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // "Import nothing of ours": nothing but each other (`assert.ts` throws the class of `errors.ts`).
  [LEAVES]: [],
  fuse: [LEAVES],
  remote: [LEAVES],
  cache: [LEAVES],
  demo: [LEAVES],
  sync: ['cache', LEAVES],
  fs: ['sync', 'cache', 'fuse', LEAVES],
  // It constructs all the others.
  cli: ['fs', 'sync', 'cache', 'fuse', 'remote', 'demo', LEAVES],
};

/** Files that these layers may know by `import type` only: the contract with the network side. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  sync: ['src/remote/messages.ts', 'src/remote/remote.ts'],
  fs: ['src/remote/messages.ts', 'src/remote/remote.ts'],
};

/** Packages, and those modules of Node that reach the network, processes, threads or timers. */
const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  koffi: ['fuse'],
  'better-sqlite3': ['cache'],
  'lru-cache': ['cache'],
  undici: ['remote'],
  saxes: ['remote', 'demo'],
  yargs: ['cli'],
  'smol-toml': ['cli'],
  'node:http': ['demo'],
  'node:https': ['demo'],
  'node:tls': ['remote', 'demo'],
  'node:net': ['cli', 'demo', 'remote'],
  'node:child_process': ['cli', 'fuse'],
  'node:worker_threads': ['cli', 'fuse'],
  'node:timers': ['cli', 'remote', 'demo'],
  'node:timers/promises': ['cli', 'remote', 'demo'],
};

/** They run in the engine thread, where nothing that needs an event loop works. */
const SYNCHRONOUS_LAYERS = ['cache', 'sync', 'fs'];
const NEEDS_EVENT_LOOP =
  /^(setTimeout|setInterval|setImmediate|queueMicrotask|fetch|Promise|console)$/;

/** The folder below `src`, or {@link LEAVES}; another file directly in `src` is its own layer. */
export function layerOf(path: string): string {
  if (LEAF_FILES.includes(path)) return LEAVES;
  const [, folder = path, ...rest] = path.split('/');
  return rest.length > 0 ? folder : path;
}

export function checkLayers(project: Project): Finding[] {
  const inside = modulesIn(project, 'src').flatMap((module) =>
    module.imports.flatMap((each) => finding(module, each, checkImport(module.path, each))),
  );
  const alone = modulesIn(project, 'test/fuse', 'scripts/bench-null').flatMap((module) =>
    module.imports.flatMap((each) => finding(module, each, checkKernelAlone(each))),
  );
  return [...inside, ...alone];
}

function finding(module: Module, { line }: Import, message: string | undefined): Finding[] {
  return message === undefined ? [] : [{ file: module.path, line, rule: 'layers', message }];
}

function checkImport(path: string, { target, isOwn, isTypeOnly }: Import): string | undefined {
  const from = layerOf(path);
  if (!isOwn) return checkPackage(from, target);
  if (!target.startsWith('src/')) return `src must not import ${target}`;
  const to = layerOf(target);
  if (from === to || ALLOWED[from]?.includes(to)) return undefined;
  const isContract = TYPES_ONLY[from]?.includes(target) ?? false;
  if (isContract && isTypeOnly) return undefined;
  if (isContract) return `${from} may import ${target} by \`import type\` only`;
  return `${from} must not import ${to} (${target})`;
}

function checkPackage(from: string, target: string): string | undefined {
  const owners = PACKAGE_OWNERS[packageOf(target)];
  if (owners === undefined) {
    return target.startsWith('node:') ? undefined : `${target}: no layer owns this package`;
  }
  if (owners.includes(from)) return undefined;
  return `${from} must not import ${target} (only ${owners.join(', ')})`;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The kernel's side is tested and measured on its own. */
function checkKernelAlone({ target, isOwn }: Import): string | undefined {
  if (!isOwn || !target.startsWith('src/')) return undefined;
  const to = layerOf(target);
  if (to === 'fuse' || to === LEAVES) return undefined;
  return `the kernel's side stands alone: no import of ${to} (${target})`;
}

/** The engine is synchronous from end to end (D2): no promise, timer or console in its layers. */
export function checkSynchronous(project: Project): Finding[] {
  const found: Finding[] = [];
  for (const module of modulesIn(project, ...SYNCHRONOUS_LAYERS.map((name) => `src/${name}`))) {
    walk(module.source, (node) => {
      const word = eventLoopWord(node);
      if (word === undefined) return;
      const message = `\`${word}\` needs an event loop, which the engine thread has not`;
      found.push({ file: module.path, line: startLine(node), rule: 'synchronous', message });
    });
  }
  return found;
}

function eventLoopWord(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (!ts.isIdentifier(node) || !NEEDS_EVENT_LOOP.test(node.text)) return undefined;
  const { parent } = node;
  const isUsed =
    (ts.isCallExpression(parent) && parent.expression === node) ||
    (ts.isNewExpression(parent) && parent.expression === node) ||
    (ts.isPropertyAccessExpression(parent) && parent.expression === node) ||
    ts.isTypeReferenceNode(parent);
  return isUsed ? node.text : undefined;
}
