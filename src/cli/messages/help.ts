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
    en: 'lists what was deleted, with numbers',
    fr: 'liste ce qui a été supprimé, avec des numéros',
  },
  trashRestore: {
    en: 'brings back what was deleted',
    fr: 'ressort ce qui a été supprimé',
  },
  loginNumber: {
    en: 'on https://nuage03.apps.education.fr',
    fr: 'sur https://nuage03.apps.education.fr',
  },
  loginByHand: {
    en: 'with one made in Settings › Security of the web page',
    fr: 'avec un mot de passe créé dans Paramètres › Sécurité de la page web',
  },
  logout: {
    en: 'revokes the password, and asks whether to keep the cache',
    fr: "révoque le mot de passe, et demande s'il faut garder le cache",
  },
  logoutClear: {
    en: 'leaves nothing of the account here',
    fr: 'ne laisse rien du compte ici',
  },
  accounts: {
    en: 'lists them, and where each is mounted',
    fr: 'les liste, et où chacun est monté',
  },
  readOnly: {
    en: 'shows it, and changes nothing',
    fr: 'le montre, sans rien y changer',
  },
  unmountWait: {
    en: 'sends everything first, however long it takes',
    fr: "envoie tout d'abord, aussi long que ce soit",
  },
  open: {
    en: 'shows this folder in the web page',
    fr: 'montre ce dossier dans la page web',
  },
  watch: {
    en: 'looks again every second; Ctrl-C ends it',
    fr: 'regarde chaque seconde ; Ctrl-C y met fin',
  },
  exitCode: {
    en: 'for a script: the exit code answers',
    fr: 'pour un script : le code de sortie répond',
  },
  unpin: {
    en: 'lets it go when room is needed',
    fr: 'le laisse partir quand la place manque',
  },
  cache: {
    en: 'tells how much is kept here',
    fr: 'dit combien est gardé ici',
  },
  cacheClear: {
    en: 'gives the room back; what is not sent stays',
    fr: "rend la place ; ce qui n'est pas envoyé reste",
  },
  versions: {
    en: 'lists what the server has kept of it',
    fr: 'liste ce que le serveur en a gardé',
  },
  versionRestore: {
    en: 'goes back to the second newest',
    fr: "revient à l'avant-dernière",
  },
  deletionsUndo: {
    en: 'brings back all that waits for your answer',
    fr: 'ramène tout ce qui attend votre accord',
  },
  conflicts: {
    en: 'lists what was changed on both sides',
    fr: 'liste ce qui a été modifié des deux côtés',
  },
  conflictsKeep: {
    en: 'your version wins',
    fr: "votre version l'emporte",
  },
  retry: {
    en: 'sends again at once what was refused',
    fr: 'renvoie tout de suite ce qui a été refusé',
  },
  discard: {
    en: 'throws your unsent changes to it away',
    fr: 'abandonne vos changements non envoyés',
  },
  config: {
    en: 'shows all settings, and where each comes from',
    fr: "montre tous les réglages, et d'où ils viennent",
  },
  configSet: {
    en: 'lets the cache grow to 20 GB',
    fr: "laisse le cache grandir jusqu'à 20 Go",
  },
  enable: {
    en: 'mounts it at each login',
    fr: 'le monte à chaque ouverture de session',
  },
  disable: {
    en: 'mounts nothing any more at the login',
    fr: "ne monte plus rien à l'ouverture de session",
  },
  doctor: {
    en: 'says what is wrong, and how to mend it',
    fr: 'dit ce qui ne va pas, et comment y remédier',
  },
  doctorReport: {
    en: 'writes it down for support, without names',
    fr: "l'écrit pour l'assistance, sans noms",
  },
  logFollow: {
    en: 'shows what happens as it happens',
    fr: 'montre ce qui se passe, à mesure',
  },
  completion: {
    en: 'completes the commands in this shell',
    fr: 'complète les commandes dans ce shell',
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
