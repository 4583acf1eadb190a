/** The servers of all accounts: name, line, certificate, proxy, maintenance, version, clock. */
import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { systemClock } from '../../clock.js';
import { NuageError, toErrorRecord } from '../../errors.js';
import { CLOCK_DIFFERENCE_MS_MAX, FIRST_CONNECT_MS_MAX } from '../../limits.js';
import { inspectServer } from '../../remote/inspect.js';
import { knownAccounts } from '../account-folder.js';
import { explain } from '../explain.js';
import { doctorText as text } from '../messages/doctor.js';
import { tlsAdviceText, tlsText } from '../messages/tls.js';
import { findProxy } from '../proxy/find.js';
import { type Examined, examined, failure, type Finding, ok, warning } from './finding.js';

export async function examineServers(): Promise<Examined> {
  const servers = new Map(knownAccounts().map(({ url, caFile }) => [url, caFile]));
  const found = await Promise.all(
    [...servers].map(async ([url, caFile]) => [url, await examineServer(url, caFile)] as const),
  );
  return examined(new Map(found));
}

async function examineServer(url: string, caFile: string | undefined): Promise<readonly Finding[]> {
  const { hostname } = new URL(url);
  try {
    const { proxy, source, unsupported } = await findProxy(url, process.env);
    const findings: Finding[] = [];
    if (unsupported !== undefined) {
      const told = unsupported === 'SOCKS' ? text.proxySocks : text.proxyByRules;
      findings.push(warning('proxy', told({ desktop: source }), text.proxyByHand()));
    }
    if (proxy === undefined) {
      const found = await resolved(hostname);
      findings.push(...found);
      if (found.some(({ state }) => state === 'error')) return findings;
    } else {
      const told = { url, proxy: proxy.host };
      const isDesktop = source !== 'environment';
      const said = isDesktop ? text.proxyOfDesktop({ ...told, desktop: source }) : text.proxy(told);
      findings.push(ok('proxy', said));
    }
    const signal = AbortSignal.timeout(FIRST_CONNECT_MS_MAX);
    const { version, time } = await inspectServer(
      { url, caFile, proxy, clock: systemClock },
      signal,
    );
    const isSecure = url.startsWith('https:');
    if (isSecure) findings.push(ok('tls', text.tls({ host: hostname })));
    return [...findings, ok('server', text.server({ url, version })), ...clock(time)];
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    return [refusal(url, error)];
  }
}

function refusal(url: string, error: NuageError): Finding {
  const { hostname: host } = new URL(url);
  const { tlsFault: fault } = error;
  if (fault !== undefined) {
    return failure('tls', tlsText[fault]({ host }), tlsAdviceText[fault]());
  }
  const { reason, hint } = explain(toErrorRecord(error));
  return failure('server', text.serverFails({ url, reason }), hint ?? text.checkNetwork());
}

/** Nothing is to be said of what is an address already. */
async function resolved(hostname: string): Promise<readonly Finding[]> {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return [];
  try {
    const { address } = await dns.lookup(hostname);
    return [ok('dns', text.name({ host: hostname, address }))];
  } catch {
    return [failure('dns', text.noName({ host: hostname }), text.checkNetwork())];
  }
}

/** Times of files are told by this clock, and certificates are judged by it. */
function clock(serverTime: number | undefined): readonly Finding[] {
  if (serverTime === undefined) return [];
  const seconds = Math.round((Date.now() - serverTime) / 1000);
  if (Math.abs(seconds) * 1000 <= CLOCK_DIFFERENCE_MS_MAX) return [ok('clock', text.clock())];
  const told = seconds > 0 ? text.clockAhead : text.clockBehind;
  return [warning('clock', told({ count: Math.abs(seconds) }), text.setClock())];
}
