/**
 * The figures as a table: seconds, requests (in brackets those that change something), and how ours
 * compares with each other side.
 */
import type { Figure, Row, Side } from './recorder.js';

const WORKLOAD_COLUMNS = 52;
const FIGURE_COLUMNS = 22;
const RATIO_COLUMNS = 14;
const SIDES: readonly Side[] = ['nuage', 'rclone', 'curl', 'disk'];
const OTHERS = SIDES.filter((side) => side !== 'nuage');

/** A ratio tells how many times longer the other side took: above 1 ours is the faster one. */
export function table(rows: readonly Row[]): string {
  const ratios = OTHERS.map((side) => `${side}/nuage`);
  return [line('seconds · requests', SIDES, ratios), ...rows.map(rowLine)].join('\n');
}

function rowLine({ workload, figures }: Row): string {
  const own = figures.nuage?.seconds;
  const ratios = OTHERS.map((side) => {
    const other = figures[side]?.seconds;
    return own === undefined || other === undefined ? '' : `${(other / own).toFixed(2)}×`;
  });
  return line(
    workload,
    SIDES.map((side) => shown(figures[side])),
    ratios,
  );
}

function shown(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const { seconds, requests, changes = 0 } = figure;
  if (requests === undefined) return seconds.toFixed(3);
  const counted = requests.toFixed(0).padStart(4);
  const shownChanges = changes > 0 ? ` (${changes.toFixed(0)})` : '';
  return `${seconds.toFixed(3)} · ${counted}${shownChanges}`;
}

function line(name: string, figures: readonly string[], ratios: readonly string[]): string {
  const cells = [
    ...figures.map((figure) => figure.padStart(FIGURE_COLUMNS)),
    ...ratios.map((ratio) => ratio.padStart(RATIO_COLUMNS)),
  ];
  return `${name.padEnd(WORKLOAD_COLUMNS)}${cells.join('')}`.trimEnd();
}
