export { createFileDriver, type FileDriverOptions } from './create-file-driver.ts'
