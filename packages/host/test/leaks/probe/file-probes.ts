import { once } from 'node:events'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import type { Probe, Targets } from './probe.ts'

type Reader = (path: string) => unknown

/** All ways to a file's text that Node has. */
const readers: Readonly<Record<string, Reader>> = {
  readFileSync: (path) => fs.readFileSync(path, 'utf8'),
  readFile: (path) => fs.promises.readFile(path, 'utf8'),
  openSync: (path) => {
    const bytes = Buffer.alloc(100_000)
    return bytes.toString('utf8', 0, fs.readSync(fs.openSync(path, 'r'), bytes))
  },
  createReadStream: (path) => text(fs.createReadStream(path)),
  openAsBlob: async (path) => (await fs.openAsBlob(path)).text(),
  pathAsBytes: (path) => fs.readFileSync(Buffer.from(path), 'utf8'),
  pathWithDots: (path) =>
    fs.readFileSync(`${import.meta.dirname}/../../../../../../..${path}`, 'utf8'),
  procRoot: (path) => fs.readFileSync(`/proc/self/root${path}`, 'utf8'),
  loadEnvFile: (path) => {
    process.loadEnvFile(path)
    return JSON.stringify(process.env)
  },
  require: (path) => {
    try {
      return JSON.stringify(createRequire(import.meta.url)(path))
    } catch (error) {
      // Some of a file that is no module shows in the error.
      return error instanceof SyntaxError ? error.stack : null
    }
  },
}

async function read(path: string, secret: string): Promise<string | null> {
  const found: string[] = []
  for (const [name, reader] of Object.entries(readers)) {
    try {
      if (String(await reader(path)).includes(secret)) found.push(name)
    } catch {
      // This way is closed.
    }
  }
  return found.length === 0 ? null : found.join(', ')
}

async function write({ folder }: Targets, how: (path: string) => unknown): Promise<string | null> {
  const path = `${folder}/written`
  await how(path)
  return fs.existsSync(path) ? path : null
}

/** Leaks by way of files. */
export const fileProbes: Readonly<Record<string, Probe>> = {
  writtenHeapSnapshot: (targets) =>
    write(targets, (path) => process.getBuiltinModule('v8').writeHeapSnapshot(path)),
  environment: ({ secret }) =>
    JSON.stringify(process.env).includes(secret) ? 'process.env' : null,
  environmentOfHost: ({ hostPid, secret }) => read(`/proc/${hostPid}/environ`, secret),
  environmentInReport: ({ secret }) =>
    JSON.stringify(process.report.getReport()).includes(secret) ? 'process.report' : null,
  hostFile: ({ hostFile, secret }) => read(hostFile, secret),
  storeFile: ({ storeFile }) => read(storeFile, 'SQLite format 3'),
  otherPluginFile: ({ otherPluginFile, secret }) => read(otherPluginFile, secret),
  linkedFile: ({ hostFile, folder, secret }) => {
    const link = `${folder}/link`
    fs.rmSync(link, { force: true })
    fs.symlinkSync(hostFile, link)
    return read(link, secret)
  },
  listedFolder: ({ folder }) => fs.readdirSync(folder).length,
  watchedFolder: async ({ folder }) => {
    const watcher = fs.watch(folder)
    watcher.close()
    await once(watcher, 'close')
    return 'fs.watch'
  },
  writtenFile: (targets) => write(targets, (path) => fs.writeFileSync(path, '')),
  writtenReport: (targets) => write(targets, (path) => process.report.writeReport(path)),
  writtenByReportSettings: ({ folder }) => {
    const { directory } = process.report
    // Where V8 runs out of memory, Node writes there without asking.
    process.report.directory = folder
    process.report.directory = directory
    return 'process.report.directory'
  },
  sqliteOpen: ({ storeFile }) => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    return new DatabaseSync(storeFile).prepare('select count(*) from kept').get()
  },
  sqliteAttach: ({ storeFile }) => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const database = new DatabaseSync(':memory:')
    database.prepare('attach ? as store').run(storeFile)
    return database.prepare('select count(*) from store.kept').get()
  },
}
