/**
 * Login flow v2: the client asks for a flow, the user grants it on a page, the client's poll
 * brings the app password, once. Here the page has one button and asks for no password.
 */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { header, jsonAnswer, type Answer, type Exchange } from './answer.js';
import type { Account } from './account.js';
import { escapeXml } from './xml.js';

interface Flow {
  readonly pollToken: string;
  readonly client: string;
  granted: { readonly loginName: string; readonly appPassword: string } | undefined;
}

/** A flow that nobody finishes is forgotten when so many newer ones exist. */
const FLOWS_MAX = 100;

export class LoginFlows {
  /** By the token of the page. */
  readonly #flows = new Map<string, Flow>();

  start(client: string): { readonly pollToken: string; readonly pageToken: string } {
    if (this.#flows.size >= FLOWS_MAX) {
      const [oldest] = this.#flows.keys();
      if (oldest !== undefined) this.#flows.delete(oldest);
    }
    const pollToken = randomBytes(64).toString('hex');
    const pageToken = randomBytes(64).toString('hex');
    this.#flows.set(pageToken, { pollToken, client, granted: undefined });
    return { pollToken, pageToken };
  }

  clientOf(pageToken: string): string | undefined {
    return this.#flows.get(pageToken)?.client;
  }

  grant(pageToken: string, account: Account): boolean {
    const flow = this.#flows.get(pageToken);
    if (flow === undefined) return false;
    flow.granted = { loginName: account.name, appPassword: account.createAppPassword() };
    return true;
  }

  /** Answers once; the flow is gone afterwards. */
  poll(pollToken: string): Flow['granted'] {
    for (const [pageToken, flow] of this.#flows) {
      if (flow.pollToken !== pollToken || flow.granted === undefined) continue;
      this.#flows.delete(pageToken);
      return flow.granted;
    }
    return undefined;
  }
}

/** `/login/v2…`, with or without `/index.php`. Undefined for other paths. */
export async function loginFlow(exchange: Exchange, path: string): Promise<Answer | undefined> {
  const { state, method } = exchange;
  const base = baseUrl(exchange);
  if (path === '/login/v2' && method === 'POST') {
    const started = state.loginFlows.start(header(exchange, 'user-agent') ?? 'unknown');
    const poll = { token: started.pollToken, endpoint: `${base}/login/v2/poll` };
    return jsonAnswer(200, { poll, login: `${base}/login/v2/flow/${started.pageToken}` });
  }
  if (path === '/login/v2/poll' && method === 'POST') {
    const form = new URLSearchParams(await text(exchange.body));
    const granted = state.loginFlows.poll(form.get('token') ?? '');
    if (granted === undefined) return jsonAnswer(404, []);
    return jsonAnswer(200, { server: base, ...granted });
  }
  const pageToken = /^\/login\/v2\/flow\/([0-9a-f]+)$/.exec(path)?.[1];
  if (pageToken === undefined) return undefined;
  return method === 'POST' ? grant(exchange, pageToken) : page(exchange, pageToken);
}

function baseUrl(exchange: Exchange): string {
  if (!exchange.state.settings.urlsWithoutPort) return exchange.origin;
  return exchange.origin.replace(/:\d+$/, '');
}

function page(exchange: Exchange, pageToken: string): Answer {
  const client = exchange.state.loginFlows.clientOf(pageToken);
  if (client === undefined) return html(404, '<p>Cette demande a expiré.</p>');
  const question = `<p>Autoriser « ${escapeXml(client)} » à accéder à vos fichiers ?</p>`;
  return html(200, `${question}<form method="post"><button>Autoriser l’accès</button></form>`);
}

function grant(exchange: Exchange, pageToken: string): Answer {
  const [account] = exchange.state.accounts.values();
  const granted = account !== undefined && exchange.state.loginFlows.grant(pageToken, account);
  if (!granted) return html(404, '<p>Cette demande a expiré.</p>');
  return html(200, '<p>Accès autorisé. Vous pouvez fermer cette fenêtre.</p>');
}

function html(status: number, content: string): Answer {
  const head = '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Nuage</title>';
  const headers = { 'content-type': 'text/html; charset=UTF-8' };
  return { status, headers, body: `${head}<h1>Nuage de démonstration</h1>${content}</html>` };
}
