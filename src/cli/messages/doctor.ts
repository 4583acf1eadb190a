/** What `doctor` says. */
import { defineMessages } from './define.js';

export const doctorText = defineMessages({
  about: {
    en: 'Look for what is wrong, and say how to mend it',
    fr: 'Cherche ce qui ne va pas, et dit comment y remédier',
  },
  aboutRepair: {
    en: 'Clear dead mounts away, check the cache and mend it',
    fr: 'Enlève les montages morts, vérifie le cache et le répare',
  },
  aboutReport: {
    en: 'Write a file for support, without passwords or names of files',
    fr: "Écrit un fichier pour l'assistance, sans mot de passe ni nom de fichier",
  },
  markOk: { en: 'ok', fr: 'bon' },
  markWarning: { en: 'warning', fr: 'attention' },
  markError: { en: 'ERROR', fr: 'ERREUR' },
  errors: {
    en: { one: 'One thing must be mended.', other: '{count} things must be mended.' },
    fr: { one: 'Une chose est à réparer.', other: '{count} choses sont à réparer.' },
  },
  reportWritten: {
    en: 'Written to {file}: read it before you send it.',
    fr: "Écrit dans {file} : lisez-le avant de l'envoyer.",
  },
  reportFails: {
    en: '{file} cannot be written: {reason}',
    fr: '{file} ne peut pas être écrit : {reason}',
  },
  node: { en: 'Node.js {version}', fr: 'Node.js {version}' },
  nodeOld: { en: 'Node.js {version} is too old', fr: 'Node.js {version} est trop ancien' },
  nodeAdvice: {
    en: 'Install Node.js 20.19 or newer, or the Debian package, which brings its own.',
    fr: 'Installez Node.js 20.19 ou plus récent, ou le paquet Debian, qui apporte le sien.',
  },
  device: { en: '{device} is there and open to you', fr: '{device} est là et vous est ouvert' },
  noDevice: { en: 'FUSE is missing: no {device}', fr: 'FUSE manque : pas de {device}' },
  deviceClosed: { en: '{device} is not open to you', fr: '{device} ne vous est pas ouvert' },
  installFuse: {
    en: 'Install it: `sudo apt install fuse3`; a container needs `--device /dev/fuse` as well.',
    fr: [
      'Installez-le : `sudo apt install fuse3` ;',
      'un conteneur a aussi besoin de `--device /dev/fuse`.',
    ],
  },
  openDevice: { en: 'As root: `chmod 666 {device}`.', fr: 'En root : `chmod 666 {device}`.' },
  helper: { en: '{program} can mount for you', fr: '{program} peut monter pour vous' },
  noHelper: { en: 'fusermount3 is missing', fr: 'fusermount3 manque' },
  helperPowerless: {
    en: "{program} lacks root's rights (set-uid)",
    fr: "{program} n'a pas les droits de root (set-uid)",
  },
  reinstallFuse: {
    en: 'Install it again: `sudo apt install --reinstall fuse3`.',
    fr: 'Réinstallez-le : `sudo apt install --reinstall fuse3`.',
  },
  othersAllowed: {
    en: '`--allow-other` is permitted on this machine',
    fr: '`--allow-other` est permis sur cette machine',
  },
  othersNotAllowed: {
    en: '`--allow-other` would need user_allow_other in {file}; other mounts do not',
    fr: '`--allow-other` demanderait user_allow_other dans {file} ; le reste non',
  },
  disk: {
    en: '{free} free on the disk of {folder}',
    fr: '{free} libres sur le disque de {folder}',
  },
  freeDisk: {
    en: 'Free some space, or give up what is cached: `nuage-mount cache --clear`.',
    fr: 'Libérez de la place, ou videz le cache : `nuage-mount cache --clear`.',
  },
  openFiles: {
    en: 'A program may open {limit} files',
    fr: 'Un logiciel peut ouvrir {limit} fichiers',
  },
  raiseOpenFiles: {
    en: 'Raise `nofile` in /etc/security/limits.conf.',
    fr: 'Augmentez `nofile` dans /etc/security/limits.conf.',
  },
  keyring: {
    en: 'The keyring of the desktop is open',
    fr: 'Le trousseau du bureau est ouvert',
  },
  keyringLocked: {
    en: 'The keyring of the desktop is locked',
    fr: 'Le trousseau du bureau est verrouillé',
  },
  unlockKeyring: {
    en: 'Unlock it with its own program (Passwords and Keys, KWallet), or log in again here.',
    fr: [
      'Déverrouillez-le avec son logiciel (Mots de passe et clés, KWallet),',
      'ou rouvrez votre session.',
    ],
  },
  noKeyring: {
    en: 'This desktop has no keyring: passwords are kept in a file for you alone',
    fr: "Ce bureau n'a pas de trousseau : les mots de passe vont dans un fichier à vous seul",
  },
  installKeyring: {
    en: 'If you would rather have one: `sudo apt install gnome-keyring`.',
    fr: 'Si vous en préférez un : `sudo apt install gnome-keyring`.',
  },
  noBus: {
    en: 'There is no desktop session here (D-Bus): no keyring, no notifications',
    fr: 'Pas de session de bureau ici (D-Bus) : ni trousseau, ni notifications',
  },
  busAdvice: {
    en: 'In a terminal without desktop this is as it should be.',
    fr: "Dans un terminal sans bureau, c'est normal.",
  },
  name: { en: '{host} is {address}', fr: '{host} est {address}' },
  noName: {
    en: 'The name {host} cannot be resolved',
    fr: 'Le nom {host} ne peut pas être résolu',
  },
  proxy: {
    en: '{url} is reached through the proxy {proxy}',
    fr: '{url} passe par le proxy {proxy}',
  },
  proxyOfDesktop: {
    en: '{url} is reached through the proxy {proxy}, as the settings of {desktop} say',
    fr: '{url} passe par le proxy {proxy}, selon les réglages de {desktop}',
  },
  proxyByRules: {
    en: '{desktop} chooses its proxy by a script or rules (PAC), which is not followed: none',
    fr: '{desktop} choisit son proxy par un script ou des règles (PAC), non suivis : aucun proxy',
  },
  proxySocks: {
    en: '{desktop} has a SOCKS proxy, which is not followed: none',
    fr: '{desktop} a un proxy SOCKS, non suivi : aucun proxy',
  },
  proxyByHand: {
    en: 'If one is needed, name it: HTTPS_PROXY=http://HOST:PORT in the environment.',
    fr: "S'il en faut un, nommez-le : HTTPS_PROXY=http://HÔTE:PORT dans l'environnement.",
  },
  tls: {
    en: 'The certificate of {host} is trusted',
    fr: 'Le certificat de {host} est reconnu',
  },
  server: { en: '{url}: Nextcloud {version}', fr: '{url} : Nextcloud {version}' },
  serverFails: { en: '{url}: {reason}', fr: '{url} : {reason}' },
  checkNetwork: {
    en: 'Check the network, the address and the proxy.',
    fr: "Vérifiez le réseau, l'adresse et le proxy.",
  },
  clock: { en: "The clock agrees with the server's", fr: "L'horloge s'accorde avec le serveur" },
  clockAhead: {
    en: { one: 'The clock is 1 s ahead', other: 'The clock is {count} s ahead' },
    fr: { one: "L'horloge avance de {count} s", other: "L'horloge avance de {count} s" },
  },
  clockBehind: {
    en: { one: 'The clock is 1 s behind', other: 'The clock is {count} s behind' },
    fr: { one: "L'horloge retarde de {count} s", other: "L'horloge retarde de {count} s" },
  },
  setClock: {
    en: 'Let the network set it: `sudo timedatectl set-ntp true`.',
    fr: 'Réglez-la par le réseau : `sudo timedatectl set-ntp true`.',
  },
  noneMounted: { en: 'No account is mounted', fr: "Aucun compte n'est monté" },
  online: { en: '{folder} is mounted and online', fr: '{folder} est monté et en ligne' },
  offline: { en: '{folder} is offline: {reason}', fr: '{folder} est hors ligne : {reason}' },
  loginRefused: {
    en: '{folder}: the server refuses the password',
    fr: '{folder} : le serveur refuse le mot de passe',
  },
  logInAgain: {
    en: 'Log in again: `nuage-mount login`. What waits is kept, and goes on then.',
    fr: [
      'Reconnectez-vous : `nuage-mount login`.',
      "Ce qui attend n'est pas perdu, et partira ensuite.",
    ],
  },
  loginGood: {
    en: 'The server takes the password of {account}',
    fr: 'Le serveur accepte le mot de passe de {account}',
  },
  passwordRefused: {
    en: 'The server refuses the password of {account}: revoked or changed there, perhaps',
    fr: 'Le serveur refuse le mot de passe de {account}, peut-être révoqué ou changé là-bas',
  },
  noPassword: {
    en: 'The password of {account} is not where it was kept',
    fr: "Le mot de passe de {account} n'est plus là où il était gardé",
  },
  keyringClosed: {
    en: 'The keyring does not give the password of {account}',
    fr: 'Le trousseau ne donne pas le mot de passe de {account}',
  },
  stale: {
    en: '{folder} was left behind by a process that is gone',
    fr: '{folder} a été abandonné par un processus disparu',
  },
  repairStale: {
    en: '`nuage-mount doctor --repair` clears it away; `nuage-mount {folder}` mounts it again.',
    fr: "`nuage-mount doctor --repair` l'enlève ; `nuage-mount {folder}` le remonte.",
  },
  staleCleared: {
    en: '{folder} was left behind by a process that is gone; it is unmounted',
    fr: '{folder} avait été abandonné par un processus disparu ; il est démonté',
  },
  noQuota: { en: 'The server sets no limit of space', fr: 'Le serveur ne limite pas la place' },
  quota: { en: '{free} free on the server', fr: '{free} libres sur le serveur' },
  freeQuota: {
    en: 'Delete something there, or empty the trash in the web page.',
    fr: 'Supprimez-y quelque chose, ou videz la corbeille dans la page web.',
  },
  allSent: { en: 'Everything has been sent', fr: 'Tout a été envoyé' },
  queue: {
    en: { one: '{count} change waits to be sent', other: '{count} changes wait to be sent' },
    fr: { one: '{count} changement attend', other: '{count} changements attendent' },
  },
  refused: {
    en: {
      one: '{count} change was refused so far; it is kept',
      other: '{count} changes were refused so far; they are kept',
    },
    fr: {
      one: "{count} changement a été refusé jusqu'ici ; il n'est pas perdu",
      other: "{count} changements ont été refusés jusqu'ici ; ils ne sont pas perdus",
    },
  },
  seeStatus: {
    en: '`nuage-mount status {folder}` says which and why.',
    fr: '`nuage-mount status {folder}` dit lesquels et pourquoi.',
  },
  cacheGood: {
    en: { one: 'The cache is sound ({count} file)', other: 'The cache is sound ({count} files)' },
    fr: {
      one: 'Le cache est sain ({count} fichier)',
      other: 'Le cache est sain ({count} fichiers)',
    },
  },
  cacheRepaired: {
    en: {
      one: 'The cache is mended: {count} file is fetched again',
      other: 'The cache is mended: {count} files are fetched again',
    },
    fr: {
      one: 'Le cache est réparé : {count} fichier sera de nouveau téléchargé',
      other: 'Le cache est réparé : {count} fichiers seront de nouveau téléchargés',
    },
  },
  cacheLost: {
    en: {
      one: 'Unsent bytes of {count} file are lost or in doubt',
      other: 'Unsent bytes of {count} files are lost or in doubt',
    },
    fr: {
      one: 'Des octets non envoyés de {count} fichier sont perdus ou douteux',
      other: 'Des octets non envoyés de {count} fichiers sont perdus ou douteux',
    },
  },
  seeCheck: {
    en: '`nuage-mount cache --check {folder}` names them.',
    fr: '`nuage-mount cache --check {folder}` les nomme.',
  },
});
