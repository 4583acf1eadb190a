/** What each exit code means: listed by `--help` and in the README. */
import { defineMessages } from './define.js';

export const exitMeanings = defineMessages({
  0: { en: 'done', fr: 'fait' },
  1: {
    en: 'unexpected: a defect, a failing disk, given up by Ctrl-C before it was done',
    fr: 'imprévu : un défaut, un disque en panne, un abandon par Ctrl-C avant la fin',
  },
  2: {
    en: 'the command line makes no sense, or the password is missing',
    fr: 'la ligne de commande ne veut rien dire, ou le mot de passe manque',
  },
  3: {
    en: 'the mount point is no folder, not empty, not yours, or still in use',
    fr: "le dossier n'en est pas un, n'est pas vide, pas à vous, ou encore utilisé",
  },
  4: {
    en: 'already mounted, or not mounted where it should be',
    fr: "déjà monté, ou pas monté là où il devrait l'être",
  },
  5: {
    en: 'the server cannot be reached, or the address is wrong',
    fr: "le serveur est injoignable, ou l'adresse est fausse",
  },
  6: {
    en: 'the server refuses the user name or the password',
    fr: "le serveur refuse le nom d'utilisateur ou le mot de passe",
  },
  7: {
    en: 'something answers there, but it is no Nextcloud (or one that is too old)',
    fr: "quelque chose répond, mais ce n'est pas un Nextcloud (ou il est trop ancien)",
  },
  8: {
    en: 'FUSE is missing or may not be used (sudo apt install fuse3)',
    fr: 'FUSE manque ou est interdit (sudo apt install fuse3)',
  },
  9: {
    en: 'changes are left that the server has not taken; they are kept',
    fr: "il reste des changements que le serveur n'a pas pris ; ils sont gardés",
  },
});
