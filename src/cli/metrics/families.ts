/**
 * What a mount tells of itself to Prometheus, by the conventions there: base units as the last
 * word, `_total` for what only grows. In English alone: programs read it.
 */
import type { HistogramReading } from '../../histogram.js';
import type { OperationReading } from '../../fuse/operation-counters.js';
import type { RequestCounters, RequestReading } from '../../remote/request-counters.js';
import type { MountStatus } from '../control-messages.js';
import { ownVersion } from '../own-version.js';

export interface Sample {
  /** Behind the name of the family, in a histogram. */
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Readings {
  readonly status: MountStatus;
  readonly operations: readonly OperationReading[];
  readonly requests: Pick<RequestCounters, 'bytesUp' | 'bytesDown' | 'read'>;
  readonly residentBytes: number;
}

export function familiesOf(readings: Readings): readonly Family[] {
  const { status, operations, requests, residentBytes } = readings;
  return [
    gauge('nuage_build_info', 'Always 1.', one(1, { version: ownVersion() })),
    gauge('nuage_resident_memory_bytes', 'Memory of the process.', one(residentBytes)),
    ...stateFamilies(status),
    ...operationFamilies(operations.filter(({ seconds }) => seconds.count > 0)),
    ...cacheFamilies(operations),
    ...requestFamilies(requests.read()),
    counter('nuage_http_sent_bytes_total', 'Bodies of answered requests.', one(requests.bytesUp)),
    counter('nuage_http_received_bytes_total', 'Bodies of answers.', one(requests.bytesDown)),
  ];
}

function stateFamilies(status: MountStatus): readonly Family[] {
  const { quota, heldDeletions, transfers } = status;
  const running = (wanted: string): number =>
    transfers.filter(({ direction }) => direction === wanted).length;
  return [
    gauge('nuage_online', '1 while the server is reached.', one(status.online ? 1 : 0)),
    gauge(
      'nuage_login_refused',
      '1 while the server refuses the password.',
      one(status.reason?.kind === 'unauthenticated' ? 1 : 0),
    ),
    gauge(
      'nuage_line_changed_timestamp_seconds',
      'When it last went online or offline.',
      one(status.since / 1000),
    ),
    gauge('nuage_queue_changes', 'Changes that wait to be sent.', one(status.pendingCount)),
    gauge('nuage_queue_refused', 'Of them, refused so far.', one(status.failedCount)),
    gauge('nuage_queue_held', 'Deletions held back.', one(heldDeletions?.entries ?? 0)),
    gauge('nuage_conflict_copies', 'Not decided on yet.', one(status.conflictCopies.length)),
    gauge('nuage_transfers', 'Files on their way.', [
      ...one(running('up'), { direction: 'up' }),
      ...one(running('down'), { direction: 'down' }),
    ]),
    gauge('nuage_known_entries', 'Files and folders that are known.', one(status.knownEntries)),
    gauge('nuage_cache_bytes', 'Content kept on this machine.', one(status.cacheBytes)),
    gauge('nuage_cache_full', '1 while reads are not kept.', one(status.cacheFull ? 1 : 0)),
    gauge('nuage_quota_used_bytes', 'On the server.', optional(quota?.used)),
    gauge('nuage_quota_free_bytes', 'On the server, if limited.', optional(quota?.available)),
  ];
}

function operationFamilies(operations: readonly OperationReading[]): readonly Family[] {
  const by = (value: (one: OperationReading) => number): readonly Sample[] =>
    operations.map((each) => plain(value(each), { operation: each.operation }));
  return [
    histogram(
      'nuage_operation_duration_seconds',
      'Requests of the kernel, from their coming to the answer.',
      operations.flatMap(({ operation, seconds }) => histogramSamples(seconds, { operation })),
    ),
    counter(
      'nuage_operation_refused_total',
      'Answered with an error, such as that there is no such file.',
      by(({ refused }) => refused),
    ),
    counter(
      'nuage_operation_waited_total',
      'Not answered at once: for the server, or for the disk.',
      by(({ waited }) => waited),
    ),
  ];
}

/** A read that did not wait found its bytes here, be it that they had been fetched ahead. */
function cacheFamilies(operations: readonly OperationReading[]): readonly Family[] {
  const read = operations.find(({ operation }) => operation === 'read');
  if (read === undefined) return [];
  const { seconds, waited, bytesAtOnce, bytesWaited } = read;
  const hitAndMiss = (hit: number, miss: number): readonly Sample[] => [
    plain(hit, { result: 'hit' }),
    plain(miss, { result: 'miss' }),
  ];
  return [
    counter(
      'nuage_cache_reads_total',
      'Reads that reached us, by whether all their bytes were here.',
      hitAndMiss(seconds.count - waited, waited),
    ),
    counter('nuage_cache_read_bytes_total', 'Their bytes.', hitAndMiss(bytesAtOnce, bytesWaited)),
  ];
}

function requestFamilies(requests: readonly RequestReading[]): readonly Family[] {
  return [
    counter(
      'nuage_http_requests_total',
      'Requests to the server; failed: without an answer.',
      requests.flatMap(({ method, outcomes }) =>
        Object.entries(outcomes).map(([status, count]) => plain(count, { method, status })),
      ),
    ),
    histogram(
      'nuage_http_request_duration_seconds',
      'Until the head of the answer.',
      requests.flatMap(({ method, seconds }) => histogramSamples(seconds, { method })),
    ),
  ];
}

function histogramSamples(
  { buckets, count, sum }: HistogramReading,
  labels: Sample['labels'],
): readonly Sample[] {
  const counted = buckets.map((bucket): Sample => {
    const le = bucket.bound === Infinity ? '+Inf' : String(bucket.bound);
    return { suffix: '_bucket', labels: { ...labels, le }, value: bucket.count };
  });
  return [
    ...counted,
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}

function plain(value: number, labels: Sample['labels'] = {}): Sample {
  return { suffix: '', labels, value };
}

function one(value: number, labels: Sample['labels'] = {}): readonly Sample[] {
  return [plain(value, labels)];
}

function optional(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : one(value);
}

function family(type: Family['type']) {
  return (name: string, help: string, samples: readonly Sample[]): Family => ({
    name,
    type,
    help,
    samples,
  });
}

const counter = family('counter');
const gauge = family('gauge');
const histogram = family('histogram');
