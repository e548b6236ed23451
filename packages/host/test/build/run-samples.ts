// A program: makes all calls to plugins in the folders that it is given, and prints what came of each.
// A test runner's loader is not Node's.
import { parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, readManifest } from '../../src/index.ts'
import { runStep, type StepOutcome } from '../samples/run-step.ts'
import { sampleSteps } from '../samples/sample-steps.ts'

const plugins = await Promise.all(process.argv.slice(2).map((folder) => readManifest(folder)))
await using driver = createMemoryDriver()
await driver.open()
await using host = createHost({ driver, plugins, mode: 'inline' })
const outcomes: StepOutcome[] = []
for (const step of sampleSteps) {
  outcomes.push(await runStep(host, parseWorkspaceId('acme'), step))
}
process.stdout.write(JSON.stringify(outcomes))
