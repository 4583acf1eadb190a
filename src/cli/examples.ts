/** What one may type: at the end of the help as a whole, and of that of each command. */
import type { Argv } from 'yargs';
import type { OtherCommand } from './command-names.js';
import { hanging } from './hanging.js';
import { exampleText as text, helpText } from './messages/help.js';

type Example = readonly [typed: string, what: () => string];

const EXAMPLES: Readonly<Record<Exclude<OtherCommand, 'umount'> | 'mount', readonly Example[]>> = {
  login: [
    ['nuage-mount login', text.login],
    ['nuage-mount login 3', text.loginNumber],
    ['nuage-mount login --app-password', text.loginByHand],
  ],
  logout: [
    ['nuage-mount logout', text.logout],
    ['nuage-mount logout --clear-cache', text.logoutClear],
  ],
  accounts: [['nuage-mount accounts', text.accounts]],
  mount: [
    ['nuage-mount ~/Nuage', text.mount],
    ['nuage-mount ~/Nuage --read-only', text.readOnly],
    ['nuage-mount ~/Nuage --password-file ~/.nuage-password --foreground', text.service],
  ],
  unmount: [
    ['nuage-mount unmount ~/Nuage', text.unmount],
    ['nuage-mount unmount ~/Nuage --wait', text.unmountWait],
  ],
  open: [['nuage-mount open ~/Nuage/Cours', text.open]],
  status: [
    ['nuage-mount status', text.status],
    ['nuage-mount status --watch', text.watch],
    ['nuage-mount status --exit-code', text.exitCode],
  ],
  sync: [['nuage-mount sync && poweroff', text.sync]],
  pin: [['nuage-mount pin ~/Nuage/Cours', text.pin]],
  unpin: [['nuage-mount unpin ~/Nuage/Cours', text.unpin]],
  cache: [
    ['nuage-mount cache', text.cache],
    ['nuage-mount cache --clear ~/Nuage', text.cacheClear],
  ],
  trash: [
    ['nuage-mount trash', text.trash],
    ['nuage-mount trash --restore 4711', text.trashRestore],
  ],
  versions: [
    ['nuage-mount versions ~/Nuage/plan.odt', text.versions],
    ['nuage-mount versions ~/Nuage/plan.odt --restore 2', text.versionRestore],
  ],
  deletions: [['nuage-mount deletions --undo', text.deletionsUndo]],
  conflicts: [
    ['nuage-mount conflicts', text.conflicts],
    ['nuage-mount conflicts ~/Nuage/plan.odt --keep mine', text.conflictsKeep],
  ],
  retry: [['nuage-mount retry', text.retry]],
  discard: [['nuage-mount discard ~/Nuage/plan.odt --yes', text.discard]],
  config: [
    ['nuage-mount config', text.config],
    ['nuage-mount config cache-size 20G', text.configSet],
  ],
  enable: [['nuage-mount enable ~/Nuage', text.enable]],
  disable: [['nuage-mount disable', text.disable]],
  doctor: [
    ['nuage-mount doctor', text.doctor],
    ['nuage-mount doctor --report ~/nuage.json', text.doctorReport],
  ],
  log: [['nuage-mount log --follow', text.logFollow]],
  demo: [['nuage-mount demo', text.demo]],
  completion: [['source <(nuage-mount completion bash)', text.completion]],
};

/** Of the help as a whole. */
const CHOSEN: readonly Example[] = [
  EXAMPLES.login[0],
  EXAMPLES.mount[0],
  EXAMPLES.mount[2],
  EXAMPLES.status[0],
  EXAMPLES.sync[0],
  EXAMPLES.pin[0],
  EXAMPLES.trash[1],
  EXAMPLES.unmount[0],
  EXAMPLES.demo[0],
].filter((example) => example !== undefined);

export function chosenExamples(columns: number): string {
  return shown(CHOSEN, columns);
}

/**
 * Adds to each command that is defined from now on its examples, below its options.
 * @param first word that was typed: without `mount`, its help is that of the program as a whole.
 */
export function withExamples(y: Argv, first: string | undefined, columns: number): Argv {
  const define = y.command.bind(y) as (...given: readonly unknown[]) => Argv;
  const command = (
    usage: string | readonly string[],
    describe: string,
    build: (part: Argv) => Argv,
    run: unknown,
  ): Argv => {
    const [name = ''] = (typeof usage === 'string' ? usage : (usage[0] ?? '')).split(' ');
    const own = shown(EXAMPLES[name as keyof typeof EXAMPLES], columns);
    const isWhole = name === 'mount' && first !== name;
    const built = (part: Argv): Argv => (isWhole ? build(part) : build(part).epilogue(own));
    return define(usage, describe, built, run);
  };
  return Object.assign(y, { command });
}

const TYPED_COLUMNS = 34;

function shown(all: readonly Example[], columns: number): string {
  const indent = TYPED_COLUMNS + 2;
  const rows = all.map(([typed, what]) => {
    const explained = hanging(what(), indent, columns);
    const head = `  ${typed.padEnd(TYPED_COLUMNS)}`;
    const fits = typed.length < TYPED_COLUMNS;
    return fits ? head + explained : `${head}\n${' '.repeat(indent)}${explained}`;
  });
  return `${helpText.examples()}\n${rows.join('\n')}`;
}
