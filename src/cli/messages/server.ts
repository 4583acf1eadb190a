/** What a server answers, or does not, when an account is mounted or logged in. */
import { defineMessages } from './define.js';

export const serverText = defineMessages({
  refusesLogin: {
    en: '{url} refuses this user name or this password.',
    fr: "{url} refuse ce nom d'utilisateur ou ce mot de passe.",
  },
  appPassword: {
    en: [
      'Use an app password: in the web page of your Nuage,',
      'Settings → Security → Devices & sessions.',
    ],
    fr: [
      "Utilisez un mot de passe d'application : dans la page web de votre Nuage,",
      'Paramètres → Sécurité → Appareils et sessions.',
    ],
  },
  checkAddress: {
    en: 'Check the address and your network, then run this again.',
    fr: "Vérifiez l'adresse et votre réseau, puis recommencez.",
  },
  asTheBrowser: {
    en: 'Give the address as the browser shows it, up to the first /apps or /index.php.',
    fr: [
      "Donnez l'adresse comme le navigateur la montre,",
      "jusqu'au premier /apps ou /index.php.",
    ],
  },
  failed: { en: '{url}: {reason}.', fr: '{url} : {reason}.' },
  silent: { en: 'the server does not answer', fr: 'le serveur ne répond pas' },
});
