import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createHost, type Host, type HostMode } from '@holdfast/host'
import { findPlugins } from '../find-plugins.ts'
import { openStore } from '../store-registry.ts'
import { writeText } from '../write-text.ts'
import { type DemoContext, type DemoStep, jsonOf } from './demo-step.ts'
import { recallSteps } from './recall-steps.ts'
import type { Repository } from './repository.ts'
import { storeSteps } from './store-steps.ts'

/** The parts of the demo, each in a process of its own. */
export const stages = ['store', 'recall'] as const

export type Stage = (typeof stages)[number]

const steps: Readonly<Record<Stage, readonly DemoStep[]>> = {
  store: storeSteps,
  recall: recallSteps,
}

/** Goes through the steps of a stage and prints what each has to tell. */
export async function runStage(
  stage: Stage,
  repository: Repository,
  file: string,
  mode: HostMode,
  signal: AbortSignal,
): Promise<void> {
  const plugins = await findPlugins([repository.plugins])
  await using driver = await openStore(`file:${file}`, { create: true, signal })
  await using host = createHost({ driver, plugins, mode, keepsWarm: false })
  const calls = callsOf(host, signal)
  // The crawl counts its runs, and is the last to store something.
  const { runs } = jsonOf(await calls.call('crawl', 'status')) as { runs: number }
  const run = stage === 'store' ? runs + 1 : runs

  const does = stage === 'store' ? 'stores' : 'finds'
  await writeText(process.stdout, `\nRun ${run}, process ${process.pid} ${does}:\n`)
  for (const step of steps[stage]) {
    const told = await step.run({ ...calls, ...repository, run })
    await writeText(process.stdout, `  ${step.plugin.padEnd(14)}${told}\n`)
  }
}

function callsOf(host: Host, signal: AbortSignal): Pick<DemoContext, 'call' | 'fetch'> {
  const workspace = parseWorkspaceId('demo')
  return {
    call(plugin, tool, parameters = {}) {
      const call = { workspace, plugin: parsePluginId(plugin), tool, parameters, signal }
      return Array.fromAsync(host.invokeTool(call))
    },
    fetch(plugin, path, init) {
      const request = new Request(new URL(path, 'http://localhost'), { ...init, signal })
      return host.handleRequest({
        workspace,
        plugin: parsePluginId(plugin),
        path,
        request,
        signal,
      })
    },
  }
}
