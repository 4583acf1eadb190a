/** `completion`: what a shell needs to complete our commands, and the manual page. */
import type { Argv } from 'yargs';
import { type CommandEntry, commandTable } from './command-table.js';
import { bashCompletion } from './completion/bash.js';
import { fishCompletion } from './completion/fish.js';
import { manPage } from './completion/man-page.js';
import { zshCompletion } from './completion/zsh.js';
import { exitMeanings } from './messages/exit-codes.js';
import { ownVersion } from './own-version.js';

/** `man` is for who packs the program. */
export type Completed = 'bash' | 'zsh' | 'fish' | 'man';

/** @param adders of all commands. */
export function completion(what: Completed, adders: readonly ((y: Argv) => Argv)[]): void {
  process.stdout.write(textOf(what, commandTable(adders)));
}

function textOf(what: Completed, table: readonly CommandEntry[]): string {
  switch (what) {
    case 'bash':
      return bashCompletion(table);
    case 'zsh':
      return zshCompletion(table);
    case 'fish':
      return fishCompletion(table);
    case 'man': {
      const exitCodes = Object.entries(exitMeanings).map(
        ([code, meaning]) => [code, meaning()] as const,
      );
      return manPage({ version: ownVersion(), table, exitCodes });
    }
  }
}
