/** Which Nextcloud: by its number in apps.education.fr, or by any address of it. */
import { NUAGES_MAX } from '../limits.js';
import { canonicalUrl } from './server-url.js';

/** `3` → `https://nuage03.apps.education.fr`. @throws CommandError for what is no address. */
export function serverOf(typed: string, options: { readonly allowInsecure: boolean }): string {
  const [, digits] = /^(?:nuage)?(\d{1,2})$/i.exec(typed.trim()) ?? [];
  const number = Number(digits ?? 0);
  const isNumber = number >= 1 && number <= NUAGES_MAX;
  const address = `nuage${String(number).padStart(2, '0')}.apps.education.fr`;
  return canonicalUrl(isNumber ? address : typed.trim(), options);
}
