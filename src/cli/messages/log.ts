/** What `log` says. */
import { defineMessages } from './define.js';

export const logText = defineMessages({
  about: { en: 'What a mount has noted', fr: "Le journal d'un montage" },
  folder: {
    en: 'Where the account is or was mounted; may be left out where there is one',
    fr: 'Là où le compte est ou a été monté ; inutile quand il y en a un seul',
  },
  follow: {
    en: 'Go on with what comes; Ctrl-C ends it',
    fr: 'Continue avec la suite ; Ctrl-C arrête',
  },
  level: { en: 'The least important level', fr: 'Le niveau le moins important' },
  lines: { en: 'How many of the last lines', fr: 'Combien de dernières lignes' },
  none: { en: 'No such account was ever mounted.', fr: "Aucun compte n'a été monté là." },
  which: { en: 'Which one? {folders}.', fr: 'Lequel ? {folders}.' },
});
