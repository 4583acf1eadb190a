/** What `status` says to people, and `--help` of it. */
import { defineMessages } from './define.js';

export const statusText = defineMessages({
  about: {
    en: 'What is mounted, what waits, what failed and why',
    fr: 'Ce qui est monté, ce qui attend, ce qui a échoué et pourquoi',
  },
  mount: {
    en: '{folder}: {user} on {url} (process {pid})',
    fr: '{folder} : {user} sur {url} (processus {pid})',
  },
  online: { en: 'online since {time}', fr: 'en ligne depuis {time}' },
  offline: { en: 'OFFLINE since {time}', fr: 'HORS LIGNE depuis {time}' },
  refusesPassword: {
    en: 'the server refuses the password: log in again with `nuage-mount login`. Nothing is lost.',
    fr: [
      'le serveur refuse le mot de passe : reconnectez-vous avec `nuage-mount login`.',
      "Rien n'est perdu.",
    ],
  },
  known: {
    en: {
      one: 'known: {count} file or folder; kept here: {bytes}',
      other: 'known: {count} files and folders; kept here: {bytes}',
    },
    fr: {
      one: 'connus : {count} fichier ou dossier ; gardés ici : {bytes}',
      other: 'connus : {count} fichiers et dossiers ; gardés ici : {bytes}',
    },
  },
  quotaFree: {
    en: 'on the server: {used} used, {free} free',
    fr: 'sur le serveur : occupé {used}, libre {free}',
  },
  quotaWithoutLimit: {
    en: 'on the server: {used} used, no limit',
    fr: 'sur le serveur : occupé {used}, sans limite',
  },
  limits: {
    en: 'limited to {up} sent, {down} received',
    fr: 'limité à {up} en envoi, {down} en réception',
  },
  noLimit: { en: 'any speed', fr: 'toute vitesse' },
  cache: { en: 'cache: {warning}', fr: 'cache : {warning}' },
  readers: {
    en: 'read most since the mount: {list}',
    fr: 'ont le plus lu depuis le montage : {list}',
  },
  reader: {
    en: { one: '{program} {bytes} ({count} file)', other: '{program} {bytes} ({count} files)' },
    fr: {
      one: '{program} {bytes} ({count} fichier)',
      other: '{program} {bytes} ({count} fichiers)',
    },
  },
  heldMuch: {
    en: {
      one: 'HELD BACK, being much of the account: {count} deletion ({bytes})',
      other: 'HELD BACK, being much of the account: {count} deletions ({bytes})',
    },
    fr: {
      one: 'RETENUE, grande part du compte : {count} suppression ({bytes})',
      other: 'RETENUES, grande part du compte : {count} suppressions ({bytes})',
    },
  },
  heldShare: {
    en: {
      one: 'HELD BACK, being a shared folder: {count} deletion ({bytes})',
      other: 'HELD BACK, being a shared folder: {count} deletions ({bytes})',
    },
    fr: {
      one: 'RETENUE, dossier partagé : {count} suppression ({bytes})',
      other: 'RETENUES, dossier partagé : {count} suppressions ({bytes})',
    },
  },
  heldHint: {
    en: '`nuage-mount deletions` shows them, sends them or takes them back.',
    fr: '`nuage-mount deletions` les montre, les envoie ou les annule.',
  },
  log: { en: 'log: {file}', fr: 'journal : {file}' },
  allSent: { en: 'everything has been sent', fr: 'tout a été envoyé' },
  waiting: {
    en: { one: '{count} change waits to be sent:', other: '{count} changes wait to be sent:' },
    fr: {
      one: "{count} changement attend d'être envoyé :",
      other: "{count} changements attendent d'être envoyés :",
    },
  },
  waitingSomeRefused: {
    en: {
      one: '{count} change waits to be sent, {refused} refused so far:',
      other: '{count} changes wait to be sent, {refused} of them refused so far:',
    },
    fr: {
      one: "{count} changement attend d'être envoyé, {refused} refusé jusqu'ici :",
      other: "{count} changements attendent d'être envoyés, dont {refused} refusés jusqu'ici :",
    },
  },
  conflicts: {
    en: {
      one: '{count} conflict copy waits for you: `nuage-mount conflicts`',
      other: '{count} conflict copies wait for you: `nuage-mount conflicts`',
    },
    fr: {
      one: '{count} copie de conflit vous attend : `nuage-mount conflicts`',
      other: '{count} copies de conflit vous attendent : `nuage-mount conflicts`',
    },
  },
  lockedBy: {
    en: 'locked by {owner}, read only for you: {file}',
    fr: 'verrouillé par {owner}, en lecture seule pour vous : {file}',
  },
  lockedForOthers: {
    en: 'locked by you, read only for others: {file}',
    fr: 'verrouillé par vous, en lecture seule pour les autres : {file}',
  },
  percent: { en: '{percent}%', fr: '{percent} %' },
  speed: { en: '{bytes}/s', fr: '{bytes}/s' },
  left: { en: '{time} left', fr: 'encore {time}' },
  watch: {
    en: 'Look again every second, until Ctrl-C',
    fr: "Regarde à nouveau chaque seconde, jusqu'à Ctrl-C",
  },
  metrics: {
    en: 'Print counters and latencies in the text form of Prometheus',
    fr: 'Affiche compteurs et latences au format texte de Prometheus',
  },
  exitCode: {
    en: 'Answer by the exit code: 5 offline, 6 login refused, 9 changes wait, 0 none of it',
    fr: [
      'Répond par le code de sortie : 5 hors ligne, 6 connexion refusée,',
      '9 envois en attente, 0 sinon',
    ],
  },
  more: { en: 'and {count} more', fr: 'et {count} de plus' },
});

/** What is done to a file or folder on the server. */
export const actionText = defineMessages({
  create: { en: 'create', fr: 'créer' },
  upload: { en: 'upload', fr: 'envoyer' },
  move: { en: 'move', fr: 'déplacer' },
  delete: { en: 'delete', fr: 'supprimer' },
  'set-time': { en: 'set-time', fr: 'dater' },
});
