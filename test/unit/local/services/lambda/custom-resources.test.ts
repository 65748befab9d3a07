import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { openCustomResourceStore } from '../../../../../local/services/lambda/custom-resources/resource-store.ts'
import { runCustomResources } from '../../../../../local/services/lambda/custom-resources/run-custom-resources.ts'
import { createLambdaService, type LambdaService } from '../../../../../local/services/lambda/lambda-service.ts'
import { resolveTemplate } from '../../../../../local/template/load-stack.ts'
import type { Stack } from '../../../../../local/template/stack.ts'
import { ACCOUNT_ID, createFixturePackage, REGION } from '../../../../support/lambda/fixture-package.ts'
import { createManualClock } from '../../../../support/manual-clock.ts'

const fixture = createFixturePackage()

describe('custom resources', () => {
  const clock = createManualClock()
  const storeFile = join(fixture.directory, 'data', 'custom-resources.json')
  let service: LambdaService
  let ear: Server
  let reportTo: string
  const heard: Record<string, unknown>[] = []

  before(async () => {
    service = createLambdaService({
      functions: [fixture.lambda('provide')],
      credentialsFor: () => ({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' }),
      endpoint: 'http://127.0.0.1:1',
      region: REGION,
      accountId: ACCOUNT_ID,
      clock,
      logDirectory: join(fixture.directory, 'logs'),
      codeDirectory: join(fixture.directory, 'code'),
    })
    ear = createServer(async (incoming, outgoing) => {
      heard.push(JSON.parse((await incoming.toArray()).join('')))
      outgoing.end()
    }).listen(0, '127.0.0.1')
    await once(ear, 'listening')
    reportTo = `http://127.0.0.1:${(ear.address() as AddressInfo).port}`
  })

  after(async () => {
    await service.close()
    ear.close()
    ear.closeAllConnections()
    fixture.remove()
  })

  beforeEach(() => void heard.splice(0))

  function stackWith(logicalId: string, properties: Record<string, unknown>, type = 'Custom::FirstAccount'): Stack {
    const ServiceToken = fixture.lambda('provide').arn
    const Resources = { [logicalId]: { Type: type, Properties: { ServiceToken, ...properties } } }
    return resolveTemplate(
      { stackName: 'darkroom-dev', template: { Resources }, parameters: {} },
      { accountId: ACCOUNT_ID, region: REGION },
    )
  }

  function run(stack: Stack, hasReturned = () => {}): Promise<string[]> {
    // A new store each time, as after a restart.
    return runCustomResources(stack, {
      invoke: (arn, payload) => service.invoke(arn, payload).finally(hasReturned),
      store: openCustomResourceStore(storeFile),
      clock,
    })
  }

  it('are created once, updated when their properties change, and left alone otherwise', async () => {
    const first = stackWith('Account', { ReportTo: reportTo, User: 'admin' })
    expect(await run(first)).to.eql(['Account'])
    expect(heard[0]).to.include({
      RequestType: 'Create',
      ResourceType: 'Custom::FirstAccount',
      LogicalResourceId: 'Account',
      StackId: first.id,
    })
    expect(heard[0]).not.to.have.any.keys('PhysicalResourceId', 'OldResourceProperties')
    expect(heard[0]!.ResourceProperties).to.include({ User: 'admin' })

    expect(await run(first)).to.eql([])
    expect(heard).to.have.length(1)

    expect(await run(stackWith('Account', { ReportTo: reportTo, User: 'root' }))).to.eql(['Account'])
    expect(heard[1]).to.include({ RequestType: 'Update', PhysicalResourceId: 'first-account' })
    expect(heard[1]!.OldResourceProperties).to.include({ User: 'admin' })
    expect(heard[1]!.ResourceProperties).to.include({ User: 'root' })
  })

  it('take the AWS::CloudFormation::CustomResource type too', async () => {
    expect(await run(stackWith('Plain', {}, 'AWS::CloudFormation::CustomResource'))).to.eql(['Plain'])
  })

  it('are skipped when they set up an AWS account', async () => {
    expect(await run(stackWith('Role', {}, 'Custom::ApiGatewayAccountRole'))).to.eql([])
  })

  it('fail with the reason the function gave, and are tried again at the next start', async () => {
    const failing = stackWith('Failing', { Answer: 'FAILED' })
    for (const attempt of ['first', 'second']) {
      expect((await failureOf(run(failing))).message, attempt).to.equal(
        'Custom resource Failing failed: the table is gone',
      )
    }
  })

  it('fail with the error of a function that throws', async () => {
    const { message } = await failureOf(run(stackWith('Thrown', { Answer: 'throw' })))
    expect(message).to.equal('Custom resource Thrown failed: Error: no luck')
  })

  it('fail when the function returns without an answer', async () => {
    let hasReturned = (): void => {}
    const returned = new Promise<void>((resolve) => {
      hasReturned = resolve
    })
    const failure = failureOf(run(stackWith('Silent', { Answer: 'silence' }), hasReturned))
    await returned
    await setImmediate()
    await clock.advance(5000)
    expect((await failure).message).to.match(/^Custom resource Silent failed: .*:provide returned without answering/)
  })
})

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('should have failed')
}
