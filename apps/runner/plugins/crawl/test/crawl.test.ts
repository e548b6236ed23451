import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isHoldfastError } from '@holdfast/session'
import { type TestPlugin, testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import crawl from '../src/index.ts'
import { readJson, readPages, readStatus } from './read-pages.ts'
import { compareTexts, createLargeSite, createSite } from './site.ts'

const leaseMs = 5_000

async function visitedPaths(plugin: TestPlugin): Promise<readonly string[]> {
  return (await readPages(plugin)).map(({ path }) => path).toSorted(compareTexts)
}

/** Runs a crawl until it has reported so many pages, then aborts it. */
async function abortAfter(plugin: TestPlugin, root: string, pages: number): Promise<void> {
  const controller = new AbortController()
  const options = { signal: controller.signal }
  let reported = 0
  try {
    for await (const { type } of plugin.stream('crawl', { root, workers: 8, leaseMs }, options)) {
      if (type === 'progress' && ++reported === pages) controller.abort()
    }
  } catch (error) {
    if (!isHoldfastError(error)) throw error
  }
}

/** Calls back whenever a signal is looked at, as every call to a store does. */
function watchLooks(controller: AbortController, onLook: (looks: number) => void): AbortSignal {
  const { signal } = controller
  let looks = 0
  return Object.defineProperty(signal, 'aborted', {
    get() {
      onLook(++looks)
      return Reflect.get(AbortSignal.prototype, 'aborted', signal)
    },
  })
}

function abortAtLook(look: number): AbortSignal {
  const controller = new AbortController()
  return watchLooks(controller, (looks) => looks === look && controller.abort())
}

test.each([1, 8])('visits every page once with %i workers', async (workers) => {
  await using site = await createLargeSite()
  const plugin = testPlugin(crawl)
  const messages = await plugin.run('crawl', { root: site.folder, workers })
  const reported = messages.flatMap((message) =>
    message.type === 'progress' ? [message.text] : [],
  )
  expect(reported.toSorted((a, b) => compareTexts(a ?? '', b ?? ''))).toEqual(site.paths)
  expect(messages.at(-1)).toMatchObject({ value: { visitedNow: 60, visited: 60, pending: 0 } })
  expect(await visitedPaths(plugin)).toEqual(site.paths)
  expect(await readStatus(plugin)).toEqual({
    root: site.folder,
    runs: 1,
    visited: 60,
    pending: 0,
    claimed: 0,
  })
})

test('visits no page again when it is run again, and finds what is new', async () => {
  await using site = await createSite({ 'index.html': '<a href=a.html></a><a href=b.html></a>' })
  await writeFile(join(site.folder, 'a.html'), '')
  const plugin = testPlugin(crawl)
  const run = (): Promise<object> => readJson<object>(plugin, 'crawl', { root: site.folder })
  expect(await run()).toMatchObject({ visitedNow: 2, visited: 2 })
  expect(await run()).toMatchObject({ visitedNow: 0, visited: 2 })
  await writeFile(join(site.folder, 'b.html'), '')
  expect(await readJson(plugin, 'crawl', { root: site.folder, start: 'b.html' })).toMatchObject({
    visitedNow: 1,
    visited: 3,
  })
  expect(await readStatus(plugin)).toMatchObject({ runs: 3, visited: 3 })
})

test('counts each page once when several crawls run at once', async () => {
  await using site = await createLargeSite()
  const plugin = testPlugin(crawl)
  const runs = await Promise.all(
    Array.from({ length: 4 }, () =>
      readJson<{ visitedNow: number }>(plugin, 'crawl', { root: site.folder, workers: 4 }),
    ),
  )
  expect(runs.reduce((sum, { visitedNow }) => sum + visitedNow, 0)).toBe(60)
  expect(await visitedPaths(plugin)).toEqual(site.paths)
  expect(await readStatus(plugin)).toMatchObject({ visited: 60, pending: 0, claimed: 0 })
})

test('visits at most so many pages, and goes on with the others', async () => {
  await using site = await createLargeSite()
  const plugin = testPlugin(crawl)
  for (const [maxPages, visited] of [
    [1, 1],
    [20, 21],
    [20, 41],
    [20, 60],
  ]) {
    const parameters = { root: site.folder, workers: 8, maxPages }
    expect(await readJson(plugin, 'crawl', parameters)).toMatchObject({ visited })
  }
  expect(await visitedPaths(plugin)).toEqual(site.paths)
})

test.each([1, 2, 13, 37, 59, 60])('goes on where it was aborted after %i pages', async (pages) => {
  await using site = await createLargeSite()
  const plugin = testPlugin(crawl)
  await abortAfter(plugin, site.folder, pages)
  const before = await readStatus(plugin)
  expect(before.visited).toBeGreaterThanOrEqual(pages)
  plugin.clock.advance(leaseMs)
  const { visitedNow } = await readJson<{ visitedNow: number }>(plugin, 'crawl', {
    root: site.folder,
    workers: 8,
    leaseMs,
  })
  expect(before.visited + visitedNow).toBe(60)
  expect(await visitedPaths(plugin)).toEqual(site.paths)
  expect(await readStatus(plugin)).toMatchObject({ visited: 60, pending: 0, claimed: 0 })
})

test.each([1, 3])(
  'goes on wherever it was aborted, before each single call to its store, with %i workers',
  async (workers) => {
    await using site = await createSite({
      'index.html': '<a href=a.html></a><a href=b.html></a>',
      'a.html': '<a href=c.html></a><a href=index.html></a>',
      'b.html': '<a href=c.html></a>',
      'c.html': '',
    })
    const parameters = { root: site.folder, workers, leaseMs }
    let look = 1
    for (let isDone = false; !isDone; look++) {
      const plugin = testPlugin(crawl)
      isDone = await plugin.run('crawl', parameters, { signal: abortAtLook(look) }).then(
        () => true,
        () => false,
      )
      plugin.clock.advance(leaseMs)
      const { visited } = await readStatus(plugin)
      expect(await readJson(plugin, 'crawl', parameters)).toMatchObject({
        visitedNow: 4 - visited,
        visited: 4,
        pending: 0,
      })
      expect(await visitedPaths(plugin)).toEqual(site.paths)
    }
    expect(look).toBeGreaterThan(50)
  },
  30_000,
)

test('waits for a page that another has claimed, and takes it up when the lease is over', async () => {
  await using site = await createSite({ 'index.html': '<a href=a.html></a>', 'a.html': '' })
  const plugin = testPlugin(crawl)
  await plugin.persistent_store.set('claimed/a.html', 'killed', { expiresInMs: leaseMs })
  const hasWaited = Promise.withResolvers<void>()
  const signal = watchLooks(new AbortController(), (looks) => looks > 200 && hasWaited.resolve())
  const crawling = plugin.run('crawl', { root: site.folder }, { signal })
  await Promise.race([hasWaited.promise, crawling])
  expect(await readStatus(plugin)).toMatchObject({ visited: 1, claimed: 1 })
  plugin.clock.advance(leaseMs)
  expect((await crawling).at(-1)).toMatchObject({ value: { visited: 2, pending: 0 } })
})

test('finishes the pages that it is at when nobody wants more', async () => {
  await using site = await createLargeSite()
  const plugin = testPlugin(crawl)
  for await (const { type } of plugin.stream('crawl', { root: site.folder, workers: 8 })) {
    if (type === 'progress' && (await readStatus(plugin)).visited > 3) break
  }
  expect(await readStatus(plugin)).toMatchObject({ claimed: 0 })
})

test('gives work to workers that had none before', async () => {
  const anchors = Array.from({ length: 9 }, (_, index) => `<a href=${index}.html></a>`).join('')
  const leaves = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}.html`, '']))
  await using site = await createSite({ 'index.html': anchors, ...leaves })
  const plugin = testPlugin(crawl)
  const messages = plugin.stream('crawl', { root: site.folder, workers: 3 })
  await messages.next()
  await messages.next()
  // Nobody asks for the next page, so no worker gets another; but each of the three had one.
  await expect.poll(() => readStatus(plugin)).toMatchObject({ visited: 4, claimed: 0 })
  await messages.return()
})

test('goes around the known pages, wherever new ones are found', async () => {
  await using site = await createSite({
    'index.html': '<a href=m.html></a><a href=z.html></a>',
    'm.html': '<a href=a.html></a>',
    'a.html': '',
    'z.html': '',
  })
  const plugin = testPlugin(crawl)
  const order: (string | null)[] = []
  for (let call = 0; call < 4; call++) {
    const parameters = { root: site.folder, maxPages: 1, workers: 1 }
    const [first] = await plugin.run('crawl', parameters)
    if (first?.type === 'progress') order.push(first.text)
  }
  expect(order).toEqual(['index.html', 'm.html', 'z.html', 'a.html'])
})

test('does not count a page again that was visited and left in the frontier by a kill', async () => {
  await using site = await createSite({ 'index.html': '<a href=a.html></a>', 'a.html': '' })
  const plugin = testPlugin(crawl)
  await plugin.persistent_store.set('visited/a.html', 'of the killed')
  await plugin.persistent_store.set('pending/a.html', null)
  const result = await readJson(plugin, 'crawl', { root: site.folder })
  expect(result).toMatchObject({ visitedNow: 1, visited: 2, pending: 0 })
  expect(await plugin.persistent_store.get('visited/a.html')).toBe('of the killed')
})

test('keeps a page in its records that has gone since it was found', async () => {
  await using site = await createSite({ 'index.html': '<a href=a.html></a>', 'a.html': '' })
  const plugin = testPlugin(crawl)
  await plugin.run('crawl', { root: site.folder, maxPages: 1 })
  await rm(join(site.folder, 'a.html'))
  expect(await readJson(plugin, 'crawl', { root: site.folder })).toMatchObject({ visited: 2 })
  expect((await readPages(plugin))[0]).toMatchObject({ path: 'a.html', error: 'ENOENT' })
})

test('makes all links of a page pending, more than one write holds', async () => {
  const paths = Array.from({ length: 2_000 }, (_, index) => `${index}.html`)
  const anchors = paths.map((path) => `<a href=${path}></a>`).join('')
  await using site = await createSite({ 'index.html': anchors, '0.html': '' })
  await Promise.all(paths.map((path) => writeFile(join(site.folder, path), '')))
  const plugin = testPlugin(crawl)
  expect(await readJson(plugin, 'crawl', { root: site.folder, maxPages: 1 })).toMatchObject({
    visited: 1,
    pending: 2_000,
  })
})

test('holds one folder for each workspace, until it is reset', async () => {
  await using site = await createLargeSite()
  await using other = await createSite({ 'index.html': '' })
  const plugin = testPlugin(crawl)
  await plugin.run('crawl', { root: site.folder })
  await expect(plugin.run('crawl', { root: other.folder })).rejects.toThrow(
    `this workspace holds the crawl of ${site.folder}`,
  )
  await plugin.run('reset')
  expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
  expect(await readJson(plugin, 'crawl', { root: other.folder })).toMatchObject({ visited: 1 })
})

test('refuses a start that is no page of the folder, and remembers nothing', async () => {
  await using site = await createSite({ 'index.html': '', 'style.css': '' })
  const plugin = testPlugin(crawl)
  for (const start of ['none.html', 'style.css', '../index.html', '/etc/passwd']) {
    await expect(plugin.run('crawl', { root: site.folder, start })).rejects.toThrow(
      `there is no page ${start} in ${site.folder}`,
    )
  }
  await expect(plugin.run('crawl', { root: join(site.folder, 'none') })).rejects.toMatchObject({
    code: 'TOOL_FAILED',
  })
  expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
})

test.each([{}, { root: '' }, { root: '.', workers: 0 }, { root: '.', pages: 1 }])(
  'refuses wrong parameters: %j',
  async (parameters) => {
    await expect(testPlugin(crawl).run('crawl', parameters)).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
    })
  },
)

test('ends when the quota is full, and goes on when there is room', async () => {
  await using site = await createLargeSite()
  const full = testPlugin(crawl, { quotaBytes: 4_000 })
  await expect(full.run('crawl', { root: site.folder, workers: 8 })).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  })
  const { visited } = await readStatus(full)
  expect(visited).toBeGreaterThan(0)
  expect(visited).toBeLessThan(60)
  expect(new Set(await visitedPaths(full)).size).toBe(visited)
})
