/**
 * What went wrong, by its kind, for those who do not read English: other layers speak it alone,
 * with more detail (`explain.ts` chooses).
 */
import type { ErrorKind } from '../../errors.js';
import { defineMessages, type Message } from './define.js';

export const errorText = defineMessages({
  'not-found': { en: 'it does not exist', fr: "cela n'existe pas (ou plus)" },
  exists: { en: 'it exists already', fr: 'cela existe déjà' },
  'not-a-folder': { en: 'it is no folder', fr: "ce n'est pas un dossier" },
  'is-a-folder': { en: 'it is a folder', fr: "c'est un dossier" },
  'not-empty': { en: 'it is not empty', fr: "ce n'est pas vide" },
  unauthenticated: {
    en: 'the server refuses the password',
    fr: 'le serveur refuse le mot de passe',
  },
  forbidden: { en: 'it is not allowed', fr: "ce n'est pas autorisé" },
  'read-only': { en: 'it can only be read', fr: 'cela ne peut être que lu' },
  locked: { en: 'somebody is working on it', fr: "quelqu'un travaille dessus" },
  quota: { en: 'the account is full', fr: 'le compte est plein' },
  'disk-full': { en: 'the disk is full', fr: 'le disque est plein' },
  'no-resources': {
    en: 'the system has no more files or threads for nuage-mount',
    fr: 'le système n’a plus de fichiers ni de fils pour nuage-mount',
  },
  'too-large': { en: 'it is too large', fr: "c'est trop gros" },
  'invalid-name': { en: 'the server takes no such name', fr: "le serveur n'accepte pas ce nom" },
  'name-too-long': { en: 'the name is too long', fr: 'le nom est trop long' },
  'invalid-argument': { en: 'it makes no sense', fr: 'cela ne convient pas' },
  'bad-handle': { en: 'it is not open', fr: "ce n'est pas ouvert" },
  'no-attribute': { en: 'there is no such attribute', fr: "il n'y a pas cet attribut" },
  'attribute-too-small': { en: 'there is too little room', fr: "il n'y a pas assez de place" },
  'no-data-there': { en: 'there are no data', fr: "il n'y a rien là" },
  'cross-device': { en: 'it must be copied', fr: 'il faut le copier' },
  busy: { en: 'it is in use', fr: "c'est en cours d'utilisation" },
  offline: { en: 'the server cannot be reached', fr: 'le serveur est injoignable' },
  maintenance: { en: 'the server is being maintained', fr: 'le serveur est en maintenance' },
  'rate-limited': { en: 'the server asks for a pause', fr: 'le serveur demande une pause' },
  timeout: { en: 'the server does not answer', fr: 'le serveur ne répond pas à temps' },
  interrupted: { en: 'it was interrupted', fr: "c'était interrompu" },
  aborted: { en: 'it was given up', fr: "c'était abandonné" },
  stale: { en: 'it has changed meanwhile', fr: 'cela a changé entre-temps' },
  precondition: {
    en: 'it has changed on the server',
    fr: 'cela a changé sur le serveur',
  },
  'parent-missing': {
    en: 'its folder does not exist there',
    fr: "son dossier n'y existe pas",
  },
  'not-permitted': { en: 'it is not permitted', fr: "ce n'est pas permis" },
  'not-supported': { en: 'that is not supported', fr: "cela n'est pas possible ici" },
  'not-implemented': { en: 'that is not possible', fr: "cela n'est pas possible" },
  server: { en: 'the server has failed', fr: 'le serveur a eu une panne' },
  protocol: {
    en: 'the server answers something else',
    fr: 'le serveur ne répond pas comme un Nextcloud',
  },
  corrupt: { en: 'it is damaged', fr: "c'est abîmé" },
  'bytes-lost': {
    en: 'bytes of it that were not sent yet have been lost on this computer',
    fr: 'des octets pas encore envoyés ont été perdus sur cet ordinateur',
  },
  io: { en: 'the disk or the system refuses', fr: 'le disque ou le système refuse' },
  assertion: { en: 'a defect of nuage-mount', fr: 'un défaut de nuage-mount' },
}) satisfies Readonly<Record<ErrorKind, Message>>;

/** What to do about it, where there is something. */
export const errorHintText: Partial<Record<ErrorKind, Message>> = defineMessages({
  unauthenticated: {
    en: 'Log in again with `nuage-mount login`.',
    fr: 'Reconnectez-vous avec `nuage-mount login`.',
  },
  quota: {
    en: 'Delete something or ask for more room; the upload goes on by itself.',
    fr: "Supprimez quelque chose ou demandez de la place ; l'envoi reprendra tout seul.",
  },
  'disk-full': { en: 'Free some space.', fr: 'Libérez de la place.' },
  'no-resources': {
    en: 'Close some programs, or raise `nofile` and `nproc` in /etc/security/limits.conf.',
    fr: 'Fermez des programmes ou augmentez `nofile` et `nproc` dans /etc/security/limits.conf.',
  },
  locked: { en: 'It is tried again.', fr: 'Un nouvel essai sera fait.' },
  maintenance: {
    en: 'Everything goes on by itself afterwards.',
    fr: 'Tout reprendra tout seul ensuite.',
  },
  offline: {
    en: 'Check your network; everything goes on by itself.',
    fr: 'Vérifiez votre réseau ; tout reprendra tout seul.',
  },
  'too-large': {
    en: "This is over the server's size limit; its administrator can raise it.",
    fr: 'Le serveur limite la taille ; son administrateur peut la relever.',
  },
  'invalid-name': { en: 'Rename it.', fr: 'Renommez-le.' },
});
