import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempDisposableSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { tryDriver } from './try-driver.ts'
import { tryInstalled } from './try-installed.ts'

type Finding = string

interface WorkspacePackage {
  readonly name: string
  readonly private: boolean
}

// The tarballs are checked, not the folders: they are what a user installs.
using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-pack-'))
const filters = listPublicPackages().map((name) => `--filter=${name}`)
pnpm([...filters, 'pack', '--pack-destination', folder.path])

const tarballs = readdirSync(folder.path)
  .toSorted()
  .map((name) => join(folder.path, name))
for (const tarball of tarballs) report(basename(tarball), inspect(tarball))
report('a plugin in an empty folder', tryInstalled(tarballs))
report('a driver in an empty folder', tryDriver(tarballs))

function report(subject: string, findings: readonly Finding[]): void {
  print(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${subject}`)
  for (const finding of findings) print(finding)
  if (findings.length > 0) process.exitCode = 1
}

function listPublicPackages(): string[] {
  const list = pnpm(['list', '--recursive', '--depth=-1', '--json'])
  return (JSON.parse(list) as WorkspacePackage[])
    .filter((workspacePackage) => !workspacePackage.private)
    .map(({ name }) => name)
}

function inspect(tarball: string): Finding[] {
  return [
    ...inspectWith('publint', ['run', tarball, '--strict']),
    ...inspectWith('attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed']),
    ...inspectManifest(tarball),
    ...inspectFiles(tarball),
  ]
}

function inspectWith(command: string, args: readonly string[]): Finding[] {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? [] : [stripVTControlCharacters(stdout + stderr).trimEnd()]
}

/** What only means something in this repository must not reach a user. */
function inspectManifest(tarball: string): Finding[] {
  const manifest = tar(['-xOf', tarball, 'package/package.json'])
  return ['@holdfast/source', 'workspace:', 'catalog:']
    .filter((term) => manifest.includes(term))
    .map((term) => `package.json in the tarball still says "${term}".`)
}

function inspectFiles(tarball: string): Finding[] {
  const files = tar(['-tf', tarball]).split('\n')
  const missing = ['package/README.md', 'package/LICENSE', 'package/dist/index.js']
    .filter((file) => !files.includes(file))
    .map((file) => `The tarball has no ${file}.`)
  const unwanted = files
    .filter((file) => file.endsWith('.tsbuildinfo'))
    .map((file) => `The tarball has ${file}.`)
  return [...missing, ...unwanted]
}

function pnpm(args: readonly string[]): string {
  return execFileSync('pnpm', args, { encoding: 'utf8' })
}

function tar(args: readonly string[]): string {
  return execFileSync('tar', args, { encoding: 'utf8' })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
