/** One message of D-Bus: its head, its fields, its body (specification, "Message Format"). */
import { DBUS_MESSAGE_BYTES_MAX } from '../../limits.js';
import { type DBusValue, malformed, Reader, typesIn, Variant, Writer } from './wire.js';

export const CALL = 1;
export const ANSWER = 2;
export const ERROR = 3;
export const SIGNAL = 4;

const HEAD_BYTES = 16;
const LITTLE_ENDIAN = 'l'.charCodeAt(0);
const VERSION = 1;

const FIELDS = {
  path: { code: 1, type: 'o' },
  interface: { code: 2, type: 's' },
  member: { code: 3, type: 's' },
  errorName: { code: 4, type: 's' },
  replySerial: { code: 5, type: 'u' },
  destination: { code: 6, type: 's' },
  sender: { code: 7, type: 's' },
  signature: { code: 8, type: 'g' },
} as const;

type FieldName = keyof typeof FIELDS;

export interface Message {
  readonly type: number;
  readonly serial: number;
  readonly fields: Readonly<Partial<Record<FieldName, string | number>>>;
  readonly body: readonly DBusValue[];
}

export function encode({ type, serial, fields, body }: Message): Buffer {
  const bodyWriter = new Writer();
  const signature = String(fields.signature ?? '');
  for (const [index, one] of typesIn(signature).entries()) bodyWriter.write(one, body[index] ?? '');
  const given = Object.entries(fields) as [FieldName, string | number][];
  const writer = new Writer();
  for (const byte of [LITTLE_ENDIAN, type, 0, VERSION]) writer.write('y', byte);
  writer.write('u', bodyWriter.length);
  writer.write('u', serial);
  const rows = given.map(([name, value]) => {
    const field = FIELDS[name];
    return [field.code, new Variant(field.type, value)];
  });
  writer.write('a(yv)', rows);
  writer.align(8);
  return Buffer.concat([writer.bytes(), bodyWriter.bytes()]);
}

/** Undefined until all of it is there. @throws kind `protocol` for what is no message. */
export function decode(bytes: Buffer): { message: Message; length: number } | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  if (bytes[0] !== LITTLE_ENDIAN || bytes[3] !== VERSION) throw malformed();
  const bodyLength = bytes.readUInt32LE(4);
  const fieldsLength = bytes.readUInt32LE(12);
  const bodyStart = Math.ceil((HEAD_BYTES + fieldsLength) / 8) * 8;
  const length = bodyStart + bodyLength;
  if (length > DBUS_MESSAGE_BYTES_MAX) throw malformed();
  if (bytes.length < length) return undefined;
  const rows = new Reader(bytes.subarray(0, bodyStart), 12).read('a(yv)');
  const fields = fieldsOf(rows);
  const reader = new Reader(bytes.subarray(bodyStart, length));
  const body = typesIn(String(fields.signature ?? '')).map((type) => reader.read(type));
  const message = { type: bytes[1] ?? 0, serial: bytes.readUInt32LE(8), fields, body };
  return { message, length };
}

function fieldsOf(rows: DBusValue): Message['fields'] {
  const fields: Partial<Record<FieldName, string | number>> = {};
  const names = Object.keys(FIELDS) as FieldName[];
  for (const row of rows as readonly (readonly [number, Variant])[]) {
    const name = names.find((one) => FIELDS[one].code === row[0]);
    const { value } = row[1];
    if (name !== undefined && (typeof value === 'string' || typeof value === 'number')) {
      fields[name] = value;
    }
  }
  return fields;
}
