/** Every comment of a file, in order: what the rules about words and reasons look at. */
import ts from 'typescript';

import { lineOf } from './project.js';
import type { Module } from './project.js';

export interface Comment {
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** From 1. */
  readonly line: number;
  readonly lastLine: number;
}

/**
 * Found through the tokens of the parsed tree and not by a plain scan, which would take a regular
 * expression or the middle of a template for comments.
 */
export function commentsOf({ source, text }: Module): Comment[] {
  const ranges = new Map<number, ts.CommentRange>();
  const collect = (node: ts.Node): void => {
    if (ts.isJsxText(node)) return;
    const children = node.getChildren(source);
    if (children.length > 0) {
      for (const child of children) collect(child);
      return;
    }
    for (const range of ts.getLeadingCommentRanges(text, node.pos) ?? []) {
      ranges.set(range.pos, range);
    }
    for (const range of ts.getTrailingCommentRanges(text, node.end) ?? []) {
      ranges.set(range.pos, range);
    }
  };
  collect(source);
  return [...ranges.values()]
    .sort((a, b) => a.pos - b.pos)
    .map(({ pos, end }) => ({
      text: text.slice(pos, end),
      start: pos,
      line: lineOf(source, pos),
      lastLine: lineOf(source, end),
    }));
}
