// The program of the process that echo-pair.ts starts.
import { Socket } from 'node:net'
import { serveRounds } from './serve-rounds.ts'

const [requestBytes = 0, answerBytes = 0] = process.argv.slice(2).map(Number)
const socket = new Socket({ fd: 3 })
const request = new Uint8Array(requestBytes)
const state = { missing: 0, end: (): void => undefined }

socket.on('data', (chunk) => {
  state.missing -= chunk.length
  if (state.missing === 0) state.end()
})

serveRounds(
  () =>
    new Promise<void>((resolve) => {
      state.missing = answerBytes
      state.end = resolve
      socket.write(request)
    }),
)
