/** An error of another layer, in the reader's language: its own words in English, else its kind. */
import type { ErrorRecord } from '../errors.js';
import { errorHintText, errorText } from './messages/errors.js';
import { printable } from './messages/figures.js';
import { locale } from './messages/language.js';
import { tlsAdviceText, tlsHostText, tlsText } from './messages/tls.js';

export interface Explained {
  /** Without a full stop. */
  readonly reason: string;
  readonly hint: string | undefined;
}

export function explain({ kind, message, hint, tlsFault }: ErrorRecord): Explained {
  if (locale().language === 'en') return { reason: printable(message), hint };
  if (tlsFault !== undefined) {
    const reason = withinSentence(tlsText[tlsFault]({ host: tlsHostText.thisServer() }));
    return { reason, hint: tlsAdviceText[tlsFault]() };
  }
  return { reason: errorText[kind](), hint: errorHintText[kind]?.() };
}

/** One line: what, and what to do. */
export function explainedLine(error: ErrorRecord): string {
  const { reason, hint } = explain(error);
  return hint === undefined ? `${reason}.` : `${reason}. ${hint}`;
}

function withinSentence(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
