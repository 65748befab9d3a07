import { systemClock } from '../../local/clock.ts'
import { startS3Server } from './s3-server.ts'

/** A process to be killed: serves S3 from the directory it is given and prints its endpoint. */
const server = await startS3Server({ dataDirectory: process.argv[2]!, clock: systemClock })
console.log(server.endpoint)
