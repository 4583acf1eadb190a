/** What `demo` says to people, and `--help` of it. */
import { defineMessages } from './define.js';

export const demoText = defineMessages({
  about: {
    en: 'Mount an embedded Nuage with the account of a teacher; no account needed',
    fr: "Monte un Nuage d'essai avec le compte d'un enseignant ; sans compte",
  },
  folder: {
    en: 'An empty or new folder [default: ~/Nuage-demo]',
    fr: 'Un dossier vide, ou nouveau [défaut : ~/Nuage-demo]',
  },
  preparing: {
    en: 'Preparing the account of a teacher…',
    fr: "Préparation du compte d'un enseignant…",
  },
  invitation: {
    en: [
      'The account is in {folder}:',
      'open, edit, copy, rename, delete there with any program.\n',
      "The server's own folder is {serverFolder}:",
      'a change on one side appears on the other.\n',
      'Ctrl-C here ends the demonstration, and so does: {unmount} {folder}',
    ],
    fr: [
      'Le compte est dans {folder} :',
      "ouvrez, modifiez, copiez, renommez, supprimez-y avec n'importe quel logiciel.\n",
      'Le dossier du serveur est {serverFolder} :',
      "un changement d'un côté apparaît de l'autre.\n",
      'Ctrl-C ici met fin à la démonstration, de même que : {unmount} {folder}',
    ],
  },
  ended: {
    en: 'The demonstration has ended; nothing of it is left.',
    fr: "La démonstration est terminée ; il n'en reste rien.",
  },
  notStarted: {
    en: 'The embedded Nuage could not be started.',
    fr: "Le Nuage d'essai n'a pas pu démarrer.",
  },
});
