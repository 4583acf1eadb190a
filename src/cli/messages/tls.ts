/** What of a secure connection is wrong, and what to do about it. */
import type { TlsFault } from '../../errors.js';
import { defineMessages, type Message } from './define.js';

export const tlsText = defineMessages({
  name: {
    en: 'The certificate of {host} is for another name',
    fr: 'Le certificat de {host} est pour un autre nom',
  },
  time: {
    en: 'The certificate of {host} is not valid today',
    fr: "Le certificat de {host} n'est pas valable aujourd'hui",
  },
  authority: {
    en: 'The certificate of {host} comes from an unknown authority',
    fr: "Le certificat de {host} vient d'une autorité inconnue",
  },
  'no-tls': {
    en: '{host} does not speak TLS at this port',
    fr: '{host} ne parle pas TLS sur ce port',
  },
  version: {
    en: 'No secure connection with {host} can be agreed on',
    fr: "Aucune connexion sûre n'est possible avec {host}",
  },
}) satisfies Readonly<Record<TlsFault, Message<'host'>>>;

/** In place of a host, where it has been named before. */
export const tlsHostText = defineMessages({
  thisServer: { en: 'this server', fr: 'ce serveur' },
});

export const tlsAdviceText = defineMessages({
  name: { en: 'Check the address.', fr: "Vérifiez l'adresse." },
  time: {
    en: 'Check the clock of this machine; if it is right, the server needs a new certificate.',
    fr: [
      "Vérifiez l'horloge de cette machine ;",
      'si elle est juste, le serveur doit renouveler le sien.',
    ],
  },
  authority: {
    en: 'If a proxy or the school stands behind it: `--ca-file FILE` with its certificate (PEM).',
    fr: [
      "Si c'est celle d'un proxy ou de l'établissement :",
      '`--ca-file FICHIER` avec son certificat (PEM).',
    ],
  },
  'no-tls': {
    en: 'Check the port; if the server has no https at all, its address begins with http://.',
    fr: "Vérifiez le port ; si le serveur n'a pas de https, son adresse commence par http://.",
  },
  version: {
    en: 'The server, or a proxy before it, speaks an old or another TLS: ask its administrator.',
    fr: 'Le serveur, ou un proxy devant lui, parle un autre TLS : demandez à son administrateur.',
  },
}) satisfies Readonly<Record<TlsFault, Message>>;
