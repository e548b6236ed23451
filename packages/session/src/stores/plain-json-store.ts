import type { PersistentStore } from '../persistent-store.ts'
import { detachable } from './detachable.ts'
import { plainJson } from './json-codec.ts'
import { JsonStore } from './json-store.ts'
import { parseKeySchemas } from './key-types.ts'
import type { OpenAccess } from './store-access.ts'
import { TypedJsonStore } from './typed-json-store.ts'

/** `persistent_store`. */
export class PlainJsonStore extends JsonStore implements PersistentStore {
  constructor(open: OpenAccess) {
    super(open, plainJson)
  }

  /** The type of what it gives is a matter of its interface alone. */
  typed(schemas: unknown): never {
    return detachable(new TypedJsonStore(this.open, parseKeySchemas(schemas))) as never
  }
}
