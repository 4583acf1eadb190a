/** OCS: capabilities, the user, revoking the app password; and `status.php`. */
import { jsonAnswer, type Answer, type Exchange } from './answer.js';
import { authenticate } from './auth.js';
import { DavError } from './dav-error.js';
import type { Account } from './account.js';
import { pushCapability } from './notify-push.js';

const VERSION = { major: 32, minor: 0, micro: 1, string: '32.0.1', edition: '' };

export function statusPhp(exchange: Exchange): Answer {
  return jsonAnswer(200, {
    installed: true,
    maintenance: exchange.state.settings.maintenance,
    needsDbUpgrade: false,
    version: '32.0.1.2',
    versionstring: VERSION.string,
    edition: '',
    productname: 'Nextcloud',
    extendedSupport: false,
  });
}

/** `path` is below `/ocs/v2.php`. */
export function ocs(exchange: Exchange, path: string): Answer {
  if (exchange.state.settings.maintenance) {
    const answer = ocsAnswer(503, 'System in maintenance mode.', null);
    return { ...answer, headers: { ...answer.headers, 'x-nextcloud-maintenance-mode': '1' } };
  }
  try {
    return answerOcs(exchange, path);
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    const answer = ocsAnswer(error.status, error.message, []);
    return { ...answer, headers: { ...answer.headers, ...error.headers } };
  }
}

function answerOcs(exchange: Exchange, path: string): Answer {
  const route = `${exchange.method} ${path}`;
  if (route === 'GET /cloud/capabilities') return capabilities(exchange);
  const identity = authenticate(exchange);
  if (exchange.headers['ocs-apirequest'] === undefined) {
    return ocsAnswer(412, 'CSRF check failed', '');
  }
  if (route === 'GET /cloud/user') {
    const answer = ocsAnswer(200, 'OK', userData(identity.account));
    return withCookies(answer, identity.setCookies);
  }
  if (route === 'DELETE /core/apppassword') {
    if (!identity.account.revokeAppPassword(identity.password)) {
      return ocsAnswer(403, 'not an app password', []);
    }
    exchange.state.sessions.endAllOf(identity.password);
    return ocsAnswer(200, 'OK', []);
  }
  return ocsAnswer(404, 'Invalid query, please check the syntax.', []);
}

function ocsAnswer(statuscode: number, message: string, data: unknown): Answer {
  const status = statuscode === 200 ? 'ok' : 'failure';
  return jsonAnswer(statuscode, { ocs: { meta: { status, statuscode, message }, data } });
}

function withCookies(answer: Answer, cookies: readonly string[]): Answer {
  if (cookies.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookies } };
}

function capabilities(exchange: Exchange): Answer {
  let known: boolean;
  let cookies: readonly string[] = [];
  try {
    cookies = authenticate(exchange).setCookies;
    known = true;
  } catch (error) {
    if (exchange.headers.authorization !== undefined) throw error;
    known = false;
  }
  const data = { version: VERSION, capabilities: known ? allCapabilities(exchange) : anonymous() };
  return withCookies(ocsAnswer(200, 'OK', data), cookies);
}

/** What anybody may see. */
function anonymous(): Record<string, unknown> {
  return { bruteforce: { delay: 0, 'allow-listed': false }, theming: theming() };
}

function core(): Record<string, unknown> {
  return {
    pollinterval: 60,
    'webdav-root': 'remote.php/webdav',
    'reference-api': true,
    'mod-rewrite-working': true,
  };
}

function theming(): Record<string, unknown> {
  return { name: 'Nuage', slogan: 'Vos fichiers, partout', color: '#000091' };
}

function allCapabilities({ state, origin }: Exchange): Record<string, unknown> {
  const { settings } = state;
  const dav = { chunking: '1.0', public_shares_chunking: false };
  return {
    ...anonymous(),
    core: core(),
    files: {
      bigfilechunking: true,
      chunked_upload: { max_size: settings.chunkBytesMax, max_parallel_count: 5 },
      blacklisted_files: ['.htaccess'],
      forbidden_filenames: ['.htaccess'],
      forbidden_filename_basenames: [],
      forbidden_filename_characters: ['\\', '/'],
      forbidden_filename_extensions: ['.filepart', '.part'],
      windows_compatible_filenames: false,
      undelete: true,
      versioning: true,
      version_labeling: true,
      version_deletion: true,
      ...(settings.fileLocks ? { locking: '1.0', 'api-feature-lock-type': true } : {}),
    },
    dav: settings.bulkUpload ? { ...dav, bulkupload: '1.0' } : dav,
    files_sharing: {
      api_enabled: true,
      resharing: true,
      default_permissions: 31,
      public: { enabled: true, upload: true, multiple_links: true },
    },
    ...(settings.notifyPush ? { notify_push: pushCapability(origin) } : {}),
    ...settings.extraCapabilities,
  };
}

function userData(account: Account): Record<string, unknown> {
  const used = account.usedBytes;
  const total = account.quotaBytes;
  const free = account.freeBytes;
  const relative = total ? Math.round((used / total) * 10_000) / 100 : 0;
  const quota =
    total === undefined || free === undefined
      ? { free: -3, used, total: -3, relative: 0, quota: -3 }
      : { free, used, total, relative, quota: total };
  return {
    enabled: true,
    id: account.name,
    displayname: account.displayName,
    'display-name': account.displayName,
    email: null,
    quota,
    groups: [],
    language: 'fr',
  };
}
