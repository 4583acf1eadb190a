/**
 * Which language people are told things in, and how their country writes figures: by the variables
 * that other programs follow as well, unless the configuration says otherwise.
 */

export const LANGUAGES = ['en', 'fr'] as const;

export type Language = (typeof LANGUAGES)[number];

export interface Locale {
  readonly language: Language;
  /** For `Intl`. */
  readonly tag: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

const DEFAULT_TAGS: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' };

/**
 * As GNU's gettext does: `LC_ALL` before `LC_MESSAGES` before `LANG`; the list in `LANGUAGE` before
 * all of them, unless they ask for no language at all (`C`). What we do not speak is English.
 */
function localeOf(variables: Variables): Locale {
  const named = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => variables[name] ?? '');
  const main = named.find((value) => value !== '') ?? '';
  if (/^(C|POSIX)?([.@]|$)/.test(main)) return localeFor('en', main);
  const wished = (variables['LANGUAGE'] ?? '').split(':').filter((value) => value !== '');
  for (const value of [...wished, main]) {
    const language = spoken(value);
    if (language !== undefined)
      return localeFor(language, spoken(main) === language ? main : value);
  }
  return localeFor('en', main);
}

let chosen: Language | undefined;

export function locale(): Locale {
  const own = localeOf(process.env);
  return chosen === undefined || chosen === own.language ? own : localeFor(chosen, '');
}

/** Whatever the environment says; `undefined` follows that. */
export function chooseLanguage(language: Language | undefined): void {
  chosen = language;
}

function spoken(value: string): Language | undefined {
  const [, name] = /^([a-z]+)/i.exec(value) ?? [];
  return LANGUAGES.find((language) => language === name?.toLowerCase());
}

/** `fr_CA.UTF-8` → `fr-CA`; without a country the usual one. */
function localeFor(language: Language, value: string): Locale {
  const [, country] = /^[a-z]{2}[_-]([A-Z]{2})\b/.exec(value) ?? [];
  const isOwn = country !== undefined && spoken(value) === language;
  return { language, tag: isOwn ? `${language}-${country}` : DEFAULT_TAGS[language] };
}
