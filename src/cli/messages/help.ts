/** `--help` as a whole, and what is wrong with a command line. */
import { defineMessages } from './define.js';

export const helpText = defineMessages({
  about: {
    en: 'Mounts a Nextcloud account (le Nuage) as a local folder.',
    fr: "Monte un compte Nextcloud (le Nuage) comme un dossier de l'ordinateur.",
  },
  examples: { en: 'Examples:', fr: 'Exemples :' },
  exitCodes: { en: 'Exit codes:', fr: 'Codes de sortie :' },
  whichCommand: {
    en: 'Which folder, or which command?',
    fr: 'Quel dossier, ou quelle commande ?',
  },
  argumentMissing: { en: 'An argument is missing.', fr: 'Il manque un argument.' },
  wrongUsage: { en: 'Wrong usage.', fr: "La commande n'est pas correcte." },
  notForPeople: {
    en: 'This command is not for people.',
    fr: "Cette commande ne s'utilise pas à la main.",
  },
});

/** What yargs says otherwise than we would, by its own words for it. */
export const yargsText = defineMessages({
  'Positionals:': { en: 'Arguments:', fr: 'Arguments :' },
  'Show help': { en: 'Show this help', fr: 'Montre cette aide' },
  'Show version number': { en: 'Show the version', fr: 'Montre la version' },
  string: { en: 'text', fr: 'texte' },
  boolean: { en: 'yes or no', fr: 'oui ou non' },
  number: { en: 'number', fr: 'nombre' },
});

export const exampleText = defineMessages({
  login: {
    en: 'logs in, in the browser, once and for all',
    fr: 'se connecte, dans le navigateur, une fois pour toutes',
  },
  mount: {
    en: 'mounts there what was mounted there last, or your account',
    fr: 'y monte ce qui y était la dernière fois, ou votre compte',
  },
  service: {
    en: 'for a service; Ctrl-C or SIGTERM ends it',
    fr: 'pour un service ; Ctrl-C ou SIGTERM y met fin',
  },
  status: {
    en: 'shows what waits to be sent, what failed and why',
    fr: "montre ce qui attend d'être envoyé, ce qui a échoué et pourquoi",
  },
  sync: {
    en: 'waits until everything has been sent',
    fr: 'attend que tout soit envoyé',
  },
  pin: {
    en: 'keeps it here, also for when there is no network',
    fr: 'le garde ici, même pour quand il n’y aura pas de réseau',
  },
  trash: {
    en: 'brings back what was deleted',
    fr: 'ressort ce qui a été supprimé',
  },
  unmount: {
    en: 'ends it, as umount and fusermount3 -u do',
    fr: 'y met fin, comme umount et fusermount3 -u',
  },
  demo: {
    en: 'an account to try it on, on this machine',
    fr: 'un compte pour essayer, sur cet ordinateur',
  },
});
