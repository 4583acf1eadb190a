/** What notifications on the desktop say. */
import { defineMessages } from './define.js';

export const noticeText = defineMessages({
  login: {
    en: 'The server refuses the password. Log in again: nuage-mount login. Nothing is lost.',
    fr: [
      'Le serveur refuse le mot de passe. Reconnectez-vous : nuage-mount login.',
      "Rien n'est perdu.",
    ],
  },
  cacheFull: {
    en: 'The disk of this computer is full: what is read is not kept. Free some space.',
    fr: [
      "Le disque de cet ordinateur est plein : ce qui est lu n'est pas gardé.",
      'Libérez de la place.',
    ],
  },
  held: {
    en: 'So many deletions may be an accident: they wait for you. See nuage-mount deletions.',
    fr: [
      'Tant de suppressions sont peut-être un accident : elles vous attendent.',
      'Voir nuage-mount deletions.',
    ],
  },
  quota: {
    en: {
      one: 'The account is full: {file} waits here until there is room.',
      other: 'The account is full: {count} changes wait here until there is room, {file} first.',
    },
    fr: {
      one: "Le compte est plein : {file} attend ici qu'il y ait de la place.",
      other: '{count} changements attendent ici que le compte ait de la place, dont {file}.',
    },
  },
  refused: {
    en: {
      one: '{file} could not be sent. It is kept; nuage-mount status says why.',
      other: '{count} changes could not be sent, {file} among them. nuage-mount status says why.',
    },
    fr: {
      one: "{file} n'a pas pu être envoyé. Il est gardé ; nuage-mount status dit pourquoi.",
      other:
        "{count} changements n'ont pas pu être envoyés, dont {file} : voir nuage-mount status.",
    },
  },
  conflict: {
    en: {
      one: 'Changed here and elsewhere: your version is kept beside it, as {file}.',
      other: 'Changed here and elsewhere: {count} conflict copies were made, {file} among them.',
    },
    fr: {
      one: 'Modifié ici et ailleurs : votre version est gardée à côté, sous {file}.',
      other: 'Modifiés ici et ailleurs : {count} copies de conflit, dont {file}.',
    },
  },
});
