/** The figures as a table: seconds, requests, and how ours compares with each other side. */
import type { Figure, Row, Side } from './recorder.js';

const WORKLOAD_COLUMNS = 44;
const FIGURE_COLUMNS = 15;
const SIDES: readonly Side[] = ['nuage', 'rclone', 'curl', 'disk'];
const OTHERS = SIDES.filter((side) => side !== 'nuage');

/** A ratio tells how many times longer the other side took: above 1 ours is the faster one. */
export function table(rows: readonly Row[]): string {
  const head = [...SIDES, ...OTHERS.map((side) => `${side}/nuage`)];
  return [line('seconds · requests', head), ...rows.map(rowLine)].join('\n');
}

function rowLine({ workload, figures }: Row): string {
  const own = figures.nuage?.seconds;
  const ratios = OTHERS.map((side) => {
    const other = figures[side]?.seconds;
    return own === undefined || other === undefined ? '' : `${(other / own).toFixed(2)}×`;
  });
  return line(workload, [...SIDES.map((side) => shown(figures[side])), ...ratios]);
}

function shown(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const { seconds, requests } = figure;
  return requests === undefined
    ? seconds.toFixed(3)
    : `${seconds.toFixed(3)} · ${requests.toFixed(0).padStart(4)}`;
}

function line(name: string, cells: readonly string[]): string {
  const padded = cells.map((cell) => cell.padStart(FIGURE_COLUMNS));
  return `${name.padEnd(WORKLOAD_COLUMNS)}${padded.join('')}`.trimEnd();
}
