/** `sync`: waits until everything has been sent. */
import { defineMessages } from './define.js';

export const syncText = defineMessages({
  about: { en: 'Wait until everything has been sent', fr: 'Attend que tout soit envoyé' },
  toBeSent: {
    en: { one: '{count} change to be sent…', other: '{count} changes to be sent…' },
    fr: { one: '{count} changement à envoyer…', other: '{count} changements à envoyer…' },
  },
  allSent: { en: 'Everything has been sent.', fr: 'Tout a été envoyé.' },
  refused: {
    en: {
      one: 'The server refused {count} change; nothing is lost.',
      other: 'The server refused {count} changes; nothing is lost.',
    },
    fr: {
      one: "Le serveur a refusé {count} changement ; rien n'est perdu.",
      other: "Le serveur a refusé {count} changements ; rien n'est perdu.",
    },
  },
  offline: {
    en: {
      one: 'Offline: there is no way to send {count} change; nothing is lost.',
      other: 'Offline: there is no way to send {count} changes; nothing is lost.',
    },
    fr: {
      one: "Hors ligne : impossible d'envoyer {count} changement ; rien n'est perdu.",
      other: "Hors ligne : impossible d'envoyer {count} changements ; rien n'est perdu.",
    },
  },
  held: {
    en: {
      one: '{count} deletion waits for your answer; all else has been sent.',
      other: '{count} deletions wait for your answer; all else has been sent.',
    },
    fr: {
      one: '{count} suppression attend votre accord ; tout le reste est envoyé.',
      other: '{count} suppressions attendent votre accord ; tout le reste est envoyé.',
    },
  },
  showsHeld: {
    en: '`nuage-mount deletions {folder}` shows them.',
    fr: '`nuage-mount deletions {folder}` les montre.',
  },
  whichAndWhy: {
    en: '`nuage-mount status {folder}` says which and why.',
    fr: '`nuage-mount status {folder}` dit lesquels et pourquoi.',
  },
});
