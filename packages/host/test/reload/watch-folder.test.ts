import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { watchFolder } from '../../src/reload/watch-folder.ts'
import { makeFolder } from '../plugin-folder.ts'

/** How long a change that nobody is to be told of would take to be told, in milliseconds. */
const quietMs = 100

/** Watches a folder for one test. */
class Watch {
  readonly #stop = new AbortController()
  #told = Promise.withResolvers<boolean>()
  #count = 0

  constructor(folder: string) {
    watchFolder(folder, {
      onChange: () => {
        this.#count++
        this.#told.resolve(true)
      },
      onError: (error) => this.#told.reject(error),
      signal: this.#stop.signal,
    })
    onTestFinished(() => this.stop())
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Makes a change and waits until it has been told, and all of it. */
  async tells(change: () => Promise<unknown>): Promise<boolean> {
    this.#told = Promise.withResolvers()
    await change()
    await this.#told.promise
    for (let before = -1; before !== this.#count; await passing()) before = this.#count
    return true
  }

  /** How many changes are told while one is made. */
  async countOf(change: () => Promise<unknown>): Promise<number> {
    const before = this.#count
    await change()
    await passing()
    return this.#count - before
  }
}

function passing(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, quietMs))
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}~`, text)
  await rename(`${file}~`, file)
}

test('a file is watched on, however it is written', async () => {
  const folder = await makeFolder({ 'index.js': '1', 'lib/other.js': '1' })
  const watch = new Watch(folder)
  for (const file of [join(folder, 'index.js'), join(folder, 'lib/other.js')]) {
    expect(await watch.tells(() => writeFile(file, '2'))).toBe(true)
    expect(await watch.tells(() => replace(file, '3'))).toBe(true)
    expect(await watch.tells(() => replace(file, '4'))).toBe(true)
    expect(await watch.tells(() => writeFile(file, '5'))).toBe(true)
    expect(await watch.tells(() => rm(file))).toBe(true)
    expect(await watch.tells(() => writeFile(file, '6'))).toBe(true)
    expect(await watch.tells(() => writeFile(file, '7'))).toBe(true)
  }
})

test('folders are watched that are made, renamed, and put in the place of others', async () => {
  const folder = await makeFolder({ 'index.js': '' })
  const watch = new Watch(folder)
  const [lib, other] = [join(folder, 'lib'), join(folder, 'other')]

  expect(await watch.tells(() => mkdir(join(lib, 'deep'), { recursive: true }))).toBe(true)
  expect(await watch.tells(() => writeFile(join(lib, 'deep/a.js'), ''))).toBe(true)
  expect(await watch.tells(() => rename(lib, other))).toBe(true)
  expect(await watch.tells(() => writeFile(join(other, 'deep/a.js'), '1'))).toBe(true)
  expect(await watch.tells(() => rm(other, { recursive: true }))).toBe(true)
  expect(await watch.tells(() => mkdir(join(other, 'deep'), { recursive: true }))).toBe(true)
  expect(await watch.tells(() => writeFile(join(other, 'deep/a.js'), '2'))).toBe(true)
})

test('the folder itself may be replaced', async () => {
  const parent = await makeFolder({ 'plugin/index.js': '1', 'next/index.js': '2' })
  const folder = join(parent, 'plugin')
  const watch = new Watch(folder)

  const replacing = watch.tells(async () => {
    await rename(folder, join(parent, 'old'))
    await rename(join(parent, 'next'), folder)
  })
  expect(await replacing).toBe(true)
  expect(await watch.tells(() => writeFile(join(folder, 'index.js'), '3'))).toBe(true)
  expect(await watch.countOf(() => writeFile(join(parent, 'old/index.js'), '4'))).toBe(0)
  expect(await watch.countOf(() => writeFile(join(parent, 'beside.js'), '4'))).toBe(0)
})

test('what is none of the code is passed over, and so is everything in the end', async () => {
  const folder = await makeFolder({
    'index.js': '',
    'node_modules/a/index.js': '',
    '.git/HEAD': '',
  })
  const watch = new Watch(folder)
  for (const file of ['node_modules/a/index.js', '.git/HEAD', '.index.js.swp', 'index.js~']) {
    expect(await watch.countOf(() => writeFile(join(folder, file), '1'))).toBe(0)
  }
  expect(await watch.tells(() => writeFile(join(folder, 'index.js'), '1'))).toBe(true)
  watch.stop()
  expect(await watch.countOf(() => writeFile(join(folder, 'index.js'), '2'))).toBe(0)
})
