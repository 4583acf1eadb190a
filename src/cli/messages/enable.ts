/** `enable` and `disable`. */
import { defineMessages } from './define.js';

export const enableText = defineMessages({
  aboutEnable: {
    en: 'Mount an account at each login and end it at the logout',
    fr: "Monte un compte à chaque ouverture de session, et l'arrête à la fermeture",
  },
  aboutDisable: { en: 'Undo `enable`', fr: 'Annule `enable`' },
  folder: {
    en: 'Where the account was mounted before; may be left out where there is one',
    fr: 'Là où le compte a déjà été monté ; inutile quand il y en a un seul',
  },
  enabled: {
    en: '{folder} is mounted at each login from now on ({file}).',
    fr: '{folder} sera désormais monté à chaque ouverture de session ({file}).',
  },
  nextLogin: {
    en: 'For now, mount it by hand: the desktop starts it at the next login.',
    fr: "D'ici là, montez-le à la main : le bureau le lancera à la prochaine session.",
  },
  disabled: {
    en: '{folder} is no longer mounted at login.',
    fr: "{folder} n'est plus monté à l'ouverture de session.",
  },
  notEnabled: {
    en: '{folder} was not mounted at login.',
    fr: "{folder} n'était pas monté à l'ouverture de session.",
  },
  staysMounted: {
    en: 'It stays mounted for now; `nuage-mount unmount {folder}` ends that.',
    fr: "Il reste monté pour l'instant ; `nuage-mount unmount {folder}` y met fin.",
  },
  neverMounted: {
    en: 'No account was ever mounted on {folder}.',
    fr: "Aucun compte n'a encore été monté sur {folder}.",
  },
  noneKnown: { en: 'No account was ever mounted.', fr: "Aucun compte n'a encore été monté." },
  mountFirst: {
    en: 'Mount it once by hand, then run this again.',
    fr: 'Montez-le une fois à la main, puis recommencez.',
  },
  whichFolder: { en: 'Which one? {folders}.', fr: 'Lequel ? {folders}.' },
  systemdRefused: {
    en: 'systemd refuses `{what}`: {said}',
    fr: 'systemd refuse `{what}` : {said}',
  },
  systemdLog: {
    en: '`journalctl --user -u {unit}` shows more.',
    fr: '`journalctl --user -u {unit}` en dit plus.',
  },
  launchdRefused: { en: 'launchd refuses it: {said}', fr: 'launchd le refuse : {said}' },
});
