import { detachable } from './detachable.ts'
import { JsonStore } from './json-store.ts'
import { type KeySchemas, toKeyTypes } from './key-types.ts'
import type { OpenAccess } from './store-access.ts'
import { TypedJson } from './typed-json.ts'

/** `persistent_store.typed()`. Its interface is {@link TypedStore}, which knows the types. */
export class TypedJsonStore extends JsonStore {
  readonly #schemas: KeySchemas

  constructor(open: OpenAccess, schemas: KeySchemas, migration?: unknown) {
    super(open, new TypedJson(toKeyTypes(schemas, migration)))
    this.#schemas = schemas
  }

  withMigration(migration: unknown): Readonly<TypedJsonStore> {
    return detachable(new TypedJsonStore(this.open, this.#schemas, migration))
  }
}
