/**
 * The message catalogue: everything that people read, in English and French.
 *
 * **To add a message**, put it into the file of its command or topic in this folder (or a new one):
 *
 * ```ts
 * export const syncText = defineMessages({
 *   allSent: { en: 'Everything has been sent.', fr: 'Tout a été envoyé.' },
 *   refused: { en: 'The server refused {path}.', fr: 'Le serveur a refusé {path}.' },
 *   changes: {
 *     en: { one: '1 change waits', other: '{count} changes wait' },
 *     fr: { one: '1 changement attend', other: '{count} changements attendent' },
 *   },
 * });
 * ```
 *
 * and say it: `syncText.allSent()`, `syncText.refused({ path })`, `syncText.changes({ count: 3 })`.
 * What stands in braces is what the call must give; the other language must have the same, or it
 * does not compile. A wording of two forms is chosen by `count`. What is too long for a line is
 * given as a list of pieces, not with `+`. Numbers are written as the reader's country does: give a
 * process id or a port as a string. Sizes, dates, durations: `figures.ts`.
 *
 * French may be typed plainly: `l'adresse : oui !` gets its typographic apostrophe and its
 * non-breaking spaces by itself (`typeset.ts`), except between backticks, where commands stand.
 * The reader is addressed as « vous ». `test/cli/messages.test.ts` holds the rest.
 */
import { type Language, locale } from './language.js';
import { typeset } from './typeset.js';

export interface Forms {
  readonly one: string;
  readonly other: string;
}

/** A long one stands in pieces, between which a space comes. */
export type Wording = string | readonly string[] | Forms;

export type Definition = Readonly<Record<Language, Wording>>;

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

type NamesOf<Given> = Given extends Forms
  ? NamesIn<Given['one']> | NamesIn<Given['other']> | 'count'
  : Given extends readonly string[]
    ? NamesIn<Given[number]>
    : Given extends string
      ? NamesIn<Given>
      : never;

/** Fails where one language lacks a placeholder of the other. */
type Matching<Given extends Definition> = [NamesOf<Given['en']>] extends [NamesOf<Given['fr']>]
  ? [NamesOf<Given['fr']>] extends [NamesOf<Given['en']>]
    ? Given
    : never
  : never;

type Values<Names extends string> = {
  readonly [Name in Names]: Name extends 'count' ? number : string | number;
};

export type Message<Names extends string = never> = [Names] extends [never]
  ? () => string
  : (values: Values<Names>) => string;

type Messages<Given extends Readonly<Record<string, Definition>>> = {
  readonly [Key in keyof Given]: Message<NamesOf<Given[Key]['en']>>;
};

/** See the head of this file. Each is worded when it is said, in the language of that moment. */
export function defineMessages<const Given extends Readonly<Record<string, Definition>>>(
  given: Given & { readonly [Key in keyof Given]: Matching<Given[Key]> },
): Messages<Given> {
  const messages = Object.entries(given as Given).map(([key, definition]) => [
    key,
    (values: Readonly<Record<string, string | number>> = {}) => worded(definition, values),
  ]);
  // Each takes the values that its own wording names, which only its type can say.
  return Object.fromEntries(messages) as Messages<Given>;
}

function worded(definition: Definition, values: Readonly<Record<string, string | number>>): string {
  const { language, tag } = locale();
  const text = textOf(definition[language], Number(values['count']));
  const plain = language === 'fr' ? typeset(text) : text;
  return plain.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name] ?? whole;
    return typeof value === 'number' ? new Intl.NumberFormat(tag).format(value) : value;
  });
}

/** By the rules of the language for one thing or more of them: in French none is like one. */
function textOf(wording: Wording, count: number): string {
  if (typeof wording === 'string') return wording;
  if (!('one' in wording)) return wording.join(' ').replaceAll('\n ', '\n');
  const { one, other } = wording;
  return new Intl.PluralRules(locale().tag).select(count) === 'one' ? one : other;
}
