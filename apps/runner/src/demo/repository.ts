import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HoldfastError } from '@holdfast/core'

/** Where the demo finds what it works on. */
export interface Repository {
  readonly root: string
  /** The folder of the sample plugins. */
  readonly plugins: string
  /** Folder of pages to crawl: in that of the plugin which crawls them, for it may read no other. */
  readonly pages: string
  /** The file that keeps what the demo stores, if no other is named. */
  readonly store: string
}

/**
 * Finds the repository around this program.
 *
 * @throws {@link HoldfastError} `PLUGIN_NOT_FOUND` where this program was installed as a package
 */
export function findRepository(): Repository {
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const plugins = join(root, 'apps', 'runner', 'plugins')
  const pages = join(plugins, 'crawl', 'example')
  if (existsSync(plugins)) {
    return { root, plugins, pages, store: join(root, '.holdfast', 'demo.db') }
  }
  throw new HoldfastError(
    'PLUGIN_NOT_FOUND',
    'The demo runs the sample plugins in the repository of Holdfast, and this is not it. Clone the repository and run "npx -y pnpm@12 demo" there.',
  )
}
