/** What `login`, `logout` and `nuage-mount` alone say to people. */
import { defineMessages } from './define.js';

export const startText = defineMessages({
  about: {
    en: 'Without anything else: logs in, mounts, or shows the status, whichever comes next',
    fr: "Sans rien d'autre : se connecte, monte, ou montre l'état, selon ce qui vient ensuite",
  },
  welcome: {
    en: 'Welcome. First, this computer must be allowed to reach your Nuage.',
    fr: "Bienvenue. D'abord, cet ordinateur doit être autorisé à joindre votre Nuage.",
  },
  mountQuestion: { en: 'Mount it on {folder} now?', fr: 'Le monter maintenant sur {folder} ?' },
});

export const loginText = defineMessages({
  about: {
    en: 'Log in, in the browser; the password is kept in the keyring',
    fr: 'Se connecte, dans le navigateur ; le mot de passe est gardé dans le trousseau',
  },
  server: {
    en: 'Number (1 to 20, for nuageXX.apps.education.fr) or address of a page',
    fr: "Numéro (1 à 20, pour nuageXX.apps.education.fr) ou adresse d'une page",
  },
  appPassword: {
    en: 'Ask for an app password that was made by hand in the web page, instead of a browser',
    fr: "Demande un mot de passe d'application fait à la main dans la page web, sans navigateur",
  },
  serverHelp: {
    en: [
      'Which Nuage? Its number from 1 to 20 (3 is https://nuage03.apps.education.fr),\n',
      'or an address: that of any page which your browser shows will do.',
    ],
    fr: [
      'Quel Nuage ? Son numéro de 1 à 20 (3 pour https://nuage03.apps.education.fr),\n',
      "ou une adresse : celle d'une page que montre votre navigateur suffit.",
    ],
  },
  serverQuestion: { en: 'Nuage: ', fr: 'Nuage : ' },
  whichServer: { en: 'Which server?', fr: 'Quel serveur ?' },
  giveServer: {
    en: 'Give it: `nuage-mount login https://nuage03.apps.education.fr`.',
    fr: 'Donnez-le : `nuage-mount login https://nuage03.apps.education.fr`.',
  },
  whichUser: { en: 'Which user?', fr: 'Quel utilisateur ?' },
  giveUser: { en: 'Give --user NAME.', fr: 'Donnez --user NOM.' },
  opened: {
    en: [
      'A page opens in your browser: log in there, then allow the access.\n',
      'If it does not open, go to this address:',
    ],
    fr: [
      "Une page s'ouvre dans votre navigateur : connectez-vous, puis autorisez l'accès.\n",
      "Si elle ne s'ouvre pas, allez à cette adresse :",
    ],
  },
  openYourself: {
    en: 'Open this address in a browser, log in there, then allow the access:',
    fr: "Dans un navigateur, connectez-vous à cette adresse et autorisez l'accès :",
  },
  waiting: { en: 'Waiting for the browser…', fr: 'En attente du navigateur…' },
  waitingFor: {
    en: 'Waiting for the browser, {time} left (Ctrl-C gives up)…',
    fr: 'En attente du navigateur, encore {time} (Ctrl-C pour abandonner)…',
  },
  expired: {
    en: 'Nobody has allowed the access within 20 minutes.',
    fr: "Personne n'a autorisé l'accès en 20 minutes.",
  },
  runAgain: { en: 'Run this again.', fr: 'Recommencez.' },
  howToMakeOne: {
    en: [
      'In the web page ({url}): Settings → Security → Devices & sessions,\n',
      'make an app password, and copy it with its user name.',
    ],
    fr: [
      'Dans la page web ({url}) : Paramètres → Sécurité → Appareils et sessions,\n',
      "créez un mot de passe d'application, et copiez-le avec son nom d'utilisateur.",
    ],
  },
  userQuestion: { en: 'User name: ', fr: "Nom d'utilisateur : " },
  loggedIn: {
    en: '{name} is logged in: {account}.',
    fr: '{name}, vous êtes connecté(e) : {account}.',
  },
  inKeyring: {
    en: 'The app password is kept in the keyring of your desktop.',
    fr: "Le mot de passe d'application est gardé dans le trousseau de votre bureau.",
  },
  inFile: {
    en: 'There is no open keyring: the app password is kept in {file}, for you alone to read.',
    fr: [
      "Pas de trousseau ouvert : le mot de passe d'application est gardé dans {file}, lisible",
      'par vous seul.',
    ],
  },
  mountGoesOn: {
    en: 'The mount on {folder} goes on with it.',
    fr: 'Le montage sur {folder} continue avec lui.',
  },
  mountAgain: {
    en: 'Unmount {folder} and mount it again to use it there.',
    fr: "Démontez {folder} et remontez-le pour l'y utiliser.",
  },
});

export const logoutText = defineMessages({
  about: {
    en: 'Revoke the app password on the server and forget it here',
    fr: "Révoque le mot de passe d'application sur le serveur et l'oublie ici",
  },
  account: {
    en: 'Such as jean.dupont@nuage03.apps.education.fr; needed where there are several',
    fr: "Par exemple jean.dupont@nuage03.apps.education.fr ; utile s'il y en a plusieurs",
  },
  clearCache: {
    en: 'Delete what is kept of the account here; --no-clear-cache does not ask',
    fr: 'Supprime ce qui est gardé ici de ce compte ; --no-clear-cache ne demande pas',
  },
  discardChanges: {
    en: 'With --clear-cache: also changes that were not sent, which are LOST',
    fr: 'Avec --clear-cache : aussi les changements pas encore envoyés, qui sont PERDUS',
  },
  changesStay: {
    en: {
      one: '{count} change has not been sent: it stays here, and goes out after the next login.',
      other: '{count} changes have not been sent: they stay here, and go out after the next login.',
    },
    fr: {
      one: "{count} changement n'est pas envoyé : il reste ici et partira à la reconnexion.",
      other: '{count} changements ne sont pas envoyés : ils partiront à la reconnexion.',
    },
  },
  clearQuestion: {
    en: 'Delete what is kept of this account on this machine as well?',
    fr: 'Supprimer aussi ce qui est gardé de ce compte sur cet ordinateur ?',
  },
  wouldLose: {
    en: {
      one: '{count} change has not been sent and would be lost.',
      other: '{count} changes have not been sent and would be lost.',
    },
    fr: {
      one: "{count} changement n'est pas envoyé et serait perdu.",
      other: '{count} changements ne sont pas envoyés et seraient perdus.',
    },
  },
  syncFirst: {
    en: 'Send them first (`nuage-mount sync`), or add --discard-changes.',
    fr: "Envoyez-les d'abord (`nuage-mount sync`), ou ajoutez --discard-changes.",
  },
  revoked: {
    en: 'The server has revoked the app password.',
    fr: "Le serveur a révoqué le mot de passe d'application.",
  },
  revokedBefore: {
    en: 'The server did not know the app password any more.',
    fr: "Le serveur ne connaissait déjà plus ce mot de passe d'application.",
  },
  notRevoked: {
    en: [
      'The server could not be told: revoke the app password in its web page ({url},',
      'Settings → Security → Devices & sessions).',
    ],
    fr: [
      "Le serveur n'a pas pu être prévenu : révoquez le mot de passe d'application dans sa page",
      'web ({url}, Paramètres → Sécurité → Appareils et sessions).',
    ],
  },
  loggedOut: { en: '{account} is logged out.', fr: '{account} est déconnecté.' },
  cacheCleared: {
    en: 'Nothing of it is kept here.',
    fr: "Il n'en reste rien ici.",
  },
  cacheKept: {
    en: 'What was kept of it here stays, for the next login.',
    fr: 'Ce qui en était gardé ici reste, pour la prochaine connexion.',
  },
});
