/** What `open` says to people, and `--help` of it. */
import { defineMessages } from './define.js';

export const openText = defineMessages({
  about: {
    en: 'Open the mounted folder; with a path, its page in the browser',
    fr: 'Ouvre le dossier monté ; avec un chemin, sa page dans le navigateur',
  },
  path: {
    en: 'A file or folder in a mounted folder',
    fr: 'Un fichier ou un dossier dans un dossier monté',
  },
  noPage: { en: '{path} has no page yet.', fr: "{path} n'a pas encore de page." },
  notSentYet: {
    en: 'The server does not have it: `nuage-mount status` says why.',
    fr: "Le serveur ne l'a pas encore : `nuage-mount status` dit pourquoi.",
  },
});
