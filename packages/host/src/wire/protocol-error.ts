/** What the other side sent is not of the protocol. It ends the connection, and says why. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
