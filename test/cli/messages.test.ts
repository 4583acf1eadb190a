/** The message catalogue: complete in both languages, and written as each of them is. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineMessages, type Message } from '../../src/cli/messages/define.js';
import { humanBytes, humanList, humanTime } from '../../src/cli/messages/figures.js';
import { locale } from '../../src/cli/messages/language.js';
import { typeset } from '../../src/cli/messages/typeset.js';

const SOURCE = path.resolve(import.meta.dirname, '../../src');
const FOLDER = path.join(SOURCE, 'cli/messages');
const NO_BREAK = '\u00a0';

afterEach(() => vi.unstubAllEnvs());

function speak(language: 'en' | 'fr'): void {
  vi.stubEnv('LC_ALL', language);
}

interface Found {
  /** `syncText.allSent` */
  readonly name: string;
  readonly file: string;
  readonly group: string;
  readonly key: string;
  readonly message: Message<string>;
}

const found = await allMessages();

async function allMessages(): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const file of fs.readdirSync(FOLDER)) {
    if (!fs.readFileSync(path.join(FOLDER, file), 'utf8').includes('= defineMessages(')) continue;
    const module = (await import(path.join(FOLDER, file))) as Record<string, unknown>;
    for (const [group, messages] of Object.entries(module)) {
      for (const [key, message] of Object.entries(messages as Record<string, Found['message']>)) {
        all.push({ name: `${group}.${key}`, file, group, key, message });
      }
    }
  }
  return all;
}

/** What it says of none, one and two, with the values that it asks for. */
function said({ message }: Found): { readonly texts: readonly string[]; readonly asked: string[] } {
  const asked = new Set<string>();
  const texts = [0, 1, 2].map((count) => {
    const get = (_target: object, name: string): string | number => {
      asked.add(name);
      return name === 'count' ? count : `<${name}>`;
    };
    return message(new Proxy({}, { get }));
  });
  return { texts, asked: [...asked].sort() };
}

describe('the catalogue', () => {
  it('is found whole', () => {
    expect(found.length).toBeGreaterThan(150);
    expect(found.map(({ name }) => name)).toContain('syncText.allSent');
  });

  it('says everything in both languages, with the same values', () => {
    for (const one of found) {
      const [english, french] = (['en', 'fr'] as const).map((language) => {
        speak(language);
        return said(one);
      });
      for (const text of [...english!.texts, ...french!.texts]) {
        expect(text, one.name).toMatch(/\S/);
        expect(text, one.name).not.toMatch(/undefined|\{\w+\}/);
      }
      expect(french!.asked, one.name).toEqual(english!.asked);
    }
  });

  it('is written in French as a teacher of French would', () => {
    speak('fr');
    for (const one of found) {
      for (const text of said(one).texts) {
        const prose = text.replace(/`[^`]*`/g, '');
        expect(prose, one.name).not.toMatch(/\p{L}'|"|\.\.\./u);
        expect(prose, one.name).not.toMatch(/ [;:!?»]|[^\s\p{P}][;!?»]|« /u);
        expect(prose, one.name).not.toMatch(/(?<!\p{L})(tu|ton|tes|toi)(?!\p{L})/iu);
      }
    }
  });

  it('holds nothing that nobody says', () => {
    const sources = sourceTexts();
    const unsaid = found.filter(
      ({ group, key }) => !sources.some((text) => says(text, group, key)),
    );
    expect(unsaid.map(({ name }) => name)).toEqual([]);
  });

  it('is the only place where a command finds words for what went wrong', () => {
    const past = sourceTexts().flatMap(
      (text) => text.match(/CommandError\([^;]*?['`"][A-Z].*/g) ?? [],
    );
    expect(past).toEqual([]);
  });

  it('takes no message that lacks a value in one language', () => {
    defineMessages({
      // @ts-expect-error French says no {path}.
      lacking: { en: 'The server refused {path}.', fr: 'Le serveur a refusé.' },
      // @ts-expect-error English gives it no name.
      more: { en: { one: 'a file', other: '{count} files' }, fr: '{count} fichiers de {user}' },
    });
    const { files } = defineMessages({
      files: {
        en: { one: 'a file of {user}', other: '{count} files of {user}' },
        fr: ['{count} fichier(s)', 'de {user}'],
      },
    });
    // @ts-expect-error It asks for a count as well.
    expect(() => files({ user: 'Anne' })).not.toThrow();
    speak('en');
    expect(files({ count: 1, user: 'Anne' })).toBe('a file of Anne');
    expect(files({ count: 12_000, user: 'Anne' })).toBe('12,000 files of Anne');
    speak('fr');
    expect(files({ count: 2, user: "d'ici : {count}" })).toBe("2 fichier(s) de d'ici : {count}");
  });
});

function sourceTexts(): readonly string[] {
  return fs
    .readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('cli/messages/'))
    .map((name) => fs.readFileSync(path.join(SOURCE, name), 'utf8'));
}

/** By its own name, by the one that it is imported as, or one of its group that a value chooses. */
function says(text: string, group: string, key: string): boolean {
  const imported = new RegExp(`\\b${group}\\b(?: as (\\w+))?[^;]*\\} from '[^']*messages/`).exec(
    text,
  );
  if (imported === null) return false;
  const alias = imported[1] ?? group;
  return new RegExp(`\\b${alias}(\\.${key}\\b|\\[|\\))`).test(text);
}

describe('French', () => {
  it.each([
    ["l'adresse : oui !", `l’adresse${NO_BREAK}: oui${NO_BREAK}!`],
    ['« Nuage » ; vraiment ?', `«${NO_BREAK}Nuage${NO_BREAK}»${NO_BREAK}; vraiment${NO_BREAK}?`],
    ["faites `nuage-mount 'un dossier' : !` ici", "faites `nuage-mount 'un dossier' : !` ici"],
    ["le dossier de l'{user}...", 'le dossier de l’{user}…'],
    ['https://a.fr:8080', 'https://a.fr:8080'],
    ['12 %', `12${NO_BREAK}%`],
  ])('%s is printed as %s', (typed, printed) => {
    expect(typeset(typed)).toBe(printed);
  });
});

describe('the language', () => {
  it.each([
    [{}, 'en', 'en-GB'],
    [{ LANG: 'fr_FR.UTF-8' }, 'fr', 'fr-FR'],
    [{ LANG: 'fr_CA.UTF-8' }, 'fr', 'fr-CA'],
    [{ LANG: 'fr' }, 'fr', 'fr-FR'],
    [{ LANG: 'C' }, 'en', 'en-GB'],
    [{ LANG: 'C.UTF-8', LANGUAGE: 'fr' }, 'en', 'en-GB'],
    [{ LANG: 'de_DE.UTF-8' }, 'en', 'en-GB'],
    [{ LANG: 'de_DE.UTF-8', LANGUAGE: 'de:fr:en' }, 'fr', 'fr-FR'],
    [{ LANG: 'en_US.UTF-8', LANGUAGE: 'fr_FR:en' }, 'fr', 'fr-FR'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'fr_BE.UTF-8' }, 'fr', 'fr-BE'],
    [{ LANG: 'fr_FR.UTF-8', LC_MESSAGES: 'fr_FR', LC_ALL: 'en_US.UTF-8' }, 'en', 'en-US'],
    [{ LANG: 'fr_FR.UTF-8', LC_ALL: '' }, 'fr', 'fr-FR'],
    [{ LANG: 'fr_FR@euro' }, 'fr', 'fr-FR'],
    [{ LANG: 'french nonsense ;' }, 'en', 'en-GB'],
  ])('of %j is %s as in %s', (variables, language, tag) => {
    vi.unstubAllEnvs();
    for (const name of ['LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG']) {
      vi.stubEnv(name, (variables as Record<string, string>)[name]);
    }
    expect(locale()).toEqual({ language, tag });
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B', '0 octet'],
    [1, '1 B', '1 octet'],
    [999, '999 B', '999 octets'],
    [1_000, '1.0 kB', '1,0 ko'],
    [123_456_789, '123 MB', '123 Mo'],
    [4_321_000_000, '4.3 GB', '4,3 Go'],
    [5e15, '5,000 TB', '5\u202f000 To'],
  ])('%d bytes are %s, %s', (count, english, french) => {
    speak('en');
    expect(humanBytes(count)).toBe(english);
    speak('fr');
    expect(humanBytes(count).replaceAll(NO_BREAK, ' ')).toBe(french);
  });

  it('give a time of another day with its day', () => {
    const time = new Date(2026, 10, 23, 18, 45).getTime();
    const sameDay = new Date(2026, 10, 23, 23, 59).getTime();
    speak('fr');
    expect(humanTime(time, sameDay)).toBe('18:45');
    expect(humanTime(time, sameDay + 86_400_000)).toBe('23 novembre 2026 à 18:45');
    speak('en');
    expect(humanTime(time, sameDay + 86_400_000)).toBe('23 November 2026 at 18:45');
    expect(humanList(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
