import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { innermostProcess } from '../../src/launch/innermost-process.ts'
import { probeLaunchEnvironment } from '../../src/launch/launch-environment.ts'
import type { LaunchRequest } from '../../src/launch/launch-plan.ts'
import { planLaunch } from '../../src/launch/plan-launch.ts'
import { readPathsOf } from '../../src/launch/read-paths.ts'
import { readManifest } from '../../src/manifest/read-manifest.ts'
import { leakRows } from '../leaks/leak-rows.ts'
import { makeFolder } from '../plugin-folder.ts'

/** The one with most dependencies. */
const sample = resolve(import.meta.dirname, '../../../../apps/runner/plugins/crawl')

const rows = leakRows.flatMap(({ mode, major, nodePath, asOneUser, missing }) =>
  mode === 'inline' || (asOneUser && process.getuid?.() === 0)
    ? []
    : [[`${mode} on Node ${major}`, { mode, nodePath, missing }] as const],
)

describe.for(rows)('a process in the mode %s', ([, { mode, nodePath, missing }]) => {
  async function start(
    script: string,
    args: readonly string[] = [],
    readPaths: readonly string[] = [],
  ): Promise<ChildProcess> {
    const folder = await makeFolder({ 'guest.cjs': script })
    await chmod(folder, 0o755)
    const request: LaunchRequest = {
      mode,
      nodePath,
      guestPath: `${folder}/guest.cjs`,
      readPaths,
      network: false,
      addons: false,
      memoryBytes: 134_217_728,
      slot: 1,
    }
    const plan = planLaunch(request, await probeLaunchEnvironment(nodePath))
    const child = spawn(plan.command, [...plan.args, ...args], {
      ...plan,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    return child
  }

  it.skipIf(missing !== null)(
    'imports a plugin as its author wrote it, with its dependencies',
    async () => {
      const script =
        'import(process.argv.at(-1)).then((m) => console.log(typeof m.default), (e) => console.log(e))'
      const manifest = await readManifest(sample)
      const child = await start(script, [manifest.entryPath], await readPathsOf(manifest))

      expect(await output(child)).toBe('object\n')
    },
  )

  it.skipIf(missing !== null)('has no rights and no way to get any', async () => {
    const child = await start("process.stdin.resume(); console.log('ready')")
    await once(child.stdout ?? child, 'data')
    const pid = innermostProcess(child.pid ?? 0)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')

    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).not.toMatch(/^Uid:\t0\t/m)
    expect(await readFile(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0/m)
  })

  it.skipIf(missing !== null)('cannot hold more in buffers than it may', async () => {
    const script =
      'const all = []; let error; try { for (;;) all.push(Buffer.alloc(4_000_000, 1)) } catch (e) { error = e }' +
      'const held = all.length * 4; all.length = 0; console.log(held < 160, String(error))'
    const child = await start(script)
    const [told] = await Promise.all([output(child), once(child, 'close')])

    // Where the heap itself needs more just then, V8 ends the process instead.
    expect(told).toMatch(/^true .*(?:allocat|memory)|out of memory|bad_alloc/s)
  })

  it.skipIf(missing !== null)('ends when its heap is full', async () => {
    const child = await start('const all = []; for (;;) all.push({ text: Math.random() })')
    const [told, [code, signal]] = await Promise.all([output(child), once(child, 'close')])

    expect(told).toContain('heap out of memory')
    // A sandbox tells a signal as a shell does.
    expect(signal ?? code).toBe(mode === 'sandbox' ? 134 : 'SIGABRT')
  })

  it.skipIf(missing !== null)('ends with the process that started it, even in a loop', async () => {
    const folder = await makeFolder({ 'guest.cjs': "console.log('ready'); for (;;) {}" })
    await chmod(folder, 0o755)
    const starter = spawn(
      process.execPath,
      [
        '--conditions=@holdfast/source',
        resolve(import.meta.dirname, 'start-and-wait.ts'),
        JSON.stringify({ mode, nodePath, guestPath: `${folder}/guest.cjs` }),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    await once(starter.stdout, 'data')
    starter.kill('SIGKILL')

    // The output is open for as long as any process lives that has it.
    const ends = [once(starter, 'exit'), once(starter.stdout.resume(), 'close')]
    expect(await Promise.all(ends)).toEqual([[null, 'SIGKILL'], [false]])
  })
})

async function output(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) return ''
  return (await Promise.all([text(stdout), text(stderr)])).join('')
}
