import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makePluginFolder } from './plugin-folder.ts'

const script = fileURLToPath(new URL('load-in-node.ts', import.meta.url))

async function load(folder: string): Promise<{ code?: string; message?: string }> {
  const args = ['--conditions=@holdfast/source', script, folder]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as { code?: string; message?: string }
}

test.each([
  [
    'a module that does not parse',
    { 'index.js': 'export const a = 1\nlet let' },
    /\(index\.js:2\)$/,
  ],
  [
    'a module that does not parse further down',
    { 'index.js': "import './lib/other.js'", 'lib/other.js': '\n\nexport {' },
    /^The plugin "broken" cannot be loaded: SyntaxError: .* \(lib\/other\.js:\d\)$/,
  ],
  [
    'TypeScript that Node cannot strip',
    { 'index.js': "import './other.ts'", 'other.ts': 'const a = 1\nenum X { A }' },
    /enum is not supported.* \(other\.ts:2\)$/,
  ],
  [
    'a name that a module does not export',
    { 'index.js': "\nimport { nope } from './other.js'", 'other.js': '' },
    /does not provide an export named 'nope' \(index\.js:2\)$/,
  ],
  [
    'code that throws while it is loaded',
    { 'index.js': "\n\nthrow new TypeError('sour\\n  milk')" },
    /: TypeError: sour milk \(index\.js:3\)$/,
  ],
  [
    'text that does not parse while it is loaded',
    { 'index.js': "\nJSON.parse('{')" },
    /SyntaxError: .* \(index\.js:2\)$/,
  ],
  [
    'a package that is not installed',
    { 'index.js': "import 'no-such'" },
    /'no-such' imported from/,
  ],
  [
    'a value that is thrown and no error',
    { 'index.js': "throw 'milk'" },
    /^The plugin "broken" cannot be loaded: milk$/,
  ],
  ['no default export', { 'index.js': 'export const a = 1' }, /default export/],
  [
    'a default export of another make',
    { 'index.js': 'export default { tools: {} }' },
    /its default export .* got a plain object/,
  ],
])(
  'a plugin with %s cannot be loaded, and says why in a paragraph',
  async (_what, files, message) => {
    const folder = await makePluginFolder({ id: 'broken', entry: './index.js' }, files)

    expect(await load(folder)).toEqual({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(message),
    })
  },
)

test('TypeScript below node_modules is refused with what to do', async () => {
  const manifest = { name: 'shipped', type: 'module', holdfast: { id: 'shipped', entry: './a.ts' } }
  const parent = await makePluginFolder(
    {},
    {
      'node_modules/shipped/package.json': JSON.stringify(manifest),
      'node_modules/shipped/a.ts': '',
    },
  )

  expect(await load(`${parent}/node_modules/shipped`)).toEqual({
    code: 'PLUGIN_LOAD_FAILED',
    message: expect.stringContaining('Ship JavaScript, and name that as the entry.'),
  })
})
