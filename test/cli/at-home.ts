/** What tests of commands begin and end with: a server for all of a file, and a home for each. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { NuageProcess } from '../demo/nuage-process.js';
import { Home } from './command.js';

/**
 * To be called where hooks are. After each test the server is as before, and what was mounted in the
 * home is not any more.
 * @param given told of both before each test.
 */
export function eachAtHome(given: (nuage: NuageProcess, home: Home) => void): void {
  let nuage: NuageProcess;
  let home: Home;

  beforeAll(async () => {
    nuage = await NuageProcess.start();
  });
  afterAll(() => nuage.close());
  beforeEach(() => {
    home = new Home();
    given(nuage, home);
  });
  afterEach(async () => {
    await nuage.control('clear');
    await nuage.settings({ maintenance: false });
    await home.close();
  });
}
