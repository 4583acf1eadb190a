import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What is said is looked at in English, whoever runs them.
    env: { LC_ALL: 'C.UTF-8' },
    // Real mounts share two cores: a hang must fail, a busy machine must not.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
