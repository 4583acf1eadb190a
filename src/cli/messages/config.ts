/** What `config` says to people, and what is wrong with a configuration. */
import { defineMessages } from './define.js';

export const configText = defineMessages({
  about: {
    en: 'Show the configuration, or one key of it; with a value, set it',
    fr: 'Montre la configuration, ou une clé ; avec une valeur, la fixe',
  },
  key: { en: 'Such as cache-size', fr: 'Par exemple cache-size' },
  value: { en: 'Its new value', fr: 'Sa nouvelle valeur' },
  show: {
    en: 'Every key with its value and where that comes from (the default)',
    fr: "Chaque clé avec sa valeur et d'où elle vient (par défaut)",
  },
  path: { en: 'Where the file is', fr: 'Où se trouve le fichier' },
  edit: { en: 'Open the file in an editor', fr: 'Ouvre le fichier dans un éditeur' },
  unset: { en: 'Take the key away: its default counts', fr: 'Enlève la clé : son défaut vaut' },
  account: {
    en: 'For this account alone, such as jean.dupont@nuage03.apps.education.fr',
    fr: 'Pour ce seul compte, par exemple jean.dupont@nuage03.apps.education.fr',
  },
  set: { en: '{key} is now {value}.', fr: '{key} vaut maintenant {value}.' },
  unsetDone: { en: '{key} has its default again.', fr: '{key} a de nouveau son défaut.' },
  atNextMount: {
    en: 'It counts from the next mount on.',
    fr: 'Cela vaudra au prochain montage.',
  },
  fileIs: { en: 'File: {file}', fr: 'Fichier : {file}' },
  noFileYet: {
    en: 'File: {file} (does not exist yet)',
    fr: "Fichier : {file} (n'existe pas encore)",
  },
  accountSection: {
    en: 'For one account alone, in a section: `[accounts."{account}"]`',
    fr: 'Pour un seul compte, dans une section : `[accounts."{account}"]`',
  },
  noEditor: {
    en: 'There is no editor: set EDITOR.',
    fr: "Il n'y a pas d'éditeur : définissez EDITOR.",
  },
  editorFailed: { en: 'The editor {editor} failed.', fr: "L'éditeur {editor} a échoué." },
  whichKey: { en: 'Which key?', fr: 'Quelle clé ?' },
  badLine: {
    en: 'Line {line} of the configuration cannot be read: {reason}.',
    fr: 'La ligne {line} de la configuration est illisible : {reason}.',
  },
  noSection: {
    en: 'The configuration has {name} in a form that it must not have.',
    fr: "Dans la configuration, {name} n'a pas la forme qu'il faut.",
  },
  unknownKey: {
    en: 'The configuration knows no key {key}.',
    fr: 'La configuration ne connaît pas la clé {key}.',
  },
  didYouMean: { en: 'Did you mean {key}?', fr: 'Vouliez-vous dire {key} ?' },
  keysAre: { en: 'There are: {keys}.', fr: 'Il y a : {keys}.' },
  notPerAccount: {
    en: '{key} counts for all accounts: it cannot stand in the section of {account}.',
    fr: '{key} vaut pour tous les comptes : pas de place dans la section de {account}.',
  },
  badValue: { en: '{key} takes {expected}.', fr: '{key} prend {expected}.' },
  mend: {
    en: 'Mend it in {file}, or with `nuage-mount config --edit`.',
    fr: 'Corrigez dans {file}, ou avec `nuage-mount config --edit`.',
  },
});

export const expectedText = defineMessages({
  text: { en: 'a text', fr: 'un texte' },
  yesNo: { en: 'true or false', fr: 'true (oui) ou false (non)' },
  size: { en: 'a size such as 500M or 10G, or auto', fr: 'une taille comme 500M ou 10G, ou auto' },
  rate: {
    en: 'bytes per second such as 500K or 2M, or 0 for no limit',
    fr: 'des octets par seconde, comme 500K ou 2M, ou 0 pour ne pas limiter',
  },
  percentage: { en: 'a percentage, 0 to 100', fr: 'un pourcentage, de 0 à 100' },
  seconds: {
    en: 'seconds, at least {least}',
    fr: 'un nombre de secondes, au moins {least}',
  },
  texts: { en: 'a list of texts', fr: 'une liste de textes' },
  oneOf: { en: 'one of {choices}', fr: "l'un de {choices}" },
});

export const originText = defineMessages({
  default: { en: 'default', fr: 'défaut' },
  file: { en: 'this file', fr: 'ce fichier' },
  account: { en: 'this file, for the account', fr: 'ce fichier, pour ce compte' },
  'command-line': { en: 'command line of the mount', fr: 'ligne de commande du montage' },
});

/** What each key is for. */
export const configKeyText = defineMessages({
  account: {
    en: 'The account that is meant when none is named',
    fr: "Le compte dont il s'agit quand aucun n'est nommé",
  },
  language: {
    en: 'auto (as the system), en, fr',
    fr: 'auto (comme le système), en, fr',
  },
  notifications: {
    en: 'Tell on the desktop what needs you',
    fr: 'Prévenir sur le bureau quand on a besoin de vous',
  },
  'cache-size': {
    en: 'How much may be kept of what was read',
    fr: 'Place pour garder ce qui a été lu',
  },
  'min-free': {
    en: 'How much of the disk to leave free',
    fr: 'Place à laisser libre sur le disque',
  },
  'poll-interval': {
    en: 'Seconds between two looks for changes on the server',
    fr: 'Secondes entre deux recherches de changements sur le serveur',
  },
  'upload-delay': {
    en: 'Seconds between the last close of a file and its upload',
    fr: "Secondes entre la dernière fermeture d'un fichier et son envoi",
  },
  'upload-limit': {
    en: 'Bytes per second that all uploads together may take; 0: no limit',
    fr: 'Octets par seconde pour tous les envois ensemble ; 0 : sans limite',
  },
  'download-limit': {
    en: 'Bytes per second that all downloads together may take; 0: no limit',
    fr: 'Octets par seconde pour toutes les réceptions ensemble ; 0 : sans limite',
  },
  'read-only': { en: 'Change nothing', fr: 'Ne rien changer' },
  'allow-other': {
    en: 'Let other users of this machine in',
    fr: 'Laisser entrer les autres utilisateurs de cet ordinateur',
  },
  'confirm-deletions': {
    en: 'Percentage of the account above which deleting asks first; 100: never',
    fr: 'Pourcentage du compte au-delà duquel une suppression attend votre accord ; 100 : jamais',
  },
  'local-names': {
    en: 'More names that stay on this machine, such as `*.tmp`',
    fr: 'Autres noms qui restent sur cet ordinateur, par exemple `*.tmp`',
  },
  locks: {
    en: 'Lock for others the documents that are open here, where the server has locks',
    fr: [
      'Verrouiller pour les autres les documents ouverts ici, là où le serveur connaît',
      'les verrous',
    ],
  },
  'fs-type': {
    en: 'Type that file managers see; with another one they read every file for previews',
    fr: [
      'Type que voient les gestionnaires de fichiers ; avec un autre, ils lisent tous les',
      'fichiers pour en faire des aperçus',
    ],
  },
  'log-level': { en: 'error, warn, info, debug', fr: 'error, warn, info, debug' },
  'log-names': {
    en: 'Names of files and folders in the log, instead of marks',
    fr: 'Les noms de fichiers et de dossiers dans le journal, au lieu de marques',
  },
});
