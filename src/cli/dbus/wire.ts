/**
 * Values as D-Bus writes them (specification 0.42, "Type System" and "Marshaling"), in little
 * endian. Only what the desktop's services use: no descriptors, no doubles.
 *
 * A struct is a list, an array of bytes a Buffer, a dictionary a list of pairs.
 */
import { NuageError } from '../../errors.js';

export type DBusValue =
  number | bigint | boolean | string | Buffer | Variant | readonly DBusValue[];

/** A value with its type. */
export class Variant {
  readonly signature: string;
  readonly value: DBusValue;

  constructor(signature: string, value: DBusValue) {
    this.signature = signature;
    this.value = value;
  }
}

const ALIGNMENTS: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  s: 4,
  o: 4,
  a: 4,
  x: 8,
  t: 8,
  '(': 8,
  '{': 8,
};

/** `a{sv}u` → `a{sv}`, `u`. */
export function typesIn(signature: string): readonly string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length;) {
    const end = endOfType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

function endOfType(signature: string, start: number): number {
  let at = start;
  while (signature[at] === 'a') at += 1;
  let depth = 0;
  do {
    const letter = signature[at];
    if (letter === undefined) throw malformed();
    if (letter === '(' || letter === '{') depth += 1;
    if (letter === ')' || letter === '}') depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

function alignmentOf(type: string): number {
  const alignment = ALIGNMENTS[type[0] ?? ''];
  if (alignment === undefined) throw malformed();
  return alignment;
}

/** What stands between the brackets of a struct or of an entry of a dictionary. */
function membersOf(type: string): readonly string[] {
  if (!/[)}]$/.test(type)) throw malformed();
  return typesIn(type.slice(1, -1));
}

export class Writer {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  align(alignment: number): void {
    const missing = (alignment - (this.#length % alignment)) % alignment;
    if (missing > 0) this.#push(Buffer.alloc(missing));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  write(type: string, value: DBusValue): void {
    this.align(alignmentOf(type));
    switch (type[0]) {
      case 'y':
        this.#push(Buffer.from([Number(value)]));
        return;
      case 'b':
      case 'u':
        this.#push(uint32(Number(value)));
        return;
      case 'i':
        this.#push(uint32(Number(value) >>> 0));
        return;
      case 's':
      case 'o':
        this.#text(uint32(Buffer.byteLength(textOf(value))), textOf(value));
        return;
      case 'g':
        this.#text(Buffer.from([textOf(value).length]), textOf(value));
        return;
      case 'v':
        this.#variant(value);
        return;
      case 'a':
        this.#array(type.slice(1), value);
        return;
      case '(':
      case '{':
        this.#members(membersOf(type), value);
        return;
      case undefined:
      default:
        throw malformed();
    }
  }

  #variant(value: DBusValue): void {
    if (!(value instanceof Variant)) throw malformed();
    this.write('g', value.signature);
    this.write(value.signature, value.value);
  }

  /** Its length does not count the padding before its first element. */
  #array(element: string, value: DBusValue): void {
    const length = uint32(0);
    this.#push(length);
    this.align(alignmentOf(element));
    const start = this.#length;
    if (Buffer.isBuffer(value)) this.#push(value);
    else for (const one of listOf(value)) this.write(element, one);
    length.writeUInt32LE(this.#length - start);
  }

  #members(types: readonly string[], value: DBusValue): void {
    const members = listOf(value);
    for (const [index, type] of types.entries()) {
      const member = members[index];
      if (member === undefined) throw malformed();
      this.write(type, member);
    }
  }

  #text(length: Buffer, text: string): void {
    this.#push(length);
    this.#push(Buffer.from(`${text}\0`));
  }

  #push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}

export class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  align(alignment: number): void {
    this.#at += (alignment - (this.#at % alignment)) % alignment;
  }

  get position(): number {
    return this.#at;
  }

  /** @throws kind `protocol` where the bytes do not hold such a value. */
  read(type: string): DBusValue {
    this.align(alignmentOf(type));
    switch (type[0]) {
      case 'y':
        return this.#take(1).readUInt8();
      case 'b':
        return this.#take(4).readUInt32LE() !== 0;
      case 'u':
        return this.#take(4).readUInt32LE();
      case 'i':
        return this.#take(4).readInt32LE();
      case 'n':
        return this.#take(2).readInt16LE();
      case 'q':
        return this.#take(2).readUInt16LE();
      case 'x':
        return this.#take(8).readBigInt64LE();
      case 't':
        return this.#take(8).readBigUInt64LE();
      case 's':
      case 'o':
        return this.#text(this.#take(4).readUInt32LE());
      case 'g':
        return this.#text(this.#take(1).readUInt8());
      case 'v': {
        const signature = this.#text(this.#take(1).readUInt8());
        return new Variant(signature, this.read(signature));
      }
      case 'a':
        return this.#array(type.slice(1));
      case '(':
      case '{':
        return membersOf(type).map((member) => this.read(member));
      case undefined:
      default:
        throw malformed();
    }
  }

  #array(element: string): DBusValue {
    const length = this.#take(4).readUInt32LE();
    this.align(alignmentOf(element));
    if (element === 'y') return Buffer.from(this.#take(length));
    const end = this.#at + length;
    const values: DBusValue[] = [];
    while (this.#at < end) values.push(this.read(element));
    return values;
  }

  #text(length: number): string {
    return this.#take(length + 1).toString('utf8', 0, length);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** @throws kind `protocol` for what is no text. */
export function textOf(value: DBusValue | undefined): string {
  if (typeof value === 'string') return value;
  throw malformed();
}

function listOf(value: DBusValue): readonly DBusValue[] {
  if (Array.isArray(value)) return value as readonly DBusValue[];
  throw malformed();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function malformed(): NuageError {
  return new NuageError('protocol', 'what came over D-Bus makes no sense');
}
