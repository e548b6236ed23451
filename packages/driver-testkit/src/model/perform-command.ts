import { modelScopes } from './command-arbitrary.ts'
import type { ModelCommand } from './model-command.ts'
import type { ModelStep } from './model-step.ts'
import type { ModelWorld } from './model-world.ts'
import { performGoOnReading, performReadStream } from './perform-readings.ts'
import {
  performGet,
  performList,
  performNextPage,
  performPage,
  performScopes,
  performUsage,
  performWatch,
} from './perform-reads.ts'
import { performClear, performCommit, performSweep, performUpload } from './perform-writes.ts'

/** Does what a command says with a driver and with the model. `null` where there is nothing to do. */
export function performCommand(
  command: ModelCommand,
  world: ModelWorld,
): Promise<ModelStep | null> {
  const driver = world.driver(command.through)
  switch (command.kind) {
    case 'commit':
      return performCommit(command, driver, world)
    case 'get':
      return performGet(command, driver, world)
    case 'list':
      return performList(command, driver, world)
    case 'go on listing':
      return performNextPage(command, driver, world)
    case 'usage':
      return performUsage(command, driver, world)
    case 'scopes':
      return performScopes(command, driver, world)
    case 'clear':
      return performClear(command, driver, world)
    case 'sweep':
      return performSweep(command, driver, world)
    case 'write a stream':
      return performUpload(command, driver, world)
    case 'read a stream':
      return performReadStream(command, driver, world)
    case 'go on reading':
      return performGoOnReading(command, driver, world)
    case 'watch':
      return performWatch(command, driver, world)
    case 'advance the clock':
      return advanceClock(command.ms, world)
    case 'close and reopen':
      return reopen(world)
  }
}

async function advanceClock(ms: number, world: ModelWorld): Promise<ModelStep> {
  world.clock.advance(ms)
  const title = `advance the clock by ${ms} ms`
  return { kind: 'advance the clock', title, expected: 'done', got: 'done' }
}

async function reopen(world: ModelWorld): Promise<ModelStep> {
  const got = await world.ask(
    () => world.reopen(),
    () => 'done',
  )
  return { kind: 'close and reopen', title: 'close and reopen', expected: 'done', got }
}

/** More pages than there can be entries. */
const mostPages = 1_000

/** Looks at all that is stored, step by step. */
export async function* lookAtWhole(world: ModelWorld): AsyncGenerator<ModelStep | null, void> {
  const driver = world.driver(0)
  for (const scope of modelScopes) {
    world.listings.splice(0)
    const query = { scope, prefix: '', limit: 1_000, keysOnly: false }
    yield performList({ kind: 'list', ...query }, driver, world)
    for (let pages = 1; world.listings.length > 0; pages++) {
      if (pages > mostPages) throw new Error(`A listing does not end: ${pages} pages.`)
      const [next] = world.listings.splice(0)
      if (next !== undefined) yield performPage(next, driver, world)
    }
    yield performUsage({ kind: 'usage', scope }, driver, world)
  }
  const everything = { workspace: null, plugin: null, limit: 1_000 }
  yield performScopes({ kind: 'scopes', ...everything }, driver, world)
}
