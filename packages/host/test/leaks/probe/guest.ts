// Runs probes in a process that is launched as a plugin's is, with nothing else of a guest.
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { harden } from '../../../src/guest/harden.ts'
import { attempt, probes } from './attempt.ts'
import type { Targets } from './probe.ts'

const connection = new Socket({ fd: 3, readable: true, writable: true })
harden({ network: process.argv.includes('--network'), connection })

for await (const line of createInterface({ input: connection })) {
  const [name, targets] = JSON.parse(line) as [string, Targets]
  const probe = probes[name] ?? (() => null)
  connection.write(`${JSON.stringify(await attempt(probe, targets))}\n`)
}
