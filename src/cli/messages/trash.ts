/** `trash`: what was deleted, and to have it back. */
import { defineMessages } from './define.js';

export const trashText = defineMessages({
  about: {
    en: 'What lies in the trash of the server; --restore brings it back',
    fr: 'Ce qui est dans la corbeille du serveur ; --restore le ressort',
  },
  restore: {
    en: 'Number, path or name of what is to come back to where it was',
    fr: 'Numéro, chemin ou nom de ce qui doit revenir à sa place',
  },
  empty: { en: 'The trash is empty.', fr: 'La corbeille est vide.' },
  back: { en: '{path} is back.', fr: '{path} est revenu.' },
  older: { en: 'and {count} older', fr: 'et {count} plus anciens' },
  how: {
    en: 'To have one back: `nuage-mount trash --restore NUMBER`',
    fr: 'Pour en ressortir un : `nuage-mount trash --restore NUMÉRO`',
  },
});
