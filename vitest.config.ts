import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

// Tests run on the sources of their neighbours too, so that they need no build.
const conditions = ['@holdfast/source', 'module', 'node', 'development|production']

// Tests start commands from their sources. What one of them has compiled, the next need not.
const compileCache = resolve(import.meta.dirname, 'node_modules/.cache/compile')
try {
  rmSync(compileCache, { recursive: true, force: true })
} catch {
  // Another run is writing there, and what it has compiled is as good.
}
process.env['NODE_COMPILE_CACHE'] = compileCache

// vitest takes its configuration from the default export only.
// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  ssr: { resolve: { conditions } },
  // What sets up a project runs in an environment of its own.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    projects: globSync('{packages/*,apps/*,apps/runner/plugins/*}/package.json').map(toProject),
    reporters: ['default', ['junit', { outputFile: 'reports/junit.xml' }]],
    // Some tests start processes of their own, which need a core too.
    maxWorkers: 2,
    // No test measures time. This is for what hangs, on a machine however busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

function toProject(manifestPath: string): TestProjectInlineConfiguration {
  const { name } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { name: string }
  const setup = resolve(dirname(manifestPath), 'test/global-setup.ts')
  return {
    extends: true,
    test: {
      name,
      root: dirname(manifestPath),
      include: ['test/**/*.test.ts'],
      globalSetup: existsSync(setup) ? [setup] : [],
      typecheck: {
        enabled: true,
        include: ['test/**/*.test-d.ts'],
        tsconfig: 'tsconfig.test.json',
      },
    },
  }
}
