import { realpath } from 'node:fs/promises'
import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { findPage } from './find-page.ts'
import { addPages, countPages } from './frontier.ts'
import { isFirst } from './is-first.ts'
import { visitPages } from './visit-pages.ts'

export class Crawl extends Tool {
  static override readonly description =
    'Visits the pages of a folder (HTML and Markdown) by their links, and records title, length of text, links and dead links of each. Goes on where an earlier crawl ended or was killed, and visits no page again. Several may run at once.'

  static override readonly parameters = z.strictObject({
    root: z
      .string()
      .min(1)
      .describe(
        "Folder to crawl, by its absolute path. It is never left. One that is not in this plugin's own folder can be read in the mode inline alone.",
      ),
    start: z
      .string()
      .min(1)
      .default('index.html')
      .describe('Page to begin with, relative to the folder.'),
    workers: z.int().min(1).max(64).default(4).describe('How many pages to work at at once.'),
    maxPages: z
      .int()
      .min(1)
      .default(1_000)
      .describe('Most pages that this call visits; the next call goes on.'),
    leaseMs: z
      .int()
      .min(100)
      .default(5_000)
      .describe('After how many milliseconds others take up a page whose worker was killed.'),
  })

  async *invoke({ root, start, ...options }: ParametersOf<typeof Crawl>) {
    const folder = await realpath(root)
    await this.#begin(folder, start)
    let visited = 0
    for await (const page of visitPages({ ...options, folder, session: this.session })) {
      visited++
      yield this.progress(visited, undefined, page.path)
    }
    const [known, left] = await Promise.all([countPages('visited'), countPages('pending')])
    yield this.text(`Visited ${visited} pages, ${known} in all; ${left} are left.`)
    yield this.json({ root: folder, visitedNow: visited, visited: known, pending: left })
  }

  /** Makes the start page pending. A workspace holds the crawl of one folder. */
  async #begin(folder: string, start: string): Promise<void> {
    const page = await findPage(folder, start)
    if (page.kind !== 'page') throw new Error(`there is no page ${start} in ${folder}`)
    if (!(await isFirst(persistent_store.set('root', folder, { ifVersion: null })))) {
      const other = await persistent_store.get<string>('root')
      if (other !== folder) {
        throw new Error(`this workspace holds the crawl of ${other}, which "reset" would forget`)
      }
    }
    await persistent_store.increment('runs')
    await addPages([page.path])
  }
}
