import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from '../src/read-page.ts'
import { createSite } from './site.ts'

const files = {
  'index.html': '',
  'a b.html': '',
  'sub/index.html': '',
  'sub/page.HTM': '',
  'notes/readme.md': '',
  'image.png': '',
  '..odd/page.html': '',
}

test.each([
  ['a%20b.html', 'a b.html'],
  ['a b.html', 'a b.html'],
  ['  index.html\n', 'index.html'],
  ['index.html?query#part', 'index.html'],
  ['./sub/../index.html', 'index.html'],
  ['/sub/page.HTM', 'sub/page.HTM'],
  ['sub/', 'sub/index.html'],
  ['sub', 'sub/index.html'],
  ['notes/readme.md', 'notes/readme.md'],
  ['..odd/page.html', '..odd/page.html'],
])('follows the link %j', async (href, path) => {
  await using site = await createSite({ ...files, 'from.html': `<a href="${href}">go</a>` })
  expect(await readPage(site.folder, 'from.html')).toMatchObject({ links: [path], deadLinks: [] })
})

test.each(['none.html', 'sub/none.html', '%zz', '%00', 'notes/', 'index.html/page.html'])(
  'takes %j for a dead link',
  async (href) => {
    await using site = await createSite({ ...files, 'from.html': `<a href="${href}">go</a>` })
    expect(await readPage(site.folder, 'from.html')).toMatchObject({ links: [], deadLinks: [href] })
  },
)

test.each([
  '',
  '#part',
  '?query',
  'image.png',
  'https://example.com/index.html',
  '//example.com/index.html',
  'mailto:somebody@example.com',
  'javascript:alert(1)',
  '../outside.html',
  '..',
  'sub/../../outside.html',
  '%2e%2e/outside.html',
  '/../outside.html',
])('leaves %j alone', async (href) => {
  await using site = await createSite({ ...files, 'from.html': `<a href="${href}">go</a>` })
  expect(await readPage(site.folder, 'from.html')).toMatchObject({ links: [], deadLinks: [] })
})

test('leaves the folder by no symbolic link, and knows a page under one path', async () => {
  await using outside = await createSite({ 'secret.html': '<title>Secret</title>' })
  const links = ['out.html', 'out/secret.html', 'in.html', 'dead.html']
  const anchors = links.map((href) => `<a href="${href}">go</a>`).join('')
  await using site = await createSite({ 'index.html': anchors, 'page.html': '' })
  await symlink(join(outside.folder, 'secret.html'), join(site.folder, 'out.html'))
  await symlink(outside.folder, join(site.folder, 'out'))
  await symlink('page.html', join(site.folder, 'in.html'))
  await symlink('none.html', join(site.folder, 'dead.html'))
  expect(await readPage(site.folder, 'index.html')).toMatchObject({
    links: ['page.html'],
    deadLinks: ['dead.html'],
  })
})

test('does not read a page that has become a symbolic link out of the folder', async () => {
  await using outside = await createSite({ 'secret.html': '<title>Secret</title>' })
  await using site = await createSite({})
  await symlink(join(outside.folder, 'secret.html'), join(site.folder, 'page.html'))
  expect(await readPage(site.folder, 'page.html')).toMatchObject({ title: null, error: 'OUTSIDE' })
})

test('leaves a page alone whose path is too long for a key', async () => {
  const path = `${'d/'.repeat(200)}${'x'.repeat(110)}.html`
  await using site = await createSite({ 'index.html': `<a href="${path}">go</a>`, [path]: '' })
  expect(await readPage(site.folder, 'index.html')).toMatchObject({ links: [], deadLinks: [] })
})

test('reads title, text and links of HTML that is not quite right', async () => {
  const html = `<!doctype html><head><title> A &amp;
    B </title><style>p { }</style><body><h1>No title</h1><svg><title>Drawing</title></svg>
    <p>One <b>two<p>thr<i>ee</i><script>"<a href='b.html'>"</script>
    <a href=a.html>four</a> <A HREF='a.html'>five</a> <area href=c.html> <a>six</a>`
  await using site = await createSite({
    'index.html': html,
    'a.html': '',
    'b.html': '',
    'c.html': '',
  })
  expect(await readPage(site.folder, 'index.html')).toEqual({
    path: 'index.html',
    title: 'A & B',
    textLength: 'No title One twothree four five six'.length,
    links: ['a.html', 'c.html'],
    deadLinks: [],
    error: null,
  })
})

test('reads title, text and links of Markdown', async () => {
  const markdown =
    '# The *plan*\n\n## Steps\n\nSee [one][1] and <b>[two](/two.md)</b>.\n\n[1]: one.html\n\n# End\n'
  await using site = await createSite({
    'docs/plan.md': markdown,
    'docs/one.html': '',
    'two.md': '',
  })
  expect(await readPage(site.folder, 'docs/plan.md')).toMatchObject({
    title: 'The plan',
    textLength: 'The plan Steps See one and two. End'.length,
    links: ['docs/one.html', 'two.md'],
  })
})

test('reads a page of no text at all, and one that is not text', async () => {
  await using site = await createSite({ 'empty.html': '' })
  await writeFile(join(site.folder, 'bytes.html'), Uint8Array.of(0xff, 0xfe, 0x00))
  expect(await readPage(site.folder, 'empty.html')).toMatchObject({ title: null, textLength: 0 })
  expect(await readPage(site.folder, 'bytes.html')).toMatchObject({ title: null, error: null })
})
