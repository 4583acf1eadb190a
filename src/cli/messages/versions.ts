/** `versions`: what a file has held. */
import { defineMessages } from './define.js';

export const versionsText = defineMessages({
  about: {
    en: 'Which versions of a file the server has; --restore and --save bring one back',
    fr: "Les versions d'un fichier qu'a le serveur ; --restore et --save en ressortent une",
  },
  path: { en: 'A file in a mounted folder', fr: 'Un fichier dans un dossier monté' },
  restore: {
    en: 'Make this version the present one',
    fr: 'Revient à la version de ce numéro',
  },
  save: {
    en: 'Write this version to another file',
    fr: 'Écrit la version de ce numéro dans un autre fichier',
  },
  to: {
    en: 'Which one [default: NUMBER and the name, in the current folder]',
    fr: 'Lequel [défaut : NUMÉRO et le nom, dans le dossier courant]',
  },
  byNumber: {
    en: 'A version is named by its number.',
    fr: 'Une version est désignée par son numéro.',
  },
  restored: {
    en: '{path} is that of {time} again; what it was is a version now.',
    fr: '{path} est de nouveau celui de {time} ; ce qu’il était est devenu une version.',
  },
  saved: {
    en: 'The version of {time} is saved as {file}.',
    fr: 'La version de {time} est enregistrée dans {file}.',
  },
  now: { en: '(what it holds now)', fr: '(le contenu actuel)' },
  noOlder: {
    en: 'The server keeps no older version.',
    fr: "Le serveur n'a pas de version plus ancienne.",
  },
  how: {
    en: [
      'To have one back: `nuage-mount versions FILE --restore NUMBER`\n',
      'To look at one first: `--save NUMBER --to ANOTHER-FILE`',
    ],
    fr: [
      'Pour y revenir : `nuage-mount versions FICHIER --restore NUMÉRO`\n',
      "Pour en regarder une d'abord : `--save NUMÉRO --to AUTRE-FICHIER`",
    ],
  },
});
