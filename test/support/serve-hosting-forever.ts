import '../../local/quiet-sdk.ts'
import { startHosting } from './hosting-fixture.ts'

/** Serves SageMaker and what it needs on the data directory of the first argument until it is killed. */
const { edge } = await startHosting({ directory: process.argv[2]! })
process.stdout.write(`${edge.endpoint}\n`)
