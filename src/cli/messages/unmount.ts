/** `unmount`, and whatever looks for a mount that should be there. */
import { defineMessages } from './define.js';

export const unmountText = defineMessages({
  about: {
    en: 'Send what can be sent in 10 s, then end a mount; the rest is kept for the next one',
    fr: [
      "Envoie ce qui peut l'être en 10 s, puis démonte ;",
      'le reste est gardé pour le prochain montage',
    ],
  },
  folder: { en: 'The mounted folder', fr: 'Le dossier monté' },
  lazy: {
    en: 'Also while programs still use it; they go on until they close their files',
    fr: [
      "Même si des logiciels l'utilisent encore ;",
      "ils continuent jusqu'à la fermeture de leurs fichiers",
    ],
  },
  wait: {
    en: 'Only once everything has been sent, however long that takes; Ctrl-C leaves it mounted',
    fr: ["Seulement quand tout est envoyé, même si c'est long ;", 'Ctrl-C laisse le dossier monté'],
  },
  staysMounted: { en: '{folder} stays mounted.', fr: '{folder} reste monté.' },
  goesOn: {
    en: 'What is left is sent in the background.',
    fr: "Le reste s'envoie en arrière-plan.",
  },
  kept: { en: 'Kept for the next mount:', fr: 'Gardé pour le prochain montage :' },
  unmounted: { en: '{folder} is unmounted.', fr: '{folder} est démonté.' },
  processStays: {
    en: '{folder} is unmounted, but its process {pid} does not end.',
    fr: "{folder} est démonté, mais son processus {pid} ne s'arrête pas.",
  },
  killEnds: { en: '`kill {pid}` ends it.', fr: '`kill {pid}` y met fin.' },
  processWaits: {
    en: 'Its process ends when the last program lets go of its files there.',
    fr: "Son processus s'arrêtera quand le dernier logiciel y aura fermé ses fichiers.",
  },
  unsent: {
    en: {
      one: '{count} change could not be sent; nothing is lost.',
      other: '{count} changes could not be sent; nothing is lost.',
    },
    fr: {
      one: "{count} changement n'a pas pu être envoyé ; rien n'est perdu.",
      other: "{count} changements n'ont pas pu être envoyés ; rien n'est perdu.",
    },
  },
  sentLater: {
    en: 'They go out when the account is mounted again.',
    fr: 'Ils partiront au prochain montage de ce compte.',
  },
  wasLeftBehind: {
    en: '{folder} was left behind by a process that is gone; it is unmounted.',
    fr: '{folder} avait été abandonné par un processus disparu ; il est démonté.',
  },
});

export const findMountText = defineMessages({
  notMounted: {
    en: 'Nothing of nuage-mount is mounted on {folder}.',
    fr: "Rien de nuage-mount n'est monté sur {folder}.",
  },
  statusShows: {
    en: '`nuage-mount status` shows what is mounted.',
    fr: '`nuage-mount status` montre ce qui est monté.',
  },
  noneMounted: { en: 'No account is mounted.', fr: "Aucun compte n'est monté." },
  mounted: { en: 'Mounted: {folders}.', fr: 'Montés : {folders}.' },
  howToMount: {
    en: 'Mount one with `nuage-mount DIR --server URL --user NAME`.',
    fr: 'Montez-en un avec `nuage-mount DOSSIER --server URL --user NOM`.',
  },
  severalMounted: { en: 'Several accounts are mounted.', fr: 'Plusieurs comptes sont montés.' },
  nameOne: { en: 'Name one: {folders}.', fr: 'Nommez-en un : {folders}.' },
  processGone: {
    en: 'The process of the mount on {folder} is gone; what was written and closed is kept.',
    fr: [
      'Le processus du montage sur {folder} a disparu ;',
      "ce qui était écrit et fermé n'est pas perdu.",
    ],
  },
  mountOrClear: {
    en: '`nuage-mount {folder}` mounts it again, `nuage-mount unmount {folder}` clears it away.',
    fr: '`nuage-mount {folder}` le remonte, `nuage-mount unmount {folder}` l’enlève.',
  },
  noAnswer: {
    en: 'The mount on {folder} does not answer (process {pid}).',
    fr: 'Le montage sur {folder} ne répond pas (processus {pid}).',
  },
  killIt: {
    en: '`kill {pid}` ends it; what was written and closed is kept.',
    fr: "`kill {pid}` y met fin ; ce qui était écrit et fermé n'est pas perdu.",
  },
  noDescriptors: {
    en: 'It may have no file descriptors left: close some programs, or raise `nofile`.',
    fr: "Il n'a peut-être plus de descripteurs : fermez des programmes ou augmentez `nofile`.",
  },
  justEnded: {
    en: 'The mount on {folder} has just ended.',
    fr: 'Le montage sur {folder} vient de se terminer.',
  },
  cannotLook: { en: '{path} cannot be looked at: {reason}.', fr: '{path} : {reason}.' },
  doesNotExist: { en: 'it does not exist', fr: "cela n'existe pas" },
  placeSilent: { en: '{path} does not answer.', fr: '{path} ne répond pas.' },
});
