import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect } from 'vitest'
import { hostRows } from '../host-rows.ts'
import { relayedSubject } from './relayed-subject.ts'
import { someOf } from './some-of.ts'
import { memorySubject } from './subjects.ts'
import { TickingRelayClient } from './ticking-relay-client.ts'

for (const row of hostRows) {
  const subject = await relayedSubject(memorySubject, row, (host) => new TickingRelayClient(host))
  const name = `${subject.name} with all calls of a tick in one invocation,`
  runConformance({ ...subject, name }, { describe, test: someOf(name), expect, afterAll })
}
