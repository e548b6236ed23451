import { definePlugin } from '@holdfast/session'
import { DeleteFile } from './delete-file.ts'
import { Download } from './download.ts'
import { FileEndpoint } from './file-endpoint.ts'
import { FilesEndpoint } from './files-endpoint.ts'
import { ListFiles } from './list-files.ts'
import { PublicEndpoint } from './public-endpoint.ts'
import { Upload } from './upload.ts'

export default definePlugin({
  tools: {
    upload: Upload,
    download: Download,
    'list-files': ListFiles,
    'delete-file': DeleteFile,
  },
  endpoints: {
    '/files': FilesEndpoint,
    '/files/:name+': FileEndpoint,
    '/public/:name+': PublicEndpoint,
  },
})
