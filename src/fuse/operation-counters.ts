/**
 * What the kernel has asked and how it was answered, counted by opcode in shared memory: the thread
 * that serves alone writes it, any other may read. What gets no answer (FORGET) is not counted.
 */
import { Histogram, type HistogramReading } from '../histogram.js';
import { OPERATION_SECONDS_BOUNDS } from '../limits.js';
import { OPCODE } from './constants.js';
import type { Request } from './request.js';

export interface OperationReading {
  /** As the kernel calls it, in lower case. */
  readonly operation: string;
  /** From the request to its answer, waits included. */
  readonly seconds: HistogramReading;
  /** Answered with an errno, which may be what was to be found out: no such file. */
  readonly refused: number;
  /** Could not be answered at once. */
  readonly waited: number;
  /** Of answers, those that waited apart; heads are not counted. */
  readonly bytesAtOnce: number;
  readonly bytesWaited: number;
}

const OPCODES = Math.max(...Object.values(OPCODE)) + 1;
const HISTOGRAM_CELLS = Histogram.cellsOf(OPERATION_SECONDS_BOUNDS);
const REFUSED = HISTOGRAM_CELLS;
const WAITED = REFUSED + 1;
const BYTES_AT_ONCE = WAITED + 1;
const BYTES_WAITED = BYTES_AT_ONCE + 1;
const CELLS = BYTES_WAITED + 1;

export class OperationCounters {
  readonly #cells: Float64Array;
  readonly #histograms: readonly Histogram[];

  /** @param memory of {@link OperationCounters.newMemory}. */
  constructor(memory: SharedArrayBuffer = OperationCounters.newMemory()) {
    const cells = new Float64Array(memory);
    this.#cells = cells;
    this.#histograms = Array.from({ length: OPCODES }, (_, opcode) => {
      const start = opcode * CELLS;
      const part = cells.subarray(start, start + HISTOGRAM_CELLS);
      return new Histogram(OPERATION_SECONDS_BOUNDS, part);
    });
  }

  static newMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(OPCODES * CELLS * Float64Array.BYTES_PER_ELEMENT);
  }

  /** @param nowMs monotonic. */
  answered(request: Request, errno: number, bytes: number, nowMs: number): void {
    const { opcode, hasWaited } = request;
    this.#histograms[opcode]?.observe((nowMs - request.arrivedAtMs) / 1000);
    if (errno !== 0) this.#add(opcode, REFUSED, 1);
    if (hasWaited) this.#add(opcode, WAITED, 1);
    if (bytes > 0) this.#add(opcode, hasWaited ? BYTES_WAITED : BYTES_AT_ONCE, bytes);
  }

  /** Of all operations, also those that never came. */
  read(): readonly OperationReading[] {
    return Object.entries(OPCODE).map(([name, opcode]) => ({
      operation: name.toLowerCase(),
      seconds: (this.#histograms[opcode] ?? new Histogram(OPERATION_SECONDS_BOUNDS)).read(),
      refused: this.#at(opcode, REFUSED),
      waited: this.#at(opcode, WAITED),
      bytesAtOnce: this.#at(opcode, BYTES_AT_ONCE),
      bytesWaited: this.#at(opcode, BYTES_WAITED),
    }));
  }

  #at(opcode: number, cell: number): number {
    return this.#cells[opcode * CELLS + cell] ?? 0;
  }

  #add(opcode: number, cell: number, value: number): void {
    if (opcode < OPCODES) this.#cells[opcode * CELLS + cell] = this.#at(opcode, cell) + value;
  }
}
