import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, start } from './holdfast.ts'
import { makePlugin, manifestOf, toolPlugin } from './plugin-folder.ts'
import { callWork, linesOf, toolUrl } from './server.ts'
import { Transcript } from './transcript.ts'

const loadedAnew = /holdfast: one 1\.0\.0 is loaded anew \(\d+ ms\)\n/

/** A server that watches a plugin whose tool `work` says something. */
async function watchOne(said: string) {
  const folder = await makePlugin(join(await makeFolder(), 'one'), 'one', says(said))
  const args = ['serve', '--watch', '--port', '0', '--plugins', folder, '--store', 'memory:']
  const { stderr, child, ended } = start(args)
  const transcript = new Transcript(stderr)
  const [, url = ''] = await transcript.next(/serving at (\S+)[^]*mode .*\n(?: +note .*\n)*/)
  return {
    url,
    child,
    ended,
    says: transcript,
    write: (name: string, content: string) => writeFile(join(folder, name), content),
    fileOf: (name: string) => join(folder, name),
    /** What the tool says now. */
    answer: async () => (await callWork({ url }, 'one')).lines,
  }
}

function says(said: string): string {
  return toolPlugin(`yield this.text(${JSON.stringify(said)})`)
}

function text(value: string): object {
  return { type: 'text', text: value }
}

test('a plugin whose file changes answers anew, and finishes what it has begun as it was', async () => {
  const server = await watchOne('first')
  const slow = toolPlugin(`
    yield this.text('old')
    while (!(await this.session.persistent_store.exists('go on'))) await new Promise(setImmediate)
    yield this.text('still old')`)
  await server.write('index.js', slow)
  await server.says.next(loadedAnew)
  const lines = linesOf(await fetch(toolUrl(server, 'work', 'one'), { method: 'POST' }))
  expect((await lines.next()).value).toEqual(text('old'))

  const release = toolPlugin(`
    await this.session.persistent_store.set('go on', true)
    yield this.text('new')`)
  await server.write('index.js', release)
  await server.says.next(loadedAnew)
  expect(await server.answer()).toEqual([text('new')])
  expect((await lines.next()).value).toEqual(text('still old'))
  expect((await lines.next()).done).toBe(true)
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
})

test('a file is seen to change that an editor saves by a rename, and one that is new', async () => {
  const server = await watchOne('first')
  for (const what of ['second', 'third', 'fourth']) {
    await server.write('.index.js.new', says(what))
    await rename(server.fileOf('.index.js.new'), server.fileOf('index.js'))
    await server.says.next(loadedAnew)
    expect(await server.answer()).toEqual([text(what)])
  }
  await server.write('other.js', `export const other = 'fifth'`)
  await server.write(
    'index.js',
    `import { other } from './other.js'\n${says('x').replace('"x"', 'other')}`,
  )
  await server.says.next(loadedAnew)
  expect(await server.answer()).toEqual([text('fifth')])
})

test.each([
  [
    'does not parse',
    'index.js',
    `${says('bad')}\n\nconst let = 1`,
    /PLUGIN_LOAD_FAILED: .*SyntaxError.*\(index\.js:9\)\n {2}9 \| const let = 1\n/,
  ],
  [
    'throws when it is loaded',
    'index.js',
    `${says('bad')}\nthrow new Error('the milk is sour')`,
    /PLUGIN_LOAD_FAILED: .*the milk is sour \(index\.js:8\)\n {2}8 \| throw new Error\(.*\)\n/,
  ],
  [
    'is no plugin any more',
    'index.js',
    'export default 7',
    /PLUGIN_LOAD_FAILED: .*default export.*\n/,
  ],
  [
    'has a manifest that is no JSON',
    'package.json',
    '{\n  "version": 1.0.0\n}',
    /MANIFEST_INVALID: .*package\.json:2:\d+: This is not JSON.*\n {2}2 \| {3}"version": 1\.0\.0\n/,
  ],
  [
    'has a manifest with a slip',
    'package.json',
    manifestOf('one', { storge: {} }),
    /MANIFEST_INVALID: .*package\.json:7: .*"storge".*\n {2}7 \| {5}"storge": \{\}\n/,
  ],
])(
  'a plugin that %s goes on as it was, and the line is shown',
  async (_what, file, broken, said) => {
    const server = await watchOne('first')
    await server.write(file, broken)
    expect(await server.says.next(said)).not.toBeNull()
    expect(await server.answer()).toEqual([text('first')])

    await server.write('package.json', manifestOf('one'))
    await server.write('index.js', says('mended'))
    await server.says.next(loadedAnew)
    expect(await server.answer()).toEqual([text('mended')])
  },
)
