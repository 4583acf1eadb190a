/**
 * Starts the threads. A worker's file is `x.js` beside its starter once built. Under a TypeScript
 * runner it is the source itself, behind two lines that register tsx: workers do not inherit the
 * loader.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { NO_RESOURCES_HINT, NuageError } from '../errors.js';

/** @param name as for {@link workerEntry}. @throws kind `no-resources`. */
export function startWorker(name: string, starterUrl: string, options: WorkerOptions): Worker {
  try {
    return new Worker(workerEntry(name, starterUrl), options);
  } catch (cause) {
    const hint = NO_RESOURCES_HINT;
    throw new NuageError('no-resources', 'the system refuses a thread', { cause, hint });
  }
}

/** @param name file name without extension. @param starterUrl `import.meta.url` of the starter. */
function workerEntry(name: string, starterUrl: string): URL {
  if (!starterUrl.endsWith('.ts')) return new URL(`./${name}.js`, starterUrl);
  const source = new URL(`./${name}.ts`, starterUrl).href;
  // `require` finds the CommonJS half of tsx, which cannot register in a worker; its twin can.
  const half = createRequire(starterUrl)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const api = pathToFileURL(half).href;
  const bootstrap = `import { register } from '${api}'; register(); await import('${source}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`);
}
