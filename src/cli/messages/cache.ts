/** What `cache` says to people, and `--help` of it. */
import { defineMessages } from './define.js';

export const cacheText = defineMessages({
  about: {
    en: 'What is kept here of what was read, its bounds, and what is pinned',
    fr: 'Ce qui est gardé ici de ce qui a été lu, ses limites, et ce qui est épinglé',
  },
  clear: {
    en: 'Give up what the server has, of this file or folder; not what is open or pinned',
    fr: [
      'Rend la place de ce que le serveur possède, pour ce fichier ou ce dossier ;',
      'pas de ce qui est ouvert ou épinglé',
    ],
  },
  check: {
    en: 'Look for damage; what the server has is fetched again',
    fr: 'Cherche ce qui est abîmé ; ce que le serveur possède sera repris chez lui',
  },
  twoCommands: {
    en: '--clear and --check are two commands.',
    fr: '--clear et --check sont deux commandes différentes.',
  },
  givenUp: {
    en: {
      one: 'Given up of {path}: {count} file, {bytes}.',
      other: 'Given up of {path}: {count} files, {bytes}.',
    },
    fr: {
      one: 'Place rendue pour {path} : {count} fichier, {bytes}.',
      other: 'Place rendue pour {path} : {count} fichiers, {bytes}.',
    },
  },
  checked: {
    en: {
      one: "{count} file checked, {compared} against the server's checksum.",
      other: "{count} files checked, {compared} of them against the server's checksum.",
    },
    fr: {
      one: '{count} fichier vérifié, {compared} avec la somme de contrôle du serveur.',
      other: '{count} fichiers vérifiés, dont {compared} avec la somme de contrôle du serveur.',
    },
  },
  repaired: {
    en: 'damaged, to be fetched again: {path}',
    fr: 'abîmé, à reprendre sur le serveur : {path}',
  },
  lost: { en: 'UNSENT AND DAMAGED: {path}', fr: 'PAS ENVOYÉ ET ABÎMÉ : {path}' },
  noDamage: { en: 'Nothing is damaged.', fr: "Rien n'est abîmé." },
  bytesMissing: {
    en: {
      one: 'Of {count} unsent file bytes are missing on this machine.',
      other: 'Of {count} unsent files bytes are missing on this machine.',
    },
    fr: {
      one: "Il manque des octets à {count} fichier qui n'est pas encore envoyé.",
      other: 'Il manque des octets à {count} fichiers qui ne sont pas encore envoyés.',
    },
  },
  mountAgain: {
    en: [
      'They are not sent as they are. Unmount {folder} and mount it again:',
      'what is left of them is put beside the originals.',
    ],
    fr: [
      'Ils ne partiront pas ainsi. Démontez {folder} et remontez-le :',
      "ce qu'il en reste sera posé à côté des originaux.",
    ],
  },
  kept: { en: '{folder}: {bytes} kept', fr: '{folder} : {bytes} gardés' },
  atMost: {
    en: 'at most {bytes}, and what is pinned',
    fr: 'au plus {bytes}, et ce qui est épinglé',
  },
  onDisk: {
    en: 'on the disk: {free} free, {least} left to others',
    fr: 'sur le disque : {free} libres, {least} laissés aux autres',
  },
  files: {
    en: {
      one: '{count} file: {whole} whole, {unsent} not sent yet',
      other: '{count} files: {whole} whole, {unsent} not sent yet',
    },
    fr: {
      one: '{count} fichier : {whole} en entier, {unsent} pas encore envoyé',
      other: '{count} fichiers : {whole} en entier, {unsent} pas encore envoyés',
    },
  },
  damagedFetched: {
    en: { one: '{count} damaged file fetched again', other: '{count} damaged files fetched again' },
    fr: {
      one: '{count} fichier abîmé repris sur le serveur',
      other: '{count} fichiers abîmés repris sur le serveur',
    },
  },
  wholeAccount: { en: 'the whole account', fr: 'tout le compte' },
  pinned: {
    en: 'pinned: {path} ({here} of {files}, {bytes}, {state})',
    fr: 'épinglé : {path} ({here} sur {files}, {bytes}, {state})',
  },
  diskFull: {
    en: 'THE DISK IS FULL: what is read is not kept. Free some space.',
    fr: "LE DISQUE EST PLEIN : ce qui est lu n'est pas gardé. Libérez de la place.",
  },
  sizeFull: {
    en: ['FULL of what must stay: what is read is not kept.', '`--cache-size` gives it more room.'],
    fr: [
      "PLEIN de ce qui doit rester : ce qui est lu n'est pas gardé.",
      '`--cache-size` lui donne plus de place.',
    ],
  },
});
