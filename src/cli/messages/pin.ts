/** `pin` and `unpin`. */
import { defineMessages } from './define.js';

export const pinText = defineMessages({
  about: {
    en: 'Keep a file or folder on this machine, with what comes into it; wait until it is here',
    fr: [
      'Garde un fichier ou un dossier sur cet ordinateur, avec ce qui y viendra ;',
      "attend qu'il soit là",
    ],
  },
  aboutUnpin: {
    en: 'Keep it no longer than other files',
    fr: 'Ne le garde pas plus longtemps que les autres',
  },
  path: {
    en: 'A file or folder in a mounted folder',
    fr: 'Un fichier ou un dossier dans un dossier monté',
  },
  wait: { en: '--no-wait returns at once', fr: '--no-wait rend la main aussitôt' },
  kept: {
    en: '{path} is kept on this machine: {files}, {bytes}.',
    fr: '{path} est gardé sur cet ordinateur : {files}, {bytes}.',
  },
  pinned: {
    en: '{path} is pinned; {files}, {bytes} to be fetched.',
    fr: '{path} est épinglé ; {files}, {bytes} à recevoir.',
  },
  unpinned: {
    en: '{path} is no longer pinned: the cache may give it up.',
    fr: "{path} n'est plus épinglé : le cache peut en rendre la place.",
  },
  progress: {
    en: '{here} of {files}, {bytesHere} of {bytes}',
    fr: '{here} sur {files}, {bytesHere} sur {bytes}',
  },
  staysPinned: {
    en: 'It stays pinned and is fetched as soon as that is possible.',
    fr: 'Il reste épinglé et arrivera dès que possible.',
  },
  unreachable: { en: 'The server cannot be reached.', fr: 'Le serveur est injoignable.' },
  noRoom: {
    en: 'There is no room on the disk for {files}, {bytes}.',
    fr: "Il n'y a pas de place sur le disque pour {files}, {bytes}.",
  },
  freeSpace: {
    en: 'Free some space, or `nuage-mount unpin {path}`.',
    fr: 'Libérez de la place, ou `nuage-mount unpin {path}`.',
  },
  couldNotFetch: {
    en: { one: '{count} file could not be fetched:', other: '{count} files could not be fetched:' },
    fr: {
      one: "{count} fichier n'a pas pu être reçu :",
      other: "{count} fichiers n'ont pas pu être reçus :",
    },
  },
});

/** How far a pin is. */
export const pinStateText = defineMessages({
  here: { en: 'here', fr: 'ici' },
  fetching: { en: 'fetching', fr: 'en train d’arriver' },
  offline: { en: 'offline', fr: 'hors ligne' },
  'disk-full': { en: 'disk-full', fr: 'disque plein' },
  failed: { en: 'failed', fr: 'en échec' },
});
