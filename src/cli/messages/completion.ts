/** What `completion` says of itself. */
import { defineMessages } from './define.js';

export const completionText = defineMessages({
  about: {
    en: 'Print what makes a shell complete our commands, or the manual page (man)',
    fr: 'Affiche de quoi compléter nos commandes dans un shell, ou la page de manuel (man)',
  },
  shell: { en: 'For which shell', fr: 'Pour quel shell' },
});
