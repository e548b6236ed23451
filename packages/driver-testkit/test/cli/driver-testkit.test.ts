import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TestReport } from '../../src/cli/test-report.ts'
import { contractPromises } from '../../src/contract-promises.ts'
import { temporaryFolder } from '../linearizability/temporary-folder.ts'
import { runCommand, startCommand } from './run-command.ts'

const seconds = 1_000

function stepsOf(report: string): string {
  return report.slice(report.indexOf(' 1. '), report.indexOf('Seed:'))
}

describe('driver-testkit', { timeout: 120 * seconds }, () => {
  test('ends with 0 for a driver that keeps the contract, and says what it skipped and why', async () => {
    const { exitCode, stdout, stderr, leftovers } = await runCommand([
      './map-subject.ts',
      '--quick',
    ])
    expect(stdout).toContain('maxValueBytes      64 MiB')
    expect(stdout).toContain("the driver's durability is none\n")
    expect(stdout).toMatch(/durability\.reopened,[^]*crash\.kill/)
    expect(stdout).toContain('The map driver keeps every promise that was tried.')
    expect(stderr).toContain('] linearizability\n')
    expect(leftovers).toEqual([])
    expect(exitCode).toBe(0)
  })

  test('takes the module of a driver as the runner does, which says nothing of clocks', async () => {
    const args = ['../../../examples/map-driver.ts', '--only', 'list,expiry']
    const { exitCode, stdout } = await runCommand(args)
    expect(stdout).toContain('the driver takes no clock')
    expect(stdout).toContain('The map driver keeps every promise that was tried.')
    expect(exitCode).toBe(0)
  })

  test('ends with 1 for a driver whose delete does nothing, and names the promise and how to see it again', async () => {
    const { exitCode, stdout } = await runCommand(['./wrong-subject.ts', '--only', 'commit'])
    expect(exitCode).toBe(1)
    const promise = `6.4  ${contractPromises['6.4']}`
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(promise.replaceAll(/\s+/g, ' '))
    const [, args = ''] =
      /npx @holdfast\/driver-testkit (.* commit\.delete .*)$/m.exec(stdout) ?? []
    const again = await runCommand(args.split(' '))
    expect(again.exitCode).toBe(1)
    expect(again.stdout).toContain('0 passed, 1 broken')
  })

  test('shows the few commands after which a driver answers otherwise than the model', async () => {
    const args = ['./wrong-subject.ts', '--only', 'model', '--commands', '800', '--seed', '3']
    const { exitCode, stdout } = await runCommand(args)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('model.commands [any of 3.1, 6.4, 10.1')
    expect(stdout).toMatch(/^ +2\. commit to \S+: delete /m)
    expect(stdout).toMatch(
      /runModelCheck\(\{ subject, replay: \{ seed: 3, path: '[\d:]+' \} \}\)$/m,
    )
    const [, command = ''] = /npx @holdfast\/driver-testkit (.* --path [\d:]+)$/m.exec(stdout) ?? []
    const again = await runCommand(command.split(' '))
    expect(again.exitCode).toBe(1)
    expect(stepsOf(again.stdout)).toBe(stepsOf(stdout))
  })

  test('puts the promise that is broken before what follows from it', async () => {
    const args = ['./wrong-subject.ts', '--quick', '--seed', '1', '--skip', 'crash']
    const { stdout } = await runCommand(args)
    expect(stdout).toMatch(/What is wrong\n {2}commit\.delete \[6\.4\]/)
    expect(stdout).toMatch(
      /\nBroken, by the storage contract.*\n {2}6\.4 [^]*\nThese may follow from it[^]*\n {2}1\.1 /,
    )
    expect(stdout).toMatch(/The wrong driver breaks promise 6\.4\. \d+ more may follow from it\./)
    // What the model has seen adds to 6.4, and accuses none that no check has shown.
    expect(stdout).toMatch(/shown by commit\.delete, commit\.delete-missing, model\.commands\n/)
    expect(stdout).not.toMatch(/^ {2}10\.\d/m)
    expect(stdout.split('\n').length).toBeLessThan(250)
  })

  test('says which command of the model check was not answered, and blames for that alone', async () => {
    const args = ['--only', 'model', '--quick', '--timeout', '0.5', '--json']
    const { exitCode, stdout } = await runCommand(['./unruly-subject.ts', ...args], {
      env: { MANNERS: 'hang' },
    })
    expect(exitCode).toBe(1)
    const { results, broken, suspected } = JSON.parse(stdout) as TestReport
    expect(results[0]?.message).toMatch(/^ +got: +no answer in 0\.1 seconds$/m)
    expect(broken).toEqual([])
    expect(suspected.map(({ promise }) => promise)).toContain('10.1')
    expect(suspected.map(({ promise }) => promise).filter((one) => /^(1|2\d)\./.test(one))).toEqual(
      [],
    )
  })

  test('takes a driver that is made later', async () => {
    const args = ['./promised-subject.ts', '--only', 'get,linearizability', '--quick']
    const { exitCode, stdout } = await runCommand(args)
    expect(stdout).toContain('The map driver keeps every promise that was tried.')
    expect(exitCode).toBe(0)
  })

  test.concurrent.for([
    ['spins', 'its import did not end in 1 seconds'],
    ['waits', 'its import did not end in 1 seconds'],
    ['settles never', 'an await at its top level never settles'],
  ] as const)('ends with 2 for a module whose import %s', async ([WAY, message]) => {
    const args = ['./endless-import.ts', '--timeout', '1']
    const { exitCode, stderr, leftovers } = await runCommand(args, { env: { WAY } })
    expect(stderr).toBe(
      `driver-testkit: ./endless-import.ts cannot be imported: ${message}${stderr.split(message)[1]}`,
    )
    expect({ exitCode, leftovers }).toEqual({ exitCode: 2, leftovers: [] })
  })

  test('prints the report as JSON, whatever a driver prints, and writes it as JUnit XML', async () => {
    await using folder = await temporaryFolder()
    const junit = join(folder.path, 'reports/driver.xml')
    const args = ['--only', 'get,lifecycle', '--skip', 'get.order', '--json', '--junit', junit]
    const { exitCode, stdout } = await runCommand(['./unruly-subject.ts', '--seed', '7', ...args])
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout) as TestReport
    expect(report).toMatchObject({ driver: 'unruly', seed: 7, broken: [] })
    const ids = report.results.map(({ id }) => id)
    expect(ids).toContain('get.duplicates')
    expect(ids).not.toContain('get.order')
    const xml = readFileSync(junit, 'utf8')
    expect(xml.match(/<testcase /g)).toHaveLength(ids.length)
  })

  test.concurrent.for([
    ['hangs', 'hang', 'It did not come to its end in 1 seconds.'],
    ['lets nothing else run', 'spin', 'It kept its process so busy for 1 seconds'],
    ['ends its process', 'exit', 'It ended its process (exit code 7).'],
    ['leaves an error to nobody', 'stray', 'Cause: a stray'],
  ] as const)('goes on after a check in which the driver %s', async ([, manners, message]) => {
    const only = ['--only', 'list.nothing,lifecycle.await-using', '--timeout', '1']
    const env = { MANNERS: manners }
    const { exitCode, stdout, leftovers } = await runCommand(['./unruly-subject.ts', ...only], {
      env,
    })
    expect(exitCode).toBe(1)
    expect(stdout).toContain(message)
    expect(stdout).toContain('1 passed, 1 broken')
    expect(leftovers).toEqual([])
  })

  test('kills processes of a driver that is to survive it, and keeps the ledger of one that does not', async () => {
    const args = ['./log-subject.ts', '--only', 'crash', '--quick', '--seed', '1']
    const right = await runCommand(args)
    expect(right.stdout).toContain('8 kills')
    expect(right).toMatchObject({ exitCode: 0, leftovers: [] })

    await using wrong = await startCommand(args, { env: { FAULT: 'acknowledges-early' } })
    const { exitCode, stdout } = await wrong.ended
    expect(exitCode).toBe(1)
    expect(stdout).toContain('crash.kill [16.1')
    const [, ledger = ''] = /Ledger: (.*)$/m.exec(stdout) ?? []
    expect(readFileSync(ledger, 'utf8')).toContain('"kind":"acknowledged"')
    expect(wrong.leftovers()).toHaveLength(1)
  })

  test('ends with 130 when it is interrupted, and leaves nothing', async () => {
    const options = { env: { MANNERS: 'spin' } }
    await using command = await startCommand(['./unruly-subject.ts', '--only', 'list'], options)
    command.child.stderr?.once('data', () => command.child.kill('SIGINT'))
    const { exitCode, stdout } = await command.ended
    expect(exitCode).toBe(130)
    expect(stdout).toBe('')
    expect(command.leftovers()).toEqual([])
  })

  test.concurrent.for([
    ['no module', [], "missing required argument 'module'"],
    ['a seed that is no number', ['./map-subject.ts', '--seed', 'x'], 'whole number'],
    ['no commands', ['./map-subject.ts', '--commands', '0'], 'whole number from 1'],
    ['two efforts', ['./map-subject.ts', '--quick', '--full'], 'cannot be used with'],
    ['a module that is not there', ['./nowhere.ts'], './nowhere.ts cannot be imported'],
    ['a package that is not there', ['no-such-driver'], 'no-such-driver cannot be imported'],
    [
      'no driver',
      ['../run-command.ts'],
      'exports neither createDriver nor driverUnderTest, but runCommand',
    ],
    [
      'a path to nothing',
      ['./map-subject.ts', '--only', 'model', '--seed', '3', '--path', '0:999999'],
      'The path 0:999999 leads to no commands of the seed 3',
    ],
    ['a path of another shape', ['./map-subject.ts', '--path', 'x'], 'numbers with colons between'],
    [
      'a path without its seed',
      ['./map-subject.ts', '--only', 'model', '--path', '0'],
      '--path needs --only model and the --seed',
    ],
    [
      'a function by default',
      ['./default-subject.ts'],
      'createDriver is to be exported by its name',
    ],
    ['no function', ['./wordy-subject.ts'], 'exports as createDriver no function, but a string'],
    ['a driver that is none', ['./vain-subject.ts'], 'has a driver whose name is no text'],
    [
      'another shape',
      ['./half-subject.ts'],
      'whose capabilities is no object and whose createStore',
    ],
    ['an unknown group', ['./map-subject.ts', '--only', 'lists'], 'There are: keys, values'],
    ['an unknown check', ['./map-subject.ts', '--skip', 'get.all'], 'There are: get.order'],
    ['nothing left', ['./map-subject.ts', '--only', 'get', '--skip', 'get'], 'nothing to run'],
  ] as const)('ends with 2 for %s, and says so', async ([, args, message]) => {
    const { exitCode, stdout, stderr, leftovers } = await runCommand(args)
    expect(stderr).toContain('driver-testkit: ')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('.. ')
    expect({ exitCode, stdout, leftovers }).toEqual({ exitCode: 2, stdout: '', leftovers: [] })
  })

  test('looks packages up from where it is called', async () => {
    await using folder = await temporaryFolder()
    const home = join(folder.path, 'node_modules/my-driver')
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "type": "module", "exports": "./index.js" }')
    writeFileSync(join(home, 'index.js'), 'export const hello = 1')
    const { exitCode, stderr } = await runCommand(['my-driver'], { cwd: folder.path })
    expect(stderr).toContain(
      'my-driver exports neither createDriver nor driverUnderTest, but hello',
    )
    expect(exitCode).toBe(2)
  })

  test('explains itself', async () => {
    const { exitCode, stdout } = await runCommand(['--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('export const driverUnderTest: DriverUnderTest = {')
    expect(stdout).toContain('Exit codes:')
  })
})
