/** Looks at a mount from time to time, and tells the desktop what needs its user. */
import { systemClock } from '../../clock.js';
import { NuageError } from '../../errors.js';
import { NOTICE_LOOK_MS } from '../../limits.js';
import type { Logger } from '../../log.js';
import type { EngineStatus } from '../engine-messages.js';
import { belowHome, printable } from '../messages/figures.js';
import { noticeText as text } from '../messages/notify.js';
import { concernsOf } from './concerns.js';
import { showNotice } from './desktop-notice.js';
import { Grouping, type Notice } from './grouping.js';

export interface NotifierParts {
  readonly status: () => Promise<EngineStatus>;
  readonly mountPoint: string;
  readonly logger: Logger;
}

/** @returns ends it. */
export function startNotifier({ status, mountPoint, logger }: NotifierParts): () => void {
  const grouping = new Grouping(systemClock);
  let before: EngineStatus | undefined;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const after = await status();
    for (const concern of concernsOf(before, after)) grouping.add(concern);
    before = after;
    for (const notice of grouping.due()) await showNotice(belowHome(mountPoint), worded(notice));
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch((error: unknown) => {
        // No desktop, or the mount has just ended: nobody to tell.
        if (!(error instanceof NuageError)) logger.warn('a notification failed', { error });
      })
      .finally(() => (isLooking = false));
  }, NOTICE_LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function worded({ kind, count, path = '' }: Notice): string {
  const file = printable(path);
  switch (kind) {
    case 'login':
      return text.login();
    case 'cache-full':
      return text.cacheFull();
    case 'held':
      return text.held();
    case 'quota':
      return text.quota({ count, file });
    case 'refused':
      return text.refused({ count, file });
    case 'conflict':
      return text.conflict({ count, file });
  }
}
