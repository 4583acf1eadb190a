/** What several commands say. */
import { defineMessages } from './define.js';

export const generalText = defineMessages({
  seeHelp: { en: 'See `nuage-mount --help`.', fr: 'Voir `nuage-mount --help`.' },
  seeHelpOf: {
    en: 'See `nuage-mount {command} --help`.',
    fr: 'Voir `nuage-mount {command} --help`.',
  },
  no: { en: 'no', fr: 'non' },
  givenUp: { en: 'Given up.', fr: 'Abandonné.' },
  yesUsual: { en: '[Y/n]', fr: '[O/n]' },
  noUsual: { en: '[y/N]', fr: '[o/N]' },
  forScripts: { en: 'For scripts', fr: 'Pour un script' },
  mountedFolder: {
    en: 'The mounted folder, or one within; may be left out where one account is mounted',
    fr: 'Le dossier monté, ou un dossier dedans ; inutile quand un seul compte est monté',
  },
  twoCommands: {
    en: '{a} and {b} are two commands.',
    fr: '{a} et {b} sont deux commandes différentes.',
  },
  files: {
    en: { one: '{count} file', other: '{count} files' },
    fr: { one: '{count} fichier', other: '{count} fichiers' },
  },
});
