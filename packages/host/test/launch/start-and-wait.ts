// A host that only starts a process, which writes to the same output.
import { spawn } from 'node:child_process'
import { probeLaunchEnvironment } from '../../src/launch/launch-environment.ts'
import type { LaunchRequest } from '../../src/launch/launch-plan.ts'
import { planLaunch } from '../../src/launch/plan-launch.ts'

type Told = Pick<LaunchRequest, 'mode' | 'nodePath' | 'guestPath'>

const told = JSON.parse(process.argv[2] ?? '') as Told
const rest = { readPaths: [], network: false, addons: false, memoryBytes: 134_217_728, slot: 2 }
const plan = planLaunch({ ...told, ...rest }, await probeLaunchEnvironment(told.nodePath))
spawn(plan.command, plan.args, { ...plan, stdio: ['ignore', 'inherit', 'inherit'] })
process.stdin.resume()
