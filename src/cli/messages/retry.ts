/** `retry` and `discard`: changes that the server does not take. */
import { defineMessages } from './define.js';

export const retryText = defineMessages({
  about: {
    en: 'Try again at once what the server has refused; --save-to copies it elsewhere',
    fr: 'Retente tout de suite ce que le serveur a refusé ; --save-to le copie ailleurs',
  },
  aboutDiscard: {
    en: 'Give up unsent changes; says what is lost, and does it with --yes only',
    fr: [
      'Abandonne des changements non envoyés ; dit ce qui serait perdu,',
      "et ne le fait qu'avec --yes",
    ],
  },
  path: {
    en: 'A file or folder in a mounted folder; left out, all of it',
    fr: 'Un fichier ou un dossier dans un dossier monté ; sans lui, tout',
  },
  saveTo: {
    en: 'Copy the unsent files into this folder instead',
    fr: 'Copie plutôt les fichiers non envoyés dans ce dossier',
  },
  yes: { en: 'Do it', fr: 'Le fait' },
  none: {
    en: 'The server has refused nothing.',
    fr: "Le serveur n'a rien refusé.",
  },
  tried: {
    en: { one: '{count} change is tried again.', other: '{count} changes are tried again.' },
    fr: { one: '{count} changement est retenté.', other: '{count} changements sont retentés.' },
  },
  saved: {
    en: {
      one: '{count} file copied to {folder}. It stays queued as well.',
      other: '{count} files copied to {folder}. They stay queued as well.',
    },
    fr: {
      one: "{count} fichier copié dans {folder}. Il reste aussi dans la file d'attente.",
      other: "{count} fichiers copiés dans {folder}. Ils restent aussi dans la file d'attente.",
    },
  },
  notSaved: {
    en: '{path} could not be written: {why}',
    fr: "{path} n'a pas pu être écrit : {why}",
  },
  nothing: { en: 'Everything there has been sent.', fr: 'Tout y est envoyé.' },
  wouldLose: { en: 'This would be given up:', fr: 'Ceci serait abandonné :' },
  how: {
    en: 'Give --yes to do it. `nuage-mount retry PATH --save-to FOLDER` keeps a copy first.',
    fr: [
      'Ajoutez --yes pour le faire. `nuage-mount retry CHEMIN --save-to DOSSIER` en garde',
      "d'abord une copie.",
    ],
  },
  notDone: { en: 'Nothing was given up.', fr: "Rien n'a été abandonné." },
  givenUp: {
    en: { one: '{count} change given up.', other: '{count} changes given up.' },
    fr: { one: '{count} changement abandonné.', other: '{count} changements abandonnés.' },
  },
});

/** What is lost with each change. */
export const unsentText = defineMessages({
  create: {
    en: '{path}: exists on this machine only, and is deleted',
    fr: "{path} : n'existe que sur cet ordinateur, et disparaît",
  },
  content: {
    en: '{path}: what was written here is lost, that of the server comes back',
    fr: '{path} : ce qui a été écrit ici est perdu, celui du serveur revient',
  },
  move: {
    en: '{path}: goes back to where the server has it',
    fr: '{path} : revient là où le serveur le range',
  },
  mtime: {
    en: '{path}: has the time of the server again',
    fr: '{path} : reprend la date du serveur',
  },
  remove: { en: '{path}: is here again', fr: '{path} : revient' },
});
