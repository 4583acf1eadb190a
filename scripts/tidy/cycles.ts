/** No import cycle between files; types, of which nothing is loaded, may refer to each other. */
import type { Finding, Module, Project } from './project.js';

export function checkCycles(project: Project): Finding[] {
  const reported = new Set<string>();
  const found: Finding[] = [];
  for (const module of project.modules.values()) {
    if (reported.has(module.path)) continue;
    const cycle = shortestCycle(project, module);
    if (cycle === undefined) continue;
    // Each file in it would report the same cycle again.
    for (const path of cycle) reported.add(path);
    const next = cycle[1] ?? module.path;
    const line = module.imports.find(({ target }) => target === next)?.line ?? 1;
    const message = `import cycle: ${[...cycle, module.path].join(' → ')}`;
    found.push({ file: module.path, line, rule: 'cycles', message });
  }
  return found;
}

/** Breadth first, so the first way back is a shortest one. The start stands first in it. */
function shortestCycle(project: Project, start: Module): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start.path, undefined]]);
  const queue = [start.path];
  for (const path of queue) {
    for (const { target, isTypeOnly } of project.modules.get(path)?.imports ?? []) {
      if (isTypeOnly) continue;
      if (target === start.path) return wayTo(path, cameFrom);
      if (cameFrom.has(target) || !project.modules.has(target)) continue;
      cameFrom.set(target, path);
      queue.push(target);
    }
  }
  return undefined;
}

function wayTo(last: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = last; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
