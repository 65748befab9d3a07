import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { buildCheckpoint } from '../support/build-checkpoint.ts'
import { putIntoLibrary, startMerge, untilAnnounced } from '../support/stack-library.ts'
import { removeDataDirectory, type StackProcess, startStackProcess } from '../support/stack-process.ts'

const run = promisify(execFile)
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
}
const MORE_THAN_ONE_PART = 9 * 1024 * 1024

/** Needs the AWS CLI; run by `npm run test:cli`. */
describe('the AWS CLI against the laptop stack', function () {
  this.timeout(120_000)
  let stack: StackProcess
  const aws = async (...words: string[]): Promise<string> =>
    (await run('aws', ['--endpoint-url', stack.file.endpoint, ...words], { env: ENVIRONMENT })).stdout

  before(async () => {
    stack = await startStackProcess()
  })

  after(async () => {
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  it('lists executions and reads their histories', async () => {
    const tensors = [{ name: 'model.a', dtype: 'F16', shape: [4] }]
    const primary = await putIntoLibrary(stack, 'a.safetensors', buildCheckpoint({ tensors }))
    const id = await startMerge(stack, { name: 'copy', method: 'none', primary })
    await untilAnnounced(stack, id)
    const { stateMachines } = JSON.parse(await aws('stepfunctions', 'list-state-machines'))
    const [{ stateMachineArn }] = stateMachines
    const { executions } = JSON.parse(
      await aws('stepfunctions', 'list-executions', '--state-machine-arn', stateMachineArn),
    )
    expect(executions).to.have.length(1)
    expect(executions[0]).to.include({ name: id, status: 'SUCCEEDED' })
    const history = JSON.parse(
      await aws('stepfunctions', 'get-execution-history', '--execution-arn', executions[0].executionArn),
    )
    expect(history.events.at(-1).type).to.equal('ExecutionSucceeded')
  })

  it('copies files into the bucket and back, in parts where they are large, and lists them', async () => {
    const there = join(stack.directory, 'there.bin')
    const back = join(stack.directory, 'back.bin')
    writeFileSync(there, Buffer.alloc(MORE_THAN_ONE_PART, 'darkroom'))
    await aws('s3', 'cp', there, `s3://${stack.file.bucket}/drop/there.bin`)
    expect(await aws('s3', 'ls', `s3://${stack.file.bucket}/drop/`)).to.contain(`${MORE_THAN_ONE_PART} there.bin`)
    await aws('s3', 'cp', `s3://${stack.file.bucket}/drop/there.bin`, back)
    expect(readFileSync(back).equals(readFileSync(there))).to.equal(true)
  })

  it('learns who it is', async () => {
    expect(JSON.parse(await aws('sts', 'get-caller-identity'))).to.include({ Account: '000000000000' })
  })
})
