/** `conflicts`: copies of files that were changed on both sides. */
import { defineMessages } from './define.js';

export const conflictText = defineMessages({
  about: {
    en: 'Files that were changed here and elsewhere; --keep decides on them',
    fr: 'Les fichiers modifiés ici et ailleurs ; --keep tranche',
  },
  path: {
    en: 'One of the two files, or a folder; left out, all of them',
    fr: 'Un des deux fichiers, ou un dossier ; sans lui, tous',
  },
  keep: {
    en: 'Which version: mine, theirs, or both under two names',
    fr: 'Quelle version : mine (la mienne), theirs (la leur), both (les deux, sous deux noms)',
  },
  open: { en: 'Open both with their programs', fr: 'Ouvre les deux avec leurs logiciels' },
  none: { en: 'There is no conflict.', fr: "Il n'y a pas de conflit." },
  noneThere: { en: 'There is no conflict there.', fr: "Il n'y a pas de conflit à cet endroit." },
  seeList: {
    en: '`nuage-mount conflicts` lists them.',
    fr: '`nuage-mount conflicts` en donne la liste.',
  },
  mine: { en: 'mine: {side} ({name})', fr: 'mine (la mienne) : {side} ({name})' },
  theirs: { en: 'theirs: {side}', fr: 'theirs (la leur) : {side}' },
  theirsGone: {
    en: 'theirs: not there any more',
    fr: "theirs (la leur) : n'est plus là",
  },
  folderSide: { en: 'a folder, {time}', fr: 'un dossier, {time}' },
  how: {
    en: 'To decide: `nuage-mount conflicts PATH --keep mine|theirs|both`; --open shows both.',
    fr: [
      'Pour trancher : `nuage-mount conflicts CHEMIN --keep mine|theirs|both` ;',
      '--open montre les deux.',
    ],
  },
  kept: { en: 'Kept as {path}.', fr: 'Gardé : {path}.' },
  folder: {
    en: 'A folder is in conflict with a file: {path}',
    fr: 'Un dossier est en conflit avec un fichier : {path}',
  },
  byHand: {
    en: 'Move it by hand, or --keep both.',
    fr: 'Déplacez-le à la main, ou --keep both.',
  },
  noTheirs: { en: '{path} is not there any more.', fr: "{path} n'est plus là." },
  both: { en: 'Keep mine, or both.', fr: 'Gardez la vôtre (mine), ou both.' },
  noOpener: {
    en: '{program} is missing: open them from the file manager.',
    fr: '{program} est absent : ouvrez-les depuis le gestionnaire de fichiers.',
  },
});
