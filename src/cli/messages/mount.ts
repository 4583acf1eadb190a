/** `mount`: its options, what is wrong with them, and what comes of it. */
import { defineMessages } from './define.js';

export const mountOptionText = defineMessages({
  about: {
    en: 'Mount an account on a folder; `mount` may be left out',
    fr: 'Monte un compte sur un dossier ; le mot `mount` est facultatif',
  },
  folder: { en: 'An empty or new folder', fr: 'Un dossier vide, ou nouveau' },
  account: {
    en: 'One that is logged in, such as jean.dupont@nuage03.apps.education.fr',
    fr: 'Un compte connecté, par exemple jean.dupont@nuage03.apps.education.fr',
  },
  server: {
    en: 'Address, as the browser shows it',
    fr: 'Adresse, comme le navigateur la montre',
  },
  user: { en: 'Login name', fr: "Nom d'utilisateur" },
  passwordFile: {
    en: 'File whose first line is the app password (else NUAGE_PASSWORD, else a question)',
    fr: [
      "Fichier dont la première ligne est le mot de passe d'application (sinon NUAGE_PASSWORD,",
      'sinon une question)',
    ],
  },
  caFile: {
    en: 'Certificate authority to trust besides the usual ones (PEM)',
    fr: 'Autorité de certification à croire en plus des habituelles (PEM)',
  },
  insecure: {
    en: 'Allow http:// to other machines: the password travels readable',
    fr: 'Permet http:// vers une autre machine : le mot de passe voyage en clair',
  },
  foreground: {
    en: 'Stay in this terminal; Ctrl-C unmounts',
    fr: 'Reste dans ce terminal ; Ctrl-C démonte',
  },
  readOnly: { en: 'Change nothing', fr: 'Ne change rien' },
  allowOther: {
    en: 'Let other users of this machine in',
    fr: 'Laisse entrer les autres utilisateurs de cet ordinateur',
  },
  fsType: {
    en: 'Type that file managers see; with another one they read every file for previews',
    fr: [
      'Type que voient les gestionnaires de fichiers ; avec un autre, ils lisent tous les',
      'fichiers pour en faire des aperçus',
    ],
  },
  cacheSize: {
    en: 'How much may be kept of what was read; auto is {gib}G, or a tenth of the free disk',
    fr: 'Place pour garder ce qui a été lu ; auto est {gib}G, ou un dixième du disque libre',
  },
  minFree: {
    en: 'How much of the disk to leave free; auto is {gib}G, or a twentieth of a small disk',
    fr: "Place à laisser libre ; auto est {gib}G, ou un vingtième d'un petit disque",
  },
  confirmDeletions: {
    en: 'Percentage of the account above which deleting asks first; 100: never',
    fr: 'Pourcentage du compte au-delà duquel une suppression attend votre accord ; 100 : jamais',
  },
  pollInterval: {
    en: 'Seconds between two looks for changes on the server',
    fr: 'Secondes entre deux recherches de changements sur le serveur',
  },
  uploadDelay: {
    en: 'Seconds between the last close of a file and its upload',
    fr: "Secondes entre la dernière fermeture d'un fichier et son envoi",
  },
  uploadLimit: {
    en: 'Bytes per second that all uploads together may take, such as 500K; 0: no limit',
    fr: 'Octets par seconde pour tous les envois ensemble, par exemple 500K ; 0 : sans limite',
  },
  downloadLimit: {
    en: 'Bytes per second that all downloads together may take, such as 2M; 0: no limit',
    fr: 'Octets par seconde pour toutes les réceptions ensemble, par exemple 2M ; 0 : sans limite',
  },
  logLevel: {
    en: '{levels}; in a terminal warn',
    fr: '{levels} ; dans un terminal warn',
  },
  logNames: {
    en: 'Names of files and folders in the log, instead of marks',
    fr: 'Les noms de fichiers et de dossiers dans le journal, au lieu de marques',
  },
});

export const mountUsageText = defineMessages({
  passwordInArguments: {
    en: 'A password on the command line is seen by everybody on this machine.',
    fr: 'Un mot de passe sur la ligne de commande est visible de tous sur cet ordinateur.',
  },
  noCommand: { en: 'There is no command {command}.', fr: "Il n'y a pas de commande {command}." },
  didYouMean: {
    en: 'Did you mean `nuage-mount {command}`? A folder of that name is {folder}.',
    fr: 'Vouliez-vous dire `nuage-mount {command}` ? Un dossier de ce nom est {folder}.',
  },
  otherwise: {
    en: 'Use --password-file or NUAGE_PASSWORD, or let nuage-mount ask for it.',
    fr: 'Utilisez --password-file ou NUAGE_PASSWORD, ou laissez nuage-mount le demander.',
  },
  whichAccount: {
    en: 'Which account is to be mounted on {folder}?',
    fr: 'Quel compte faut-il monter sur {folder} ?',
  },
  logInFirst: {
    en: 'Log in first, with `nuage-mount login`; or give --server and --user.',
    fr: "Connectez-vous d'abord, avec `nuage-mount login` ; ou donnez --server et --user.",
  },
  whichOf: { en: 'Which account? {accounts}.', fr: 'Quel compte ? {accounts}.' },
  nameAccount: {
    en: 'Name it, for example: --account {name}',
    fr: 'Nommez-le, par exemple : --account {name}',
  },
  certificateUnreadable: {
    en: 'The file {file} cannot be read.',
    fr: 'Le fichier {file} ne se lit pas.',
  },
  noCertificate: {
    en: 'There is no certificate in {file}.',
    fr: "Il n'y a pas de certificat dans {file}.",
  },
  pem: {
    en: 'Give --ca-file a PEM file with the certificate of your authority.',
    fr: 'Donnez à --ca-file un fichier PEM avec le certificat de votre autorité.',
  },
  noType: {
    en: '{type} is no type of a file system.',
    fr: "{type} n'est pas un type de système de fichiers.",
  },
  optionTakes: { en: '{option} takes {expected}.', fr: '{option} prend {expected}.' },
  noAddress: { en: '{address}: {reason}.', fr: '{address} : {reason}.' },
  addressExample: {
    en: 'Give it as the browser shows it: https://nuage03.apps.education.fr',
    fr: 'Donnez-la comme le navigateur la montre : https://nuage03.apps.education.fr',
  },
});

export const mountText = defineMessages({
  mounted: {
    en: 'The account of {user} on {url} is mounted on {folder}.',
    fr: 'Le compte de {user} sur {url} est monté sur {folder}.',
  },
  mountedHere: {
    en: 'The account of {user} on {url} is mounted on {folder}. Ctrl-C ends it.',
    fr: 'Le compte de {user} sur {url} est monté sur {folder}. Ctrl-C y met fin.',
  },
  backgroundEnded: {
    en: 'The background process has ended at once.',
    fr: "Le processus en arrière-plan s'est arrêté aussitôt.",
  },
  backgroundHangs: {
    en: 'The background process hangs.',
    fr: 'Le processus en arrière-plan ne répond pas.',
  },
  seeWhy: {
    en: 'Run this again with --foreground to see why.',
    fr: 'Recommencez avec --foreground pour voir pourquoi.',
  },
  noAnswer: {
    en: 'The mount on {folder} does not answer.',
    fr: 'Le montage sur {folder} ne répond pas.',
  },
  endedAtOnce: { en: 'The mount has ended at once.', fr: "Le montage s'est arrêté aussitôt." },
  accountMounted: {
    en: 'This account is already mounted.',
    fr: 'Ce compte est déjà monté.',
  },
  accountMountedOn: {
    en: 'This account is already mounted on {folder} (process {pid}).',
    fr: 'Ce compte est déjà monté sur {folder} (processus {pid}).',
  },
  waitForEnd: {
    en: 'Wait until it has ended, then run this again.',
    fr: "Attendez qu'il se termine, puis recommencez.",
  },
  useOrEnd: {
    en: 'Use it there, or end it with `nuage-mount unmount {folder}`.',
    fr: 'Utilisez-le là, ou démontez-le avec `nuage-mount unmount {folder}`.',
  },
});

/** What is wrong with the folder, or with FUSE. */
export const mountPointText = defineMessages({
  nameEmpty: { en: 'Which folder? Its name is empty.', fr: 'Quel dossier ? Son nom est vide.' },
  leadsNowhere: {
    en: '{folder} is a link that leads nowhere.',
    fr: '{folder} est un lien qui ne mène nulle part.',
  },
  choose: {
    en: 'Choose an empty folder of your own, or one that does not exist yet.',
    fr: "Choisissez un dossier vide à vous, ou un dossier qui n'existe pas encore.",
  },
  chooseAnother: { en: 'Choose another folder.', fr: 'Choisissez un autre dossier.' },
  alreadyMounted: { en: '{folder} is already mounted.', fr: '{folder} est déjà monté.' },
  endFirst: {
    en: 'End it first with `nuage-mount unmount {folder}`.',
    fr: "Démontez-le d'abord avec `nuage-mount unmount {folder}`.",
  },
  foreign: {
    en: 'Another file system is mounted on {folder}.',
    fr: 'Un autre système de fichiers est monté sur {folder}.',
  },
  notEmpty: {
    en: '{folder} is not empty: what is in it would be hidden.',
    fr: "{folder} n'est pas vide : son contenu serait caché.",
  },
  unusable: { en: '{folder}: {reason}.', fr: '{folder} : {reason}.' },
  noFolder: { en: 'this is no folder', fr: "ce n'est pas un dossier" },
  mayNotWrite: { en: 'you may not write there', fr: "vous n'avez pas le droit d'y écrire" },
  cannotMake: {
    en: 'no folder can be made there',
    fr: 'on ne peut pas y créer de dossier',
  },
  inUse: {
    en: '{folder} is still in use: a program has a file open or stands in it.',
    fr: "{folder} est encore utilisé : un logiciel y a un fichier ouvert ou s'y trouve.",
  },
  theFolder: { en: 'The folder', fr: 'Le dossier' },
  closeIt: {
    en: 'Close it, then run this again; or add --lazy, which does not wait for it.',
    fr: "Fermez-le, puis recommencez ; ou ajoutez --lazy, qui ne l'attend pas.",
  },
  noPlatform: {
    en: 'nuage-mount cannot mount on {platform} yet.',
    fr: 'nuage-mount ne sait pas encore monter sous {platform}.',
  },
  needsLinux: { en: 'It needs Linux, with FUSE.', fr: 'Il lui faut Linux, avec FUSE.' },
  noDevice: {
    en: 'FUSE is missing: there is no {device}.',
    fr: "FUSE manque : il n'y a pas de {device}.",
  },
  installFuseOrDevice: {
    en: [
      'Install it with `sudo apt install fuse3`;',
      'a container needs `--device /dev/fuse` as well.',
    ],
    fr: [
      'Installez-le avec `sudo apt install fuse3` ;',
      'à un conteneur il faut aussi `--device /dev/fuse`.',
    ],
  },
  noFusermount: {
    en: 'FUSE is missing: the program fusermount3 cannot be found.',
    fr: 'FUSE manque : le programme fusermount3 est introuvable.',
  },
  installFuse: {
    en: 'Install it with `sudo apt install fuse3`, or ask your administrator to.',
    fr: 'Installez-le avec `sudo apt install fuse3`, ou demandez-le à votre administrateur.',
  },
});
