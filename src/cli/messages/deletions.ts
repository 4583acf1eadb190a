/** `deletions`: those that are held back until somebody answers. */
import { defineMessages } from './define.js';

export const deletionsText = defineMessages({
  about: {
    en: 'Deletions held back because they are so many, or those of a shared folder',
    fr: "Les suppressions retenues, tant elles sont nombreuses, ou celles d'un dossier partagé",
  },
  confirm: { en: 'Send them', fr: 'Les envoie' },
  undo: { en: 'Take them back', fr: 'Les annule' },
  none: {
    en: 'No deletion waits for an answer.',
    fr: "Aucune suppression n'attend votre accord.",
  },
  waiting: {
    en: {
      one: '{count} deletion ({bytes}) waits for your answer:',
      other: '{count} deletions ({bytes}) wait for your answer:',
    },
    fr: {
      one: '{count} suppression ({bytes}) attend votre accord :',
      other: '{count} suppressions ({bytes}) attendent votre accord :',
    },
  },
  confirmed: {
    en: {
      one: '{count} deletion ({bytes}) is sent now, to the trash of the server.',
      other: '{count} deletions ({bytes}) are sent now, to the trash of the server.',
    },
    fr: {
      one: '{count} suppression ({bytes}) part maintenant, vers la corbeille du serveur.',
      other: '{count} suppressions ({bytes}) partent maintenant, vers la corbeille du serveur.',
    },
  },
  undone: {
    en: {
      one: '{count} deletion ({bytes}) taken back: it is here again.',
      other: '{count} deletions ({bytes}) taken back: all of it is here again.',
    },
    fr: {
      one: '{count} suppression ({bytes}) annulée : tout est revenu.',
      other: '{count} suppressions ({bytes}) annulées : tout est revenu.',
    },
  },
  how: {
    en: [
      '`nuage-mount deletions --confirm` sends them: they go to the trash of the server.\n',
      '`nuage-mount deletions --undo` takes them back.',
    ],
    fr: [
      '`nuage-mount deletions --confirm` les envoie, vers la corbeille du serveur.\n',
      '`nuage-mount deletions --undo` les annule.',
    ],
  },
});
