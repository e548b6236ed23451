/** Of the protocol between host and plugin. Both sides speak the same, for the host brings both. */
export const protocolVersion = 1
