/** What `accounts` says to people, and what is wrong with the name of an account. */
import { defineMessages } from './define.js';

export const accountText = defineMessages({
  about: {
    en: 'The accounts that are known here',
    fr: 'Les comptes connus ici',
  },
  default: {
    en: 'Make this account the one that is meant when none is named',
    fr: "Fait de ce compte celui dont il s'agit quand aucun n'est nommé",
  },
  none: { en: 'No account is logged in.', fr: "Aucun compte n'est connecté." },
  howToLogIn: {
    en: 'Log in with `nuage-mount login`.',
    fr: 'Connectez-vous avec `nuage-mount login`.',
  },
  several: { en: 'Which of the accounts?', fr: 'Lequel des comptes ?' },
  accountsAre: { en: 'There are: {names}.', fr: 'Il y a : {names}.' },
  unknown: { en: 'No account {name} is logged in.', fr: "Aucun compte {name} n'est connecté." },
  didYouMean: { en: 'Did you mean {name}?', fr: 'Vouliez-vous dire {name} ?' },
  isDefault: {
    en: '{name} is now meant when none is named.',
    fr: "C'est maintenant {name} quand aucun n'est nommé.",
  },
  loggedIn: { en: 'logged in', fr: 'connecté' },
  loggedOut: { en: 'logged out', fr: 'déconnecté' },
  mountedOn: { en: 'mounted on {folder}', fr: 'monté sur {folder}' },
  usual: { en: 'default', fr: 'par défaut' },
});
