/** Where the app password comes from. */
import { defineMessages } from './define.js';

export const passwordText = defineMessages({
  question: {
    en: 'App password of {user} on {host}: ',
    fr: "Mot de passe d'application de {user} sur {host} : ",
  },
  missing: { en: 'There is no password.', fr: "Il n'y a pas de mot de passe." },
  empty: { en: 'The password is empty.', fr: 'Le mot de passe est vide.' },
  how: {
    en: [
      'Log in with `nuage-mount login`, or put it into a file (--password-file FILE)',
      'or into NUAGE_PASSWORD,',
      'or run this in a terminal.',
    ],
    fr: [
      'Connectez-vous avec `nuage-mount login`, ou mettez-le dans un fichier',
      '(--password-file FICHIER) ou dans NUAGE_PASSWORD,',
      'ou lancez ceci dans un terminal.',
    ],
  },
  howForLogin: {
    en: 'Run this in a terminal, or put it into NUAGE_PASSWORD.',
    fr: 'Lancez ceci dans un terminal, ou mettez-le dans NUAGE_PASSWORD.',
  },
  keyringClosed: {
    en: 'The keyring of the desktop, where the password is kept, does not open.',
    fr: "Le trousseau du bureau, où le mot de passe est gardé, ne s'ouvre pas.",
  },
  openKeyring: {
    en: 'Unlock it and run this again, or log in again with `nuage-mount login`.',
    fr: 'Déverrouillez-le et recommencez, ou reconnectez-vous avec `nuage-mount login`.',
  },
  othersCanRead: {
    en: 'Others can read {file}: run `chmod 600 {file}`.',
    fr: "D'autres peuvent lire {file} : faites `chmod 600 {file}`.",
  },
  fileFailed: {
    en: 'The password file {file}: {reason}.',
    fr: 'Le fichier de mot de passe {file} : {reason}.',
  },
  doesNotExist: { en: 'it does not exist', fr: "il n'existe pas" },
  isFolder: { en: 'it is a folder', fr: "c'est un dossier" },
  mayNotRead: { en: 'you may not read it', fr: "vous n'avez pas le droit de le lire" },
});
